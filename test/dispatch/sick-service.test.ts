import { describe, expect, test } from 'vitest';
import type { Answer, Ask } from '../../src/model/answer.js';
import { RetryBudget } from '../../src/dispatch/decisions/retry-budget.js';
import { answered, found, noAnswer, notSent, tooMany } from '../support/answers.js';
import { rowDueIn, seedRow } from '../support/rows.js';
import { Bench } from './harness.js';

const SICK = answered(500);
const rows = Array.from({ length: 100 }, (_, index) => seedRow(index + 2));

describe('the retry budget', () => {
  test('is spent by ten failures in a row', () => {
    const budget = new RetryBudget();
    for (let failures = 0; failures < 10; failures++) {
      expect(budget.isSpent).toBe(false);
      budget.answered(failures % 2 === 0 ? SICK : noAnswer('timeout'));
    }
    expect(budget.isSpent).toBe(true);
  });

  test('lasts for ever where one call in twelve fails', () => {
    const budget = new RetryBudget();
    for (let calls = 0; calls < 1200; calls++) budget.answered(calls % 12 === 0 ? SICK : answered(204));
    expect(budget.isSpent).toBe(false);
  });

  test('is not touched by throttle refusals', () => {
    const budget = new RetryBudget();
    for (let calls = 0; calls < 100; calls++) budget.answered(tooMany('1'));
    for (let calls = 0; calls < 100; calls++) budget.answered(answered(503, { retryAfter: '1' }));
    expect(budget.isSpent).toBe(false);
  });
});

describe('what gives the budget back', () => {
  const afterTenFailures = (...before: readonly Answer[]): RetryBudget => {
    const budget = new RetryBudget();
    for (const answer of [...before, ...Array.from({ length: 10 }, () => SICK)]) budget.answered(answer);
    return budget;
  };

  test('no good time is saved up: ten failures are enough after a thousand answers', () => {
    expect(afterTenFailures(...Array.from({ length: 1000 }, () => answered(204))).isSpent).toBe(true);
  });

  test('ten answers are worth one call', () => {
    const budget = afterTenFailures();
    for (let answers = 0; answers < 9; answers++) budget.answered(answered(204));
    expect(budget.isSpent).toBe(true);
    for (let answers = 0; answers < 2; answers++) budget.answered(answered(404));
    expect(budget.isSpent).toBe(false);
  });

  test('a call that did not leave takes nothing and gives nothing', () => {
    const budget = new RetryBudget();
    for (let calls = 0; calls < 100; calls++) budget.answered(notSent('connection_refused'));
    expect(budget.isSpent).toBe(false);
    const spent = afterTenFailures();
    for (let calls = 0; calls < 100; calls++) spent.answered(notSent('connection_refused'));
    expect(spent.isSpent).toBe(true);
  });
});

describe('a service that fails at everything', () => {
  test('is not stormed: few calls in its first minute, and the run ends after minutes', async () => {
    const bench = new Bench({ reply: () => SICK });
    const { stopped } = await bench.run(...rows);
    const inFirstMinute = bench.graph.calls.filter(({ sentMs }) => sentMs < 60_000);
    // Ten of the budget, the sixteen in flight as it was spent, and then one each 1, 2, 4 … 30 s.
    expect(inFirstMinute.length).toBeLessThanOrEqual(10 + 16 + 6);
    expect(stopped).toMatch(/Graph fails at every call \(HTTP 500/);
  });

  test('control: one that fails now and then is asked at full pace', async () => {
    const bench = new Bench({ reply: (call, nth) => (nth % 12 === 0 ? SICK : reply(call.ask.kind)) });
    const { stopped } = await bench.run(...rows);
    expect(stopped).toBeUndefined();
    expect(bench.graph.calls.filter(({ sentMs }) => sentMs < 60_000).length).toBeGreaterThan(100);
  });

  test('leaves no row without an outcome, and enrols none twice', async () => {
    const bench = new Bench({ reply: () => SICK });
    const living = Array.from({ length: 40 }, (_, index) => rowDueIn(2, index + 2));
    await bench.run(...living);
    for (const { line } of living) {
      expect(['expired', 'unresolved', 'not_attempted']).toContain(bench.statusOf(line));
      expect(bench.graph.activationsOf(line).length).toBeLessThanOrEqual(3);
    }
  });
});

function reply(kind: Ask['kind']): Answer {
  return kind === 'activate' ? answered(204) : found();
}
