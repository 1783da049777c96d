import type { Answer, Ask } from '../../../src/model/answer.js';
import type { Status } from '../../../src/model/outcome.js';
import type { Row } from '../../../src/model/row.js';
import { Secret } from '../../../src/model/secret.js';
import type { Client } from '../../simulation/client.js';

/** What a script waits where a refusal does not say how long. */
const DEFAULT_WAIT_S = 1;

const CODE = new Secret('755224');

export const activate = (row: Row): Ask => ({ kind: 'activate', row, code: CODE });

export const mustWait = (answer: Answer): boolean =>
  answer.kind === 'answered' && [429, 503, 504].includes(answer.httpStatus);

export const statusOf = (answer: Answer): Status =>
  answer.kind === 'answered' && answer.httpStatus === 204 ? 'enrolled' : 'failed';

/**
 * The usual script: one row after the other as the file has them, and a sleep of Retry-After before a refused one is
 * sent again. It knows no deadlines: Graph refuses what is dead.
 */
export const inFileOrder: Client = async ({ clock, graph, arrivals, settled }) => {
  for (const { atMs, row } of arrivals) {
    if (atMs > clock.elapsed()) await clock.sleep(atMs - clock.elapsed());
    let answer = await graph.ask(activate(row));
    while (mustWait(answer)) {
      await clock.sleep(waitS(answer) * 1000);
      answer = await graph.ask(activate(row));
    }
    settled(row, statusOf(answer));
  }
};

function waitS(answer: Answer): number {
  return Number((answer.kind === 'answered' ? answer.retryAfter : undefined) ?? DEFAULT_WAIT_S);
}
