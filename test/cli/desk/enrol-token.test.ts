import { describe, expect, it } from 'vitest';
import { TokenTalk } from '../../../src/cli/desk/enrol-token.js';
import type { Screen } from '../../../src/cli/desk/screen.js';
import type { Outcome, Status } from '../../../src/model/outcome.js';
import { CodeDesk } from '../../../src/run/desk/code-desk.js';
import { START_MS } from '../../support/rows.js';
import { VirtualClock } from '../../support/virtual-clock.js';

/** A desk on virtual time where Graph makes everybody wait so long, and an operator who types these lines. */
function talk(waitMs: number, lines: readonly string[], statuses: readonly Status[] = ['enrolled']) {
  const clock = new VirtualClock(START_MS);
  const desk = new CodeDesk([], clock, { intervalS: 30, graceSteps: 1 });
  desk.watchGate(() => Math.max(0, waitMs - clock.elapsed()));
  const shown: string[] = [];
  const askedAtMs: number[] = [];
  const typed = [...lines];
  const screen: Screen = {
    say: (mark, ...said) => shown.push(`${mark} ${said.join(' ')}`),
    gap: () => undefined,
    ask: () => Promise.resolve(undefined),
    askHidden: () => {
      askedAtMs.push(clock.elapsed());
      const text = typed.shift();
      return Promise.resolve(text === undefined ? undefined : { text, atMs: clock.now() });
    },
    pick: () => Promise.resolve(undefined),
    status: (text) => text !== '' && shown.push(text),
    end: () => undefined,
    close: () => undefined,
  };
  const token = desk.add('S1', 'amy@contoso.example');
  const outcomes = [...statuses];
  /** Each code gets its outcome 1500 ms after it was typed, or when Graph's wait is over. */
  const graph = async (): Promise<void> => {
    for await (const { past } of desk.rows(() => new Promise(() => undefined))) {
      await clock.sleep(Math.max(1500, waitMs - clock.elapsed()));
      const outcome: Outcome = {
        status: outcomes.shift() ?? 'failed',
        needsRecollection: false,
        reason: '',
        attempts: (past?.attempts ?? 0) + 1,
        completedAtMs: clock.now(),
      };
      const needsRecollection = ['code_rejected', 'expired'].includes(outcome.status);
      desk.see({ type: 'outcome', line: token.line, ...outcome, needsRecollection });
    }
  };
  void graph();
  const run = new TokenTalk(desk, screen, clock).enrol(token, 'Code', /^q$/);
  return { clock, desk, shown, askedAtMs, ending: clock.settle(run) };
}

describe('the code is asked for', () => {
  it('10 s before Graph’s wait is over, and a line says so every second until then', async () => {
    const { ending, askedAtMs, shown } = talk(73_000, ['123456']);
    expect(await ending).toEqual({ kind: 'settled' });
    expect(askedAtMs).toEqual([63_000]);
    expect(shown.slice(0, 2)).toEqual([
      'Graph makes us wait 1 min 13 s; the next code is asked for in 1 min 3 s.',
      'Graph makes us wait 1 min 12 s; the next code is asked for in 1 min 2 s.',
    ]);
  });

  it('at once where Graph lets calls through, or will so soon', async () => {
    for (const waitMs of [0, 10_000]) {
      const { ending, askedAtMs } = talk(waitMs, ['123456']);
      await ending;
      expect(askedAtMs).toEqual([0]);
    }
  });

  it('not any more when the run ends while Graph makes us wait', async () => {
    const { clock, desk, askedAtMs } = talk(600_000, ['123456']);
    await clock.advance(5000);
    desk.close();
    await clock.advance(0);
    // The conversation goes on to a question that nobody can answer any more: the screen has ended by then.
    expect(askedAtMs).toEqual([5000]);
  });

  it('again after a refusal, but for another one', async () => {
    const lines = ['123456', '123456', '12', '654321'];
    const { ending, shown, askedAtMs } = talk(0, lines, ['code_rejected', 'enrolled']);
    expect(await ending).toEqual({ kind: 'settled' });
    expect(askedAtMs).toHaveLength(4);
    expect(shown.filter((line) => line.startsWith('bad'))).toEqual([
      'bad Code refused: S1 for amy@contoso.example. Wait until the token shows another code, then type that one.',
      'bad This is the code that Graph refused. Wait until the token shows another one.',
      'bad A code has six digits.',
    ]);
  });

  it('not again after a failure', async () => {
    const { ending, askedAtMs } = talk(0, ['123456', '654321'], ['failed']);
    expect(await ending).toEqual({ kind: 'settled' });
    expect(askedAtMs).toHaveLength(1);
  });
});

describe('while a code is on its way', () => {
  it('Graph’s wait and the life of the code are counted down', async () => {
    const { ending, shown } = talk(4000, ['123456']);
    await ending;
    expect(shown).toEqual([
      'Graph makes us wait 3 s; this code lives 59 s more.',
      'Graph makes us wait 2 s; this code lives 58 s more.',
      'Graph makes us wait 1 s; this code lives 57 s more.',
      'good Enrolled: S1 for amy@contoso.example.',
    ]);
  });

  it('a second passes before anything is said of Graph being slow', async () => {
    const { ending, shown } = talk(0, ['123456']);
    await ending;
    expect(shown[0]).toBe('Sent; waiting for Graph …');
  });
});

it('a word in place of a code ends the asking', async () => {
  expect(await talk(0, ['q']).ending).toEqual({ kind: 'word', word: 'q' });
  expect(await talk(0, []).ending).toEqual({ kind: 'ended' });
});
