import pLimit from 'p-limit';
import type { Answer } from '../../../src/model/answer.js';
import type { Client, Desk } from '../../simulation/client.js';
import { activate, mustWait, statusOf } from './in-file-order.js';

/** Calls at a time: the figure that examples of p-limit and of Graph scripts like best. */
const AT_A_TIME = 20;

/** Defaults of the RetryHandler of `@microsoft/microsoft-graph-client` 3.0.7. */
const MAX_RETRIES = 3;
const DELAY_S = 3;
const MAX_DELAY_S = 180;

/**
 * `p-limit` over the Graph client as it comes: rows in file order, and for each the client's own retries on 429, 503
 * and 504. What is refused once more after those is lost.
 */
export const graphClient: Client = async (desk) => {
  const { clock, graph, arrivals, settled, random } = desk;
  const limit = pLimit(AT_A_TIME);
  const send = async ({ row }: Desk['arrivals'][number]): Promise<void> => {
    let answer = await graph.ask(activate(row));
    for (let retry = 1; retry <= MAX_RETRIES && mustWait(answer); retry++) {
      await clock.sleep(delayS(answer, retry, clock.now(), random) * 1000);
      answer = await graph.ask(activate(row));
    }
    settled(row, statusOf(answer));
  };
  const sent: Promise<void>[] = [];
  for (const arrival of arrivals) {
    if (arrival.atMs > clock.elapsed()) await clock.sleep(arrival.atMs - clock.elapsed());
    sent.push(limit(() => send(arrival)));
  }
  await Promise.all(sent);
};

/** The delay as that handler reckons it. */
function delayS(answer: Answer, retry: number, nowMs: number, random: () => number): number {
  const retryAfter = answer.kind === 'answered' ? answer.retryAfter : undefined;
  const longestS = MAX_DELAY_S + random();
  if (retryAfter === undefined) {
    return Math.min(longestS, (retry >= 2 ? Math.round((2 ** retry - 1) / 2) : 0) + DELAY_S + random());
  }
  const seconds = Number(retryAfter);
  const asked = Number.isNaN(seconds) ? Math.round((new Date(retryAfter).getTime() - nowMs) / 1000) : seconds;
  return Math.min(longestS, asked);
}
