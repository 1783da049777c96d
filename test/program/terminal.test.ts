import { describe, expect, vi } from 'vitest';
import type { EmulatorOptions } from '../../src/emulator/index.js';
import { activations, test, type Desk } from '../support/desk.js';
import { makeFobs, type Fob } from '../support/fob.js';
import { bySeed } from './interrupted.js';

/** Two calls are told to wait for three seconds, however slow the machine is. */
const THROTTLED: EmulatorOptions = {
  latencyMs: 20,
  faults: [
    {
      when: { method: 'POST', nth: [8, 14] },
      fault: { kind: 'status', status: 429, retryAfter: '3' },
    },
  ],
};
const PATIENCE = { timeout: 15_000, interval: 20 };

/** An unknown user stands on line 3, whose reason is longer than 80 columns. */
const withTrouble = (fobs: readonly Fob[]): string[][] =>
  bySeed(fobs).map((row, at) => (at === 2 ? row.with(1, `${'nobody'.repeat(16)}@contoso.com`) : row));

async function runOn(
  desk: Desk,
  { args = [], columns = 80, env = {} }: { args?: string[]; columns?: number; env?: Record<string, string> },
) {
  const fobs = makeFobs(20);
  const emulator = await desk.graph(fobs, THROTTLED);
  const input = await desk.write('in.csv', withTrouble(fobs));
  const started = ['run', input, '--graph-url', emulator.url, '--run-id', 'r1', ...args];
  return { emulator, terminal: desk.terminal(started, { columns, env }) };
}

/** The lines of a screen from the summary on, which begins with the number of rows. */
const summaryAt = (lines: readonly string[]): number =>
  lines.findIndex((line) => line.startsWith('20 rows of in.csv in'));

describe('on a terminal', () => {
  test.concurrent('a bar tells how the run stands and counts a wait down', async ({ desk }) => {
    const { terminal } = await runOn(desk, {});
    await vi.waitFor(() => {
      const [far, became] = terminal.screen.lines.slice(-2);
      expect(far).toMatch(/^\[=+-+\] \d+ of 20 done/);
      expect(became).toMatch(/^\d+ enrolled, 0 to re-collect, [01] failed; waiting for Graph: [123] s$/);
    }, PATIENCE);
    expect(await terminal.exit).toBe(4);
    const waits = [...terminal.sent.matchAll(/waiting for Graph: (\d) s/g)].map(([, seconds]) =>
      Number(seconds),
    );
    expect(new Set(waits).size).toBeGreaterThan(1);
  });

  test.concurrent('it is gone at the end, and what was told stands whole', async ({ desk }) => {
    const { terminal } = await runOn(desk, { args: ['--verbose'] });
    expect(await terminal.exit).toBe(4);
    const { lines } = terminal.screen;
    expect(terminal.sent).toContain(' of 20 done');
    expect(lines.join('\n')).not.toMatch(/of 20 done|to re-collect/);
    const told = lines.slice(0, summaryAt(lines)).filter((line) => line.startsWith('line '));
    expect(told).toHaveLength(20);
    expect(told.filter((line) => /^line \d+: enrolled$/.test(line))).toHaveLength(19);
    // What it says of line 3 goes on in the next line of the screen, and nothing is left of the bar there.
    const trouble = lines.findIndex((line) => line.startsWith('line 3: '));
    expect(lines[trouble]).toHaveLength(80);
    expect(lines[trouble + 1]).toMatch(/^[\w@. ]+$/);
  });

  test.concurrent('Ctrl-C leaves a clean terminal', async ({ desk }) => {
    const { terminal, emulator } = await runOn(desk, { args: ['--max-wait', '60'] });
    await vi.waitFor(
      () => expect(terminal.screen.lines.join('\n')).toContain('waiting for Graph:'),
      PATIENCE,
    );
    terminal.type('\u0003');
    expect(await terminal.exit).toBe(130);
    const { lines } = terminal.screen;
    expect(lines.slice(summaryAt(lines) - 1, summaryAt(lines))).toEqual([
      'Stopping: calls under way get ten seconds to finish. Once more ends it at once.',
    ]);
    expect(lines.join('\n')).not.toMatch(/of 20 done|to re-collect/);
    expect(activations(emulator).length).toBeLessThan(20);
  });

  test.concurrent('no line passes a narrow terminal', async ({ desk }) => {
    const { terminal } = await runOn(desk, { columns: 34 });
    await vi.waitFor(() => {
      const drawn = terminal.screen.lines.slice(-2);
      expect(drawn[0]).toMatch(/of 20 done/);
      expect(drawn[1]).toMatch(/^waiting for Graph: [123] s$|enrolled; waiting for Graph: [123] s$/);
    }, PATIENCE);
    expect(await terminal.exit).toBe(4);
    expect(terminal.screen.lines.join('\n')).not.toContain('of 20 done');
  });

  test.concurrent('colours are its, and NO_COLOR takes them away', async ({ desk }) => {
    // eslint-disable-next-line no-control-regex -- A colour is a control sequence.
    const COLOUR = /\u001b\[\d+m/;
    const coloured = (await runOn(desk, {})).terminal;
    await coloured.exit;
    expect(coloured.sent).toMatch(COLOUR);
    const plain = (await runOn(desk, { env: { NO_COLOR: '1' }, args: ['--again'] })).terminal;
    await plain.exit;
    expect(plain.sent).not.toMatch(COLOUR);
  });

  test.concurrent.for(['--quiet', '--json'])('%s draws nothing', async (option, { desk }) => {
    const { terminal } = await runOn(desk, { args: [option] });
    expect(await terminal.exit).toBe(4);
    expect(terminal.sent).not.toContain('\u001b');
    expect(terminal.sent).not.toContain('of 20 done');
    const { sent } = terminal;
    if (option === '--quiet') expect(sent).toBe('');
    else expect(JSON.parse(sent.slice(sent.indexOf('{')))).toMatchObject({ rows: 20 });
  });

  test.concurrent('rows that are typed on it are not drawn over', async ({ desk }) => {
    const fobs = makeFobs(1);
    const emulator = await desk.graph(fobs);
    const terminal = desk.terminal(['run', '-', '--graph-url', emulator.url], { columns: 80 });
    terminal.type(
      bySeed(fobs)
        .map((row) => `${row.join(',')}\n`)
        .join(''),
    );
    await vi.waitFor(() => expect(emulator.requests()).toHaveLength(1), PATIENCE);
    terminal.type('\u0004');
    expect(await terminal.exit).toBe(0);
    expect(terminal.sent).not.toContain('\u001b');
    expect(terminal.sent).toContain('1 row of standard input in');
  });
});
