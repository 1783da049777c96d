import { expect } from 'vitest';
import type { Ask, GraphPort } from '../../src/model/answer.js';
import { resume } from '../../src/run/resume.js';
import { device, found } from '../support/answers.js';
import { test } from '../support/desk.js';
import { portsTo, requestOn } from '../support/in-process.js';
import { answer, intent, row, run, writeJournal } from './events.js';

const LATER = { retryAfter: '1', waitMs: 1000 };

test.for([
  ['503', 503, {}, ['user_tokens'], 'enrolled'],
  ['no answer', undefined, {}, ['user_tokens'], 'enrolled'],
  ['503 with Retry-After', 503, LATER, [], 'not_attempted'],
  ['429', 429, LATER, [], 'not_attempted'],
  ['401', 401, {}, [], 'not_attempted'],
] as const)(
  'rows of standard input whose last answer was %s: looked up where the call may have been done, never sent',
  async ([, httpStatus, over, asked, status], { desk }) => {
    const asks: Ask['kind'][] = [];
    const graph: GraphPort = {
      ask: ({ kind }) => {
        asks.push(kind);
        return Promise.resolve(found(device('S1', { status: 'activated' })));
      },
      signingIn: () => undefined,
      renewSignIn: () => undefined,
    };
    const events = [run(), row(1), intent(1, 1, 0), answer(1, 1, 1, httpStatus, over)];
    await writeJournal(desk.path('reports/r1/journal.jsonl'), events);

    const { counts } = await resume(desk.path('reports/r1'), requestOn(desk), portsTo(graph));

    expect(asks).toEqual(asked);
    expect(counts).toMatchObject({ [status]: 1 });
  },
);
