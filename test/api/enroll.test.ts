import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, vi } from 'vitest';
import {
  enroll,
  resume,
  type EnrollOptions,
  type EnrollRow,
  type ReadSoFar,
  type RunEvent,
} from '../../src/api/index.js';
import type { Emulator } from '../../src/emulator/index.js';
import { activations, rollout, test, toCsv, type Desk } from '../support/desk.js';
import { codeOf, makeFobs, wrongCodeOf, type Fob } from '../support/fob.js';

const rowOf = (fob: Fob, verificationCode = codeOf(fob)): EnrollRow => ({
  serialNumber: fob.serialNumber,
  user: fob.user,
  verificationCode,
  collectedAt: new Date(),
});

const onto = (desk: Desk, { url }: Emulator, more: EnrollOptions = {}): EnrollOptions => ({
  graphUrl: url,
  reports: desk.path('reports'),
  runId: 'r1',
  ...more,
});

/** Listens for one kind of event. */
const at =
  (awaited: RunEvent['type'], act: () => void) =>
  ({ type }: RunEvent): void => {
    if (type === awaited) act();
  };

const outcomesIn = (events: readonly RunEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'outcome' ? [`${event.line}: ${event.status}`] : []));

describe('rows that a program has', () => {
  test('are enrolled, and the result says so in figures, paths and a word', async ({ desk }) => {
    const fobs = makeFobs(3);
    const graph = await desk.graph(fobs);
    const [first, second, third] = fobs as [Fob, Fob, Fob];
    const events: RunEvent[] = [];

    const { summary, verdict, files } = await enroll(
      [rowOf(first), rowOf(second, wrongCodeOf(second)), rowOf(third)],
      onto(desk, graph, { onEvent: (event) => events.push(event) }),
    );

    expect(summary).toMatchObject({ rows: 3, needsRecollection: 1, exitCode: 3 });
    expect(summary.counts).toMatchObject({ enrolled: 2, code_rejected: 1 });
    expect(verdict).toBe('recollect');
    expect(JSON.parse(await readFile(files.summary, 'utf8'))).toEqual(summary);
    expect(await readFile(files.recollect, 'utf8')).toContain(second.serialNumber);
    for (const path of [files.results, files.journal, files.page ?? '']) {
      expect((await stat(path)).isFile()).toBe(true);
    }
    expect(outcomesIn(events).sort()).toEqual(['2: enrolled', '3: code_rejected', '4: enrolled']);
    expect(events.at(-1)).toMatchObject({ type: 'end' });
  });

  test('may come one by one: each is sent as it arrives', async ({ desk }) => {
    const fobs = makeFobs(3);
    const graph = await desk.graph(fobs);
    let settled = (): void => undefined;
    async function* read(): AsyncGenerator<EnrollRow> {
      for (const fob of fobs) {
        const isSettled = new Promise<void>((resolve) => (settled = resolve));
        yield rowOf(fob);
        // Were rows only sent at the end of the input, this would wait for ever.
        await isSettled;
      }
    }

    const onEvent = at('outcome', () => settled());
    const { verdict, summary } = await enroll(read(), onto(desk, graph, { onEvent }));

    expect([verdict, summary.counts.enrolled]).toEqual(['done', 3]);
  });

  test('bring columns of their own into the results, and text that looks like CSV', async ({ desk }) => {
    const [fob] = makeFobs(1) as [Fob];
    const graph = await desk.graph([fob]);
    const note = 'a "quoted", cell;\nof two lines';

    const { files } = await enroll([{ ...rowOf(fob), note }], onto(desk, graph));

    expect((await desk.readRun()).results.records[0]).toMatchObject({ note, status: 'enrolled' });
    expect(await readFile(files.results, 'utf8')).not.toContain(codeOf(fob));
  });

  test('that are put into the inventory alone', async ({ desk }) => {
    const graph = await desk.graph([]);
    const rows = makeFobs(3).map(({ serialNumber, secretKey }) => ({
      ...{ serialNumber, secretKey, timeInterval: 30, manufacturer: 'Contoso', model: 'One' },
    })) satisfies EnrollRow[];

    const onReading = vi.fn((look: () => ReadSoFar) => expect(look()).toEqual({ count: 0, shutForMs: 0 }));

    const { verdict, summary } = await enroll(rows, onto(desk, graph, { import: 'only', onReading }));

    expect([verdict, summary.counts.imported]).toEqual(['done', 3]);
    expect(onReading).toHaveBeenCalledOnce();
    expect([...graph.tenant.devices()].map(({ view }) => view.serialNumber)).toEqual(
      rows.map((row) => row.serialNumber),
    );
  });

  test('have one set of columns: what a later row has besides is refused by name', async ({ desk }) => {
    const fobs = makeFobs(2) as [Fob, Fob];
    const graph = await desk.graph(fobs);
    const rows = [rowOf(fobs[0]), { ...rowOf(fobs[1]), displayName: 'Amy' }];

    await expect(enroll(rows, onto(desk, graph))).rejects.toMatchObject({
      code: 'input',
      place: { file: 'the rows', column: 'displayName' },
      message: expect.stringContaining('row 2') as string,
    });
    expect([activations(graph), await desk.runs()]).toEqual([[], []]);
  });
});

describe('a CSV', () => {
  test('by its path, and a second time: no token is submitted twice', async ({ desk }) => {
    const fobs = makeFobs(2);
    const graph = await desk.graph(fobs);
    const path = desk.path(await desk.write('in.csv', rollout(fobs)));

    expect((await enroll(path, onto(desk, graph))).verdict).toBe('done');
    const again = await enroll(path, onto(desk, graph, { runId: 'r2' }));

    expect(again.summary.counts).toMatchObject({ enrolled: 0, already_enrolled: 2 });
    expect(activations(graph)).toHaveLength(2);
  });

  test.for([
    ['a stream of Node', (csv: string) => Readable.from([Buffer.from(csv)])],
    ['a stream of the web', (csv: string) => new Blob([csv]).stream()],
  ] as const)('from %s', async ([, streamOf], { desk }) => {
    const fobs = makeFobs(2);
    const graph = await desk.graph(fobs);

    const { verdict } = await enroll(streamOf(toCsv(rollout(fobs))), onto(desk, graph));

    expect(verdict).toBe('done');
  });

  test('that two runs take at once is sent once', async ({ desk }) => {
    const fobs = makeFobs(1);
    const graph = await desk.graph(fobs, { latencyMs: 300 });
    const path = desk.path(await desk.write('in.csv', rollout(fobs)));
    let second: Promise<unknown> | undefined;
    const onEvent = ({ type }: RunEvent): void => {
      if (type === 'intent')
        second ??= enroll(path, onto(desk, graph, { runId: 'r2' })).catch((e: unknown) => e);
    };

    await enroll(path, onto(desk, graph, { onEvent }));

    // It waits for the first one’s lock, and finds its work done.
    expect(await second).toMatchObject({ summary: { counts: { already_enrolled: 1 } } });
    expect(activations(graph)).toHaveLength(1);
  });
});

describe('a run that is ended', () => {
  test('by its signal keeps what was done, and is finished by resume', async ({ desk }) => {
    const fobs = makeFobs(4);
    const graph = await desk.graph(fobs);
    const path = desk.path(await desk.write('in.csv', rollout(fobs)));
    const stop = new AbortController();
    const onEvent = at('outcome', () => stop.abort(new Error('enough')));

    const first = await enroll(path, onto(desk, graph, { concurrency: 1, onEvent, signal: stop.signal }));
    expect([first.verdict, first.summary.exitCode, first.summary.counts.enrolled]).toEqual([
      'interrupted',
      130,
      1,
    ]);
    expect(first.summary.counts.not_attempted).toBe(3);

    const { verdict, summary } = await resume(first.summary.folder);
    expect([verdict, summary.counts.enrolled]).toEqual(['done', 4]);
    expect(activations(graph)).toHaveLength(4);
  });

  test('need not wait for rows that never come', async ({ desk }) => {
    const fobs = makeFobs(1);
    const graph = await desk.graph(fobs);
    const stop = new AbortController();
    async function* read(): AsyncGenerator<EnrollRow> {
      for (const fob of fobs) yield rowOf(fob);
      await new Promise(() => undefined);
    }
    const onEvent = at('outcome', () => stop.abort());

    const { verdict } = await enroll(read(), onto(desk, graph, { onEvent, signal: stop.signal }));

    expect(verdict).toBe('interrupted');
  });

  test('before it began is no run', async ({ desk }) => {
    const graph = await desk.graph([]);
    const never: AsyncIterable<EnrollRow> = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }),
    };

    await expect(enroll(never, onto(desk, graph, { signal: AbortSignal.abort() }))).rejects.toMatchObject({
      code: 'interrupted',
    });
    expect(await desk.runs()).toEqual([]);
  });

  test('by a listener that throws has its calls in the journal all the same', async ({ desk }) => {
    const fobs = makeFobs(3);
    const graph = await desk.graph(fobs);
    const path = desk.path(await desk.write('in.csv', rollout(fobs)));
    const slip = new Error('no such screen');
    const onEvent = at('answer', () => {
      throw slip;
    });

    await expect(enroll(path, onto(desk, graph, { concurrency: 1, onEvent }))).rejects.toBe(slip);
    expect(activations(graph)).toHaveLength(1);

    const { verdict } = await resume(desk.path('reports/r1'), { onEvent: undefined });
    expect(verdict).toBe('done');
    expect(activations(graph)).toHaveLength(3);
  });
});

describe('who signs in', () => {
  test('is nobody for a local Graph', async ({ desk }) => {
    const fobs = makeFobs(1) as [Fob];
    const graph = await desk.graph(fobs);
    const auth = vi.fn(() => Promise.reject(new Error('asked')));

    expect((await enroll([rowOf(fobs[0])], onto(desk, graph, { auth }))).verdict).toBe('done');
    expect(auth).not.toHaveBeenCalled();
  });

  // A credential that fails is the furthest that a test may go: after it Graph itself would be called.
  test('is the given credential, and its failure stops the run', async ({ desk }) => {
    const getToken = vi.fn(() => Promise.reject(new Error('the vault is shut')));
    const options = { auth: { getToken }, reports: desk.path('reports'), runId: 'r1', env: {} };

    const { verdict, summary } = await enroll([rowOf(makeFobs(1)[0]!)], options);

    expect(getToken).toHaveBeenCalledWith('https://graph.microsoft.com/.default', { enableCae: true });
    expect([verdict, summary.exitCode, summary.calls]).toEqual(['stopped', 5, 0]);
    expect(summary.stopped).toBe(
      'not signed in: sign-in with the given credential failed: the vault is shut',
    );
    expect(summary.options).toMatchObject({ auth: 'own' });
  });

  test('is asked for nothing where the Graph URL is none', async ({ desk }) => {
    const auth = vi.fn(() => Promise.resolve(null));
    const options = { auth, graphUrl: 'https://graph.example.com', reports: desk.path('reports') };

    await expect(enroll([], options)).rejects.toMatchObject({ code: 'host' });
    expect(auth).not.toHaveBeenCalled();
  });

  test('must be told the device code by somebody', async ({ desk }) => {
    await expect(enroll([], { auth: 'device-code', reports: desk.path('reports') })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('onPrompt') as string,
    });
  });
});

test('the process is left alone: no signal is taken, nothing written, no exit code set', async ({ desk }) => {
  const fobs = makeFobs(2);
  const graph = await desk.graph(fobs);
  const before = { listeners: process.eventNames(), exitCode: process.exitCode, env: { ...process.env } };
  const writes = [vi.spyOn(process.stdout, 'write'), vi.spyOn(process.stderr, 'write')];
  const exit = vi.spyOn(process, 'exit');

  await enroll(
    [...fobs.map((fob) => rowOf(fob)), { serialNumber: '', user: '', verificationCode: '1' }],
    onto(desk, graph),
  );

  expect([...writes, exit].map((spy) => spy.mock.calls)).toEqual([[], [], []]);
  vi.restoreAllMocks();
  expect({ listeners: process.eventNames(), exitCode: process.exitCode, env: { ...process.env } }).toEqual(
    before,
  );
});

test('neither code nor seed nor token is in what a listener hears, or on the disk', async ({ desk }) => {
  const fobs = makeFobs(3) as [Fob, Fob, Fob];
  const graph = await desk.graph(fobs);
  const heard: unknown[] = [];
  const listen = (told: unknown): void => void heard.push(told);
  const code = codeOf(fobs[0]);
  const rows = [
    { ...rowOf(fobs[0], code), secretKey: '' },
    { ...rowOf(fobs[1], ''), secretKey: fobs[1].secretKey },
    { ...rowOf(fobs[2], `${code}7`), secretKey: '' },
  ];

  const options = onto(desk, graph, { onEvent: listen, onNotice: listen, onPrompt: listen });
  const { files, summary } = await enroll(rows, options);

  expect(summary.counts).toMatchObject({ enrolled: 2, invalid: 1 });
  const written = await Promise.all(
    [files.results, files.journal, files.summary].map((path) => readFile(path, 'utf8')),
  );
  const all = JSON.stringify(heard) + written.join('');
  expect(all).toContain(fobs[0].serialNumber);
  for (const secret of [`"${code}`, `,${code}`, fobs[1].secretKey]) expect(all).not.toContain(secret);
});

test('"-" is the command line’s word: the stream itself is handed over', async ({ desk }) => {
  await writeFile(join(desk.folder, '-'), '');
  await expect(enroll('-')).rejects.toMatchObject({ code: 'usage' });
});
