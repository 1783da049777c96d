import { describe, expect } from 'vitest';
import { rollout, test, toCsv, type Desk } from '../support/desk.js';
import { makeFobs } from '../support/fob.js';
import { networkUses } from '../support/network-uses.js';

/** Stands in for Graph where no call may be made: nothing answers there, and none of these tests gets that far. */
const NOWHERE = ['--graph-url', 'http://127.0.0.1:9/beta'];
const GOOD = rollout(makeFobs(2));

/** Refused: exit code 2, one line that a person can use, no run folder. */
async function expectRefusal(
  desk: Desk,
  args: readonly string[],
  words: RegExp,
  options = {},
): Promise<void> {
  const { code, stdout, stderr } = await desk.call(args, options);
  expect(stderr).toMatch(words);
  expect(stderr).toMatch(/^[^\n]+\n$/);
  expect(stderr).not.toMatch(/\n\s+at |ENOENT|EISDIR|\bError:|SEEDSEED/);
  expect({ code, stdout, runs: await desk.runs() }).toEqual({ code: 2, stdout: '', runs: [] });
}

describe('unusable arguments', () => {
  test.concurrent.for<[args: string[], words: RegExp]>([
    [['enrol'], /unknown command 'enrol'/],
    [['--frobnicate'], /unknown option '--frobnicate'/],
    [['run'], /name one input: a CSV file, - for standard input, or a folder by --inbox/],
    [['run', 'in.csv', 'more.csv'], /too many arguments/],
    [['run', 'in.csv', '--frobnicate'], /unknown option '--frobnicate'/],
    [['run', 'in.csv', '--rate', '200'], /--rate.*200\/300/],
    [['run', 'in.csv', '--rate', '0/300'], /--rate/],
    [['run', 'in.csv', '--limit', '0'], /--limit/],
    [['run', 'in.csv', '--concurrency', '0'], /--concurrency/],
    [['run', 'in.csv', '--interval', '45'], /30 or 60/],
    [['run', 'in.csv', '--grace-steps', '-1'], /--grace-steps/],
    [['run', 'in.csv', '--max-wait', '0'], /--max-wait/],
    [['run', 'in.csv', '--request-timeout', 'soon'], /--request-timeout/],
    [['run', 'in.csv', '--collected-at', 'yesterday'], /auto, mtime, arrival/],
    [['run', 'in.csv', '--collected-at', '2026-11-24T09:30:00'], /zone/],
    [['run', 'in.csv', '--auth', 'magic'], /device-code/],
    [['run', 'in.csv', '--column', 'serialNumber'], /NAME=HEADER/],
    [['run', 'in.csv', '--column', 'serial=Asset tag'], /in\.csv.*"Asset tag".*headers are "serialNumber"/],
    [['run', 'in.csv', '--column', 'colour=Code'], /no column of that name.*serialNumber/],
    [['run', 'in.csv', '--offline'], /--dry-run/],
    [['run', '-', '--collected-at', 'mtime'], /standard input has no modification time/],
    [['run', 'in.csv', '--log', 'no/such/folder/run.log'], /no\/such\/folder\/run\.log/],
    [['emulate', '--port', '0', '--throttle', 'bucket'], /--throttle/],
    [['emulate', '--port', '99999'], /port/],
    [['emulate', '--port', '0', '--tokens', 'nosuch.csv'], /nosuch\.csv.*no such file/],
    [['emulate', '--port', '0', '--faults', 'nosuch.json'], /nosuch\.json.*no such file/],
    [['demo', 'nosuch.csv'], /nosuch\.csv.*no such file/],
    [['demo', 'broken.csv'], /^oath-enroll: broken\.csv, line 2: a quote stands inside a field/],
    [['demo', 'empty.csv'], /empty\.csv: the file is empty/],
  ])('%j', async ([args, words], { desk }) => {
    await desk.write('in.csv', GOOD);
    await desk.write('broken.csv', 'Serial number;User;Collected at;Code\nS1;amy@contoso.com;;SEEDSEED"1\n');
    await desk.write('empty.csv', '');
    await expectRefusal(desk, args[0] === 'run' ? [...args, ...NOWHERE] : args, words);
  });

  const TOKENS = 'upn,serial number,secret key,time interval\n';
  test.concurrent.for<[option: string, text: string, words: RegExp]>([
    ['--tokens', 'serial,seed\n', /emulated: its first line names no column "serial number"/],
    ['--tokens', `${TOKENS},S1,SEEDSEED,45\n`, /emulated, line 2: time interval must be 30 or 60/],
    ['--tokens', `${TOKENS},S1,SEEDSEED"2,30\n`, /emulated, line 2: a quote stands where none may/],
    ['--tokens', `${TOKENS},S1,"SEEDSEED,30\n`, /emulated, line 2: a quote .* never closed/],
    ['--tokens', `${TOKENS},S1,SEEDSEED\n`, /emulated, line 2: it has more or fewer cells/],
    ['--tokens', `${TOKENS},S1,SEEDSEED0,30\n`, /emulated, line 2: token S1: .* no base32/],
    [
      '--tokens',
      `${TOKENS},S1,SEEDSEED,30\n,S1,SEEDSEED,30\n`,
      /emulated, line 3: token S1: another one has its serial number/,
    ],
    [
      '--tokens',
      `${TOKENS}zoe@contoso.com,S1,SEEDSEED,30\n`,
      /line 2: token S1: its user zoe@contoso.com is not among the users/,
    ],
    ['--users', 'name\namy\n', /emulated: its first line names no column "userPrincipalName"/],
    ['--users', 'userPrincipalName,userType\na@b.c,Admin\n', /emulated, line 2: userType must be/],
    [
      '--users',
      'userPrincipalName,accountEnabled\na@b.c,maybe\n',
      /emulated, line 2: accountEnabled must be/,
    ],
    [
      '--users',
      'userPrincipalName\na@b.c\nA@b.c\n',
      /emulated, line 3: user A@b.c: another one has its name/,
    ],
    ['--faults', '[{', /emulated: this is no JSON list of rules/],
    ['--faults', '[{"fault":{"kind":"magic"}}]', /emulated: .* of a kind: latency, status/],
  ])('emulate %s with %j', async ([option, text, words], { desk }) => {
    await desk.write('emulated', text);
    await expectRefusal(desk, ['emulate', '--port', '0', option, 'emulated'], words);
  });

  test.concurrent('emulate on a port that is taken', async ({ desk }) => {
    const emulator = await desk.graph([]);
    const { port } = new URL(emulator.url);
    await expectRefusal(
      desk,
      ['emulate', '--port', port],
      /port \d+ is taken .* give another one with --port/,
    );
  });

  test.concurrent.for(['', '.', '..', '../up', 'a/b', 'a\\b', '/tmp/x', '-x', 'a b', 'a\n', 'x'.repeat(200)])(
    '--run-id %j',
    async (id, { desk }) => {
      const input = await desk.write('in.csv', GOOD);
      await expectRefusal(
        desk,
        ['run', input, `--run-id=${id}`, ...NOWHERE],
        /--run-id takes letters, digits/,
      );
    },
  );

  test.concurrent('a run id that is taken: the earlier run keeps its folder as it is', async ({ desk }) => {
    const input = await desk.write('in.csv', GOOD);
    const again = ['run', input, '--run-id', 'wave-1', '--dry-run', '--offline'];
    expect((await desk.call(again)).code).toBe(0);
    const before = await desk.readRun('wave-1');

    const { code, stderr } = await desk.call(again);

    expect([code, stderr]).toEqual([2, expect.stringMatching(/^[^\n]*exists already[^\n]*\n$/)]);
    expect(await desk.readRun('wave-1')).toEqual(before);
  });
});

describe('unusable files are named, with the line and in words that say how to mend it', () => {
  const [header, ...rows] = GOOD;
  const line = toCsv([rows[0]!]);
  test.concurrent.for<[what: string, content: string | Buffer, words: RegExp]>([
    ['empty', '', /in\.csv: .*empty/],
    ['blank lines alone', '\n\n \n', /in\.csv: .*empty/],
    ['no header', line + line, /in\.csv, line 1: .*begin with a header/],
    ['no column for users', 'serial,code\nA1,123456\n', /line 1, column "user": .*--column user=HEADER/],
    ['neither codes nor seeds', 'serial,upn\nA1,a@contoso.com\n', /column "verificationCode"/],
    ['two columns for one thing', 'serial,upn,user,code\n', /"upn" and "user" both mean user/],
    ['a header twice', 'serial,upn,code,Site,site\n', /column "site": .*twice/],
    [
      'a quote that is never closed',
      `${toCsv([header!])}${line}"A1,a@contoso.com\n`,
      /line 3: .*never closed/,
    ],
    ['a quote within a field', `${toCsv([header!])}A"1,a@contoso.com,123456,\n`, /line 2: .*quote/],
    ['not text', Buffer.from([...Buffer.from(toCsv(GOOD)), 0, 1, 2]), /line 4: .*not text/],
    [
      'Latin-1',
      Buffer.from(`${toCsv([header!])}${line}A1,jürgen@contoso.com,123456,\n`, 'latin1'),
      /line 3: .*UTF-8/,
    ],
  ])('%s', async ([, content, words], { desk }) => {
    await desk.write('in.csv', content);
    await expectRefusal(desk, ['run', 'in.csv', ...NOWHERE], words);
    expect(networkUses(desk.folder)).toEqual([]);
  });

  test.concurrent('a file that is not there, and a folder', async ({ desk }) => {
    await expectRefusal(desk, ['run', 'nosuch.csv', ...NOWHERE], /nosuch\.csv: there is no such file/);
    await expectRefusal(desk, ['run', '.', ...NOWHERE], /folder/);
  });
});

describe('a URL that is no Graph', () => {
  test.concurrent.for([
    'https://graph.contoso.com/beta',
    'https://graph.microsoft.com.contoso.com/beta',
    'https://graph.microsoft.com@contoso.com/beta',
    'http://graph.microsoft.com/beta',
    'https://graph.microsoft.com:8443/beta',
    'http://127.0.0.2:8042/beta',
    'http://localhost.contoso.com/beta',
    'graph.microsoft.com/beta',
  ])('%s is refused before the network is used', async (url, { desk }) => {
    const input = await desk.write('in.csv', GOOD);
    await expectRefusal(desk, ['run', input, '--graph-url', url], /Graph URL/);
    expect(networkUses(desk.folder)).toEqual([]);
  });

  test.concurrent('also where it stands in the environment', async ({ desk }) => {
    const input = await desk.write('in.csv', GOOD);
    const env = { OATH_ENROLL_GRAPH_URL: 'https://graph.contoso.com/beta' };
    await expectRefusal(desk, ['run', input], /Graph URL/, { env });
  });

  test.concurrent('control: use of the network is noticed where there is one', async ({ desk }) => {
    const fobs = makeFobs(1);
    const emulator = await desk.graph(fobs);
    const input = await desk.write('in.csv', rollout(fobs));

    await desk.call(['run', input, '--graph-url', emulator.url]);

    expect(networkUses(desk.folder)).toContain('connect');
    expect(emulator.requests()).toHaveLength(1);
  });
});
