import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import type { Answer, Ask, GraphPort } from '../../src/model/answer.js';
import { enroll } from '../../src/run/enroll.js';
import { resume } from '../../src/run/resume.js';
import { runSoFar } from '../../src/run/session/run-so-far.js';
import { answered, device, found } from '../support/answers.js';
import { test, type Desk } from '../support/desk.js';
import { makeFob } from '../support/fob.js';
import { portsTo, requestOn } from '../support/in-process.js';

const fob = makeFob('torn');

/** A Graph with one token, which remembers whether it was activated and how often it was asked to. */
class OneToken implements GraphPort {
  activations = 0;

  constructor(public isActive = false) {}

  ask(ask: Ask): Promise<Answer> {
    if (ask.kind !== 'activate') {
      return Promise.resolve(
        found(...(this.isActive ? [device(fob.serialNumber, { status: 'activated' })] : [])),
      );
    }
    this.activations += 1;
    this.isActive = true;
    return Promise.resolve(answered(204));
  }

  signingIn = (): undefined => undefined;
  renewSignIn = (): void => undefined;
}

/** The journal of a run of one row, by its records, and the run's folder. */
async function journalOfOneRow(desk: Desk): Promise<{ records: Buffer[]; folder: string; path: string }> {
  const { serialNumber, user, secretKey } = fob;
  await desk.write('in.csv', [
    ['serial', 'upn', 'seed'],
    [serialNumber, user, secretKey],
  ]);
  await enroll(requestOn(desk), portsTo(new OneToken()));
  const folder = desk.path(join('reports', 'r1'));
  const path = join(folder, 'journal.jsonl');
  const lines = (await readFile(path, 'latin1')).split('\n').slice(0, -1);
  return { records: lines.map((line) => Buffer.from(`${line}\n`, 'latin1')), folder, path };
}

const typeOf = (record: Buffer): string =>
  (JSON.parse(record.toString()) as { event: { type: string } }).event.type;

describe('a record that was torn while it was written, at whatever byte, is as if it had not been begun, and resume finishes the run', () => {
  // What Graph had done by then, and how often it is asked to activate the token from then on.
  test.for([
    ['row', false, 1],
    // A call leaves once its intent is on disk whole: where that is torn, it did not leave.
    ['intent', false, 1],
    ['answer', true, 0],
    ['outcome', true, 0],
    ['end', true, 0],
  ] as const)('%s', { timeout: 60_000 }, async ([type, isActive, activations], { desk }) => {
    const { records, folder, path } = await journalOfOneRow(desk);
    const at = records.findIndex((record) => typeOf(record) === type);
    const before = Buffer.concat(records.slice(0, at));
    const last = records[at]!;

    const tear = (cut: number) => writeFile(path, Buffer.concat([before, last.subarray(0, cut)]));

    await tear(0);
    const untouched = await runSoFar(folder);
    for (let cut = 1; cut < last.length; cut += 1) {
      await tear(cut);
      expect(await runSoFar(folder), `cut at byte ${cut}`).toEqual(untouched);
    }

    for (const cut of [0, 1, Math.floor(last.length / 2), last.length - 2, last.length - 1]) {
      await tear(cut);
      const graph = new OneToken(isActive);
      const { counts } = await resume(folder, requestOn(desk), portsTo(graph));
      expect({ cut, counts, activations: graph.activations }).toMatchObject({
        counts: { enrolled: 1 },
        activations,
      });
    }
  });
});
