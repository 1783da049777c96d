import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { inTurn } from '../../src/run/reads/in-turn.js';

async function* numbers(count: number): AsyncGenerator<number> {
  for (let n = 0; n < count; n += 1) yield await Promise.resolve(n);
}

test('items are finished in their order, whichever is ready first, and no more are begun than may be', async () => {
  const finished: number[] = [];
  let begun = 0;
  let most = 0;
  const begin = async (n: number): Promise<number> => {
    begun += 1;
    most = Math.max(most, begun - finished.length);
    for (let turns = n % 5; turns >= 0; turns -= 1) await nextTurn();
    return n * 2;
  };
  await inTurn(numbers(50), 8, begin, (n, doubled) => {
    expect(doubled).toBe(n * 2);
    return void finished.push(n);
  });
  expect(finished).toEqual([...Array(50).keys()]);
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(8);
});

test('what was begun is finished where the items break off, and whatever fails is told', async () => {
  const finished: number[] = [];
  async function* broken(): AsyncGenerator<number> {
    yield* numbers(3);
    throw new Error('broke off');
  }
  const finish = (n: number): undefined => void finished.push(n);
  await expect(inTurn(broken(), 8, (n) => Promise.resolve(n), finish)).rejects.toThrow('broke off');
  expect(finished).toEqual([0, 1, 2]);
  const fail = (): Promise<never> => Promise.reject(new Error('full disk'));
  await expect(inTurn(numbers(30), 4, (n) => Promise.resolve(n), fail)).rejects.toThrow('full disk');
});
