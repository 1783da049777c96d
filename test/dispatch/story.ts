import { decide } from '../../src/dispatch/decisions/decide.js';
import { deadlineMs } from '../../src/dispatch/queue/deadline.js';
import { isChange, newTask, type Task } from '../../src/dispatch/task.js';
import type { Answer } from '../../src/model/answer.js';
import type { Row } from '../../src/model/row.js';
import { answered, device, found } from '../support/answers.js';
import { codeRow, START_MS } from '../support/rows.js';

export const ROW = codeRow(1, { serialNumber: 'S1', user: 'amy@contoso.example' });
export const DEADLINE_MS = deadlineMs(ROW, 1);
export const AMY_ID = '6e7b768e-07e2-4810-8459-485f84f8f204';

export const BAD = answered(400, { errorCode: 'badRequest' });
export const NOT_FOUND = answered(404, { errorCode: 'Request_ResourceNotFound' });
export const NONE = found();
export const FREE = found(device('S1'));
export const MINE = found(device('s1', { status: 'activated', assignedToId: AMY_ID }));
export const MINE_INACTIVE = found(device('S1', { status: 'assigned', assignedToId: AMY_ID }));
export const THEIRS = found(
  device('S1', { status: 'activated', assignedToId: 'a1b2', assignedToName: 'Bob Ray' }),
);
export const SPOILED = found(device('S1', { status: 'failedActivation', assignedToId: AMY_ID }));

export interface Story {
  /** The calls made, in order. */
  readonly asked: string;
  readonly end: string;
  readonly reason: string;
  readonly task: Task;
}

/**
 * Answers a row's calls one after the other until it ends or the answers do. Each takes 100 ms; a wait that a
 * decision asks for passes before the next.
 */
export function tell(answers: readonly Answer[], row: Row = ROW, lastAnswerAtMs = START_MS): Story {
  let task = newTask(row, deadlineMs(row, 1));
  let elapsedMs = 0;
  const asked: string[] = [];
  for (const [index, answer] of answers.entries()) {
    asked.push(task.ask);
    if (isChange(task.ask)) task = { ...task, attempts: task.attempts + 1 };
    task = { ...task, leftAtMs: Math.max(elapsedMs, task.notBeforeMs) };
    elapsedMs = task.leftAtMs + 100;
    const nowMs =
      index === answers.length - 1 ? Math.max(lastAnswerAtMs, START_MS + elapsedMs) : START_MS + elapsedMs;
    const decision = decide(task, answer, nowMs, elapsedMs);
    if (decision.kind !== 'again') {
      const unused = answers.length - 1 - index;
      if (unused > 0) throw new Error(`ended ${unused} answers early: ${JSON.stringify(decision)}`);
      const end = decision.kind === 'stop' ? 'stop' : decision.status;
      return { asked: asked.join(' '), end, reason: decision.reason, task };
    }
    task = decision.task;
  }
  return { asked: asked.join(' '), end: `again: ${task.ask}`, reason: '', task };
}

export const A = 'activate';
export const U = 'user_tokens';
export const I = 'inventory';
