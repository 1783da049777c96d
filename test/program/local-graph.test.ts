import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, vi } from 'vitest';
import { test, type Desk } from '../support/desk.js';

interface Requests {
  readonly requests: readonly { readonly path: string; readonly status: number }[];
}

describe('oath-enroll emulate', () => {
  test.concurrent.for(['SIGTERM', 'SIGINT'] as const)(
    'starts, shows codes, enrols, tells of its calls, and stops on %s',
    async (signal, { desk }) => {
      const emulate = desk.start(['emulate', '--port', '0', '--latency', '0', '--throttle', 'none']);
      const url = await vi.waitFor(() => /http:\/\/127\.0\.0\.1:\d+\/beta/.exec(emulate.stdout)![0], {
        timeout: 10_000,
      });
      const admin = url.replace('/beta', '/_emulator');
      const shown = await fetch(`${admin}/code/0007170974`);
      const { code } = (await shown.json()) as { code: string };
      const input = await desk.write('in.csv', [
        ['serial', 'upn', 'code'],
        ['0007170974', 'diego.siciliani@contoso.com', code],
      ]);

      const run = await desk.call(['run', input, '--graph-url', url]);
      const { requests } = (await (await fetch(`${admin}/requests`)).json()) as Requests;
      emulate.signal(signal);
      const exit = await emulate.exit;

      expect(run.code).toBe(0);
      expect(requests.map(({ status }) => status)).toEqual([204]);
      expect([exit.code, exit.stderr]).toEqual([0, '']);
      await expect(fetch(url)).rejects.toThrow();
    },
  );

  test.concurrent('plays the limit and the faults that it is given', async ({ desk }) => {
    await desk.write('faults.json', '[{"when":{"nth":1},"fault":{"kind":"status","status":503}}]');
    const emulate = desk.start([
      ...['emulate', '--port', '0', '--throttle', 'window:2/60', '--faults', 'faults.json'],
    ]);
    const url = await vi.waitFor(() => /http:\/\/127\.0\.0\.1:\d+\/beta/.exec(emulate.stdout)![0], {
      timeout: 10_000,
    });
    const statuses: number[] = [];
    // Its limit counts what would change something.
    const activation = `${url}/me/authentication/hardwareOathMethods/assignAndActivateBySerialNumber`;
    while (statuses.length < 4) {
      const call = { method: 'POST', headers: { Authorization: 'Bearer b' } };
      statuses.push((await fetch(activation, call)).status);
    }
    emulate.signal('SIGTERM');
    expect([(await emulate.exit).code, statuses[0], statuses.at(-1)]).toEqual([0, 503, 429]);
  });
});

describe('oath-enroll demo', () => {
  const ended = async (desk: Desk, args: readonly string[]) => {
    const startedAt = Date.now();
    return { ...(await desk.call(['demo', ...args])), tookMs: Date.now() - startedAt };
  };
  const runOf = async (desk: Desk, inputName: string) => {
    const name = (await desk.runs()).find((each) => each.endsWith(`Z-${inputName}`));
    return desk.readRun(name);
  };

  test('enrols the samples within half a minute, and then the rows whose codes it had to read again', async ({
    desk,
  }) => {
    const first = await ended(desk, []);
    expect([first.code, first.stderr]).toEqual([
      0,
      expect.stringMatching(/^((\d+ of 60 rows done|\d+ codes?, ).*\n)*$/),
    ]);
    expect(first.tookMs).toBeLessThan(30_000);
    const rollout = await runOf(desk, 'rollout');
    expect(rollout.summary.refusals).toBeGreaterThan(0);
    for (const status of [
      'enrolled',
      'already_enrolled',
      'expired',
      'code_rejected',
      'failed',
      'invalid',
      'duplicate',
    ])
      expect(rollout.summary.counts[status], status).toBeGreaterThan(0);
    expect(first.stdout).toContain(`${rollout.summary.counts['enrolled']}  enrolled`);

    // As its last lines say.
    const recollect = join(
      'reports',
      (await desk.runs()).find((name) => name.endsWith('Z-rollout'))!,
      'recollect.csv',
    );
    expect(first.stdout).toContain(`oath-enroll demo ${recollect}`);
    const second = await ended(desk, [recollect]);
    expect(second.code).toBe(0);
    const again = await runOf(desk, 'recollect');
    expect(again.statuses).toEqual(rollout.recollect.rows.map(() => 'enrolled'));
  }, 60_000);
});

describe('help', () => {
  test.concurrent.for<string[]>([[], ['run'], ['emulate'], ['demo']])(
    '%j --help',
    async (command, { desk }) => {
      const { code, stdout, stderr } = await desk.call([...command, '--help']);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(new RegExp(`^NAME\n    ${['oath-enroll', ...command].join(' ')} - `));
      // Nothing of this machine, nothing in the shape of a program's data.
      expect(stdout).not.toMatch(/\{"|\[object|\/samples\//);
    },
  );

  test.concurrent('run --help tells of each option that scripts rely on', async ({ desk }) => {
    const { stdout } = await desk.call(['run', '--help']);
    const options =
      'graph-url auth reports run-id rate limit concurrency interval grace-steps collected-at max-wait request-timeout column json quiet verbose log dry-run offline';
    for (const option of options.split(' ')) expect(stdout).toContain(`--${option}`);
  });

  test.concurrent('--version is that of the package', async ({ desk }) => {
    const manifest = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect(await desk.call(['--version'])).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: '' });
  });
});
