import { PassThrough } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Keyboard } from '../../../src/cli/desk/keyboard.js';
import { START_MS } from '../../support/rows.js';
import { VirtualClock } from '../../support/virtual-clock.js';

function keyboard({ isTTY = false } = {}) {
  const stdin = Object.assign(new PassThrough(), { isTTY, rawModes: [] as boolean[] });
  Object.assign(stdin, { setRawMode: (isRaw: boolean) => stdin.rawModes.push(isRaw) });
  const clock = new VirtualClock(START_MS);
  const told: string[] = [];
  const on = { interrupt: () => told.push('interrupt'), end: () => told.push('end') };
  const keys = new Keyboard(stdin, clock, on);
  return {
    stdin,
    clock,
    told,
    keys,
    type: async (text: string) => {
      stdin.write(text);
      await nextTurn();
    },
    /** What the next question is given at once. */
    asked: (): string => {
      let given = '';
      keys.listen((text) => (given += text));
      return given;
    },
  };
}

describe('what is typed', () => {
  it.each([
    ['CR', 'A1\rB2\r'],
    ['LF', 'A1\nB2\n'],
    ['CR LF', 'A1\r\nB2\r\n'],
  ])('goes to one question a line, ended by %s', async (_, text) => {
    const { type, asked } = keyboard();
    await type(text);
    expect([asked(), asked(), asked()]).toEqual(['A1\r', 'B2\r', '']);
  });

  it('is one line also where CR and LF come apart', async () => {
    const { type, asked } = keyboard();
    await type('A1\r');
    await type('\nB2\r');
    expect([asked(), asked()]).toEqual(['A1\r', 'B2\r']);
  });

  it('has the time of its first key, also when it was typed ahead', async () => {
    const { type, asked, clock, keys } = keyboard();
    await type('12');
    await clock.advance(5000);
    await type('3\r');
    await clock.advance(60_000);
    asked();
    expect(keys.lineBeganMs).toBe(START_MS);
    asked();
    await type('4');
    expect(keys.lineBeganMs).toBe(START_MS + 65_000);
  });

  it('is forgotten at a terminal if it came before the question, but not from a pipe', async () => {
    for (const isTTY of [true, false]) {
      const { type, asked, keys } = keyboard({ isTTY });
      await type('123456\r');
      keys.forget();
      expect(asked()).toBe(isTTY ? '' : '123456\r');
    }
  });
});

describe('the end', () => {
  it('is told once all was handed over; a last line needs no Enter', async () => {
    const { stdin, asked, told } = keyboard();
    stdin.end('A1\rB2');
    await nextTurn();
    await nextTurn();
    expect([asked(), told]).toEqual(['A1\r', []]);
    expect([asked(), told]).toEqual(['B2\r', []]);
    asked();
    expect(told).toEqual(['end']);
  });

  it('is Ctrl-D at a terminal, and Ctrl-C interrupts; from a pipe they mean nothing', async () => {
    for (const isTTY of [true, false]) {
      const { type, asked, told } = keyboard({ isTTY });
      asked();
      await type('\u0003');
      await type('\u0004');
      expect(told).toEqual(isTTY ? ['interrupt', 'end'] : []);
    }
  });

  it('gives the terminal back as it was', () => {
    const { stdin, keys } = keyboard({ isTTY: true });
    expect(stdin.rawModes).toEqual([true]);
    keys.close();
    expect(stdin.rawModes).toEqual([true, false]);
  });
});
