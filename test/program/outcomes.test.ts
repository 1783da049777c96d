import { describe, expect } from 'vitest';
import type { EmulatorOptions, TokenSpec } from '../../src/emulator/index.js';
import { activations, HEADER, rollout, rowOf, test, type Desk } from '../support/desk.js';
import { codeOf, makeFob, makeFobs, usersOf, wrongCodeOf, type Fob } from '../support/fob.js';

const TEN_MINUTES_MS = 600_000;

/** A rollout with every kind of row that a real run can meet, and the Graph that meets it. */
function everyKindOfRow() {
  const fobs = {
    good: makeFob('good'),
    active: makeFob('active'),
    dead: makeFob('dead'),
    mistyped: makeFob('mistyped'),
    nobody: makeFob('nobody'),
    taken: makeFob('taken'),
    short: makeFob('short'),
    riddle: makeFob('riddle'),
    seeded: makeFob('seeded'),
  };
  const { good, active, dead, mistyped, nobody, taken, short, riddle, seeded } = fobs;
  const unknown = makeFob('unknown');
  const now = new Date().toISOString();
  const rows: readonly (readonly [status: string, cells: readonly string[]])[] = [
    ['enrolled', [...rowOf(good), '']],
    ['already_enrolled', [...rowOf(active), '']],
    ['expired', [...rowOf(dead, Date.now() - TEN_MINUTES_MS), '']],
    ['code_rejected', [mistyped.serialNumber, mistyped.user, wrongCodeOf(mistyped), now, '']],
    ['failed', [nobody.serialNumber, 'nobody@contoso.com', codeOf(nobody), now, '']],
    ['failed', [unknown.serialNumber, good.user, codeOf(unknown), now, '']],
    ['failed', [taken.serialNumber, good.user, codeOf(taken), now, '']],
    ['invalid', [short.serialNumber, short.user, '12345', now, '']],
    ['duplicate', [...rowOf(good), '']],
    ['unresolved', [riddle.serialNumber, riddle.user, wrongCodeOf(riddle), now, '']],
    // Cannot expire, so that it is the last to have its turn.
    ['enrolled', [seeded.serialNumber, seeded.user, '', '', seeded.secretKey]],
  ];
  const held: Readonly<Record<string, Partial<TokenSpec>>> = {
    [active.serialNumber]: { assignTo: active.user, status: 'activated' },
    [taken.serialNumber]: { assignTo: taken.user, status: 'activated' },
  };
  const graph: EmulatorOptions = {
    tokens: Object.values(fobs).map((fob) => ({ ...fob, ...held[fob.serialNumber] })),
    // Neither the riddle's user nor its token may be looked up, so that its refusal stays unexplained.
    faults: [
      { when: { method: 'GET', user: riddle.user }, fault: { kind: 'status', status: 403 } },
      { when: { method: 'GET', serial: riddle.serialNumber }, fault: { kind: 'status', status: 403 } },
    ],
  };
  const uncalled = [dead, short].map(({ serialNumber }) => serialNumber);
  return { fobs: Object.values(fobs), rows, graph, good, seeded, uncalled };
}

describe('a rollout with every kind of row', () => {
  test('tells of each row once, in the order of the input, and calls for none that is dead, invalid or a duplicate', async ({
    desk,
  }) => {
    const { fobs, rows, graph, good, uncalled } = everyKindOfRow();
    const emulator = await desk.graph(fobs, graph);
    const input = await desk.write('in.csv', [[...HEADER, 'seed'], ...rows.map(([, cells]) => cells)]);

    const { code, run } = await desk.enrol(emulator, input);

    expect(run.statuses).toEqual(rows.map(([status]) => status));
    expect(run.results.records.map(({ line }) => Number(line))).toEqual(rows.map((_, at) => at + 2));
    expect(code).toBe(4);
    expect(run.summary).toMatchObject({ rows: rows.length, exitCode: 4, needsRecollection: 2 });
    const called = activations(emulator).map(({ serial }) => serial);
    expect(called.filter((serial) => uncalled.includes(serial ?? ''))).toEqual([]);
    expect(called.filter((serial) => serial === good.serialNumber)).toHaveLength(1);
    expect(run.summary.calls).toBe(emulator.requests().length);
  });

  test('asks for fresh codes for the expired and the mistyped rows alone, and says why the others failed', async ({
    desk,
  }) => {
    const { fobs, rows, graph } = everyKindOfRow();
    const emulator = await desk.graph(fobs, graph);
    const input = await desk.write('in.csv', [[...HEADER, 'seed'], ...rows.map(([, cells]) => cells)]);

    const { run } = await desk.enrol(emulator, input);

    expect(run.recollect.records.map(({ serialNumber }) => serialNumber)).toEqual([
      'FOB-dead',
      'FOB-mistyped',
    ]);
    const reasons = run.results.records.map(({ reason }) => reason);
    expect(reasons[4]).toContain('unknown user');
    expect(reasons[5]).toContain('unknown serial number');
    expect(reasons[6]).toContain('somebody else');
    expect(reasons[7]).toContain('verificationCode');
    expect(reasons[8]).toContain('line 2');
    expect(reasons[9]).toContain('FOB-riddle');
  });

  test('a row whose turn does not come is not attempted: no call, and exit code 5', async ({ desk }) => {
    const { fobs, rows, graph, seeded } = everyKindOfRow();
    const emulator = await desk.graph(fobs, {
      ...graph,
      faults: [
        ...(graph.faults ?? []),
        {
          when: { method: 'POST', serial: seeded.serialNumber },
          fault: { kind: 'status', status: 429, retryAfter: '3600' },
        },
      ],
    });
    const input = await desk.write('in.csv', [[...HEADER, 'seed'], ...rows.map(([, cells]) => cells)]);

    const { code, run } = await desk.enrol(emulator, input, ['--concurrency', '1']);

    expect(code).toBe(5);
    expect(run.statuses).toEqual([...rows.slice(0, -1).map(([status]) => status), 'not_attempted']);
    expect(run.results.records.at(-1)).toMatchObject({ needsRecollection: 'no' });
    expect(run.summary.stopped).toContain('--max-wait');
  });
});

describe('exit codes of runs that end by themselves', () => {
  const enrol = async (desk: Desk, change: (cells: string[], fob: Fob) => string[]) => {
    const fobs = makeFobs(3);
    const emulator = await desk.graph(fobs);
    const rows = fobs.map((fob, at) => (at === 1 ? change(rowOf(fob), fob) : rowOf(fob)));
    const input = await desk.write('in.csv', [[...HEADER], ...rows]);
    return { ...(await desk.enrol(emulator, input)), emulator };
  };

  test.concurrent('0: all rows are enrolled', async ({ desk }) => {
    const { code, run, emulator } = await enrol(desk, (cells) => cells);
    expect([code, run.statuses]).toEqual([0, ['enrolled', 'enrolled', 'enrolled']]);
    expect(emulator.requests().map(({ status }) => status)).toEqual([204, 204, 204]);
  });

  test.concurrent('0: a duplicate changes nothing', async ({ desk }) => {
    const fobs = makeFobs(1);
    const input = await desk.write('in.csv', [...rollout(fobs), ...rollout(fobs).slice(1)]);
    const { code, run } = await desk.enrol(await desk.graph(fobs), input);
    expect([code, run.statuses]).toEqual([0, ['enrolled', 'duplicate']]);
  });

  test.concurrent('3: a code must be collected again', async ({ desk }) => {
    const { code, run } = await enrol(desk, (_, fob) => rowOf(fob, Date.now() - TEN_MINUTES_MS));
    expect([code, run.statuses]).toEqual([3, ['enrolled', 'expired', 'enrolled']]);
  });

  test.concurrent('3: Graph refused a code', async ({ desk }) => {
    const { code, run } = await enrol(desk, (cells, fob) => cells.with(2, wrongCodeOf(fob)));
    expect([code, run.statuses]).toEqual([3, ['enrolled', 'code_rejected', 'enrolled']]);
  });

  test.concurrent('4: a row is unusable', async ({ desk }) => {
    const { code, run } = await enrol(desk, (cells) => cells.with(1, ''));
    expect([code, run.statuses]).toEqual([4, ['enrolled', 'invalid', 'enrolled']]);
  });

  test.concurrent('4: a row failed, also where another needs a fresh code', async ({ desk }) => {
    const fobs = makeFobs(2);
    const rows = [
      rowOf(fobs[0]!, Date.now() - TEN_MINUTES_MS),
      rowOf(fobs[1]!).with(1, 'nobody@contoso.com'),
    ];
    const input = await desk.write('in.csv', [[...HEADER], ...rows]);
    const { code, run } = await desk.enrol(await desk.graph(fobs), input);
    expect([code, run.statuses]).toEqual([4, ['expired', 'failed']]);
  });
});

describe('tokens of every kind', () => {
  const KINDS = [30, 60].flatMap((timeIntervalInSeconds) =>
    ['hmacsha1', 'hmacsha256'].map((hashFunction) => ({ timeIntervalInSeconds, hashFunction })),
  ) as Pick<TokenSpec, 'timeIntervalInSeconds' | 'hashFunction'>[];
  const fobs = KINDS.map((kind, at) => makeFob(`kind${at}`, kind));
  const cells = ({ serialNumber, user, secretKey, ...fob }: Fob) => [
    serialNumber,
    user,
    secretKey,
    String(fob.timeIntervalInSeconds),
    fob.hashFunction ?? '',
  ];

  test('a row with a seed is enrolled with a code made at the moment of sending', async ({ desk }) => {
    const emulator = await desk.graph(fobs);
    const header = ['serial', 'upn', 'secret key', 'time interval', 'algorithm'];
    const input = await desk.write('in.csv', [header, ...fobs.map(cells)]);

    const { code, run } = await desk.enrol(emulator, input);

    expect([code, run.statuses]).toEqual([0, fobs.map(() => 'enrolled')]);
    expect(emulator.requests().map(({ acted }) => acted)).toEqual(fobs.map(() => true));
  });

  test('the display name of a row becomes that of its token', async ({ desk }) => {
    const [fob] = makeFobs(1);
    const emulator = await desk.graph([fob!], { users: usersOf([fob!]) });
    const input = await desk.write('in.csv', [
      [...HEADER, 'token name'],
      [...rowOf(fob!), 'Amy’s “blue” token; the 2nd'],
    ]);

    await desk.enrol(emulator, input);

    expect(emulator.tenant.bySerial(fob!.serialNumber)?.view.displayName).toBe('Amy’s “blue” token; the 2nd');
  });
});
