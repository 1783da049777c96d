import { describe, expect } from 'vitest';
import type { Emulator } from '../../src/emulator/index.js';
import { activations, rollout, test, type Desk } from '../support/desk.js';
import { makeFob, usersOf, type Fob } from '../support/fob.js';

const INVENTORY = 'directory/authenticationMethodDevices/hardwareOathDevices';

const statusOf = (emulator: Emulator, fob: Fob): string | undefined =>
  emulator.tenant.bySerial(fob.serialNumber)?.view.status;

/** A call by the hand of an administrator, as the page on the life of a token has it. */
async function byHand(emulator: Emulator, method: string, path: string): Promise<Response> {
  const response = await fetch(`${emulator.url}/${path}`, {
    method,
    headers: { authorization: 'Bearer hand' },
  });
  expect([path, response.ok]).toEqual([path, true]);
  return response;
}

/** Where the user's token is, by the list that has its id. */
async function methodOf(
  emulator: Emulator,
  { user, serialNumber }: Fob,
): Promise<{ path: string; id: string }> {
  const path = `users/${user}/authentication/hardwareOathMethods`;
  const list = (await (await byHand(emulator, 'GET', path)).json()) as {
    value: { id: string; device: { serialNumber: string } }[];
  };
  const id = list.value.find(({ device }) => device.serialNumber === serialNumber)?.id ?? 'none';
  return { path: `${path}/${id}`, id };
}

/** A token that Graph gave up on, in the hands of its user. */
async function failedToken(desk: Desk): Promise<{ readonly emulator: Emulator; readonly fob: Fob }> {
  const fob = makeFob('1', { timeIntervalInSeconds: 60 });
  const failed = { ...fob, assignTo: fob.user, status: 'failedActivation' } as const;
  return { fob, emulator: await desk.graph([failed], { users: usersOf([fob]) }) };
}

/** A run with a fresh code: the status of its one row. */
async function runAgain(desk: Desk, emulator: Emulator, fob: Fob, name: string): Promise<string | undefined> {
  const input = await desk.write(`${name}.csv`, rollout([fob]));
  const { run } = await desk.enrol(emulator, input, ['--interval', '60'], name);
  return run.statuses[0];
}

describe('a token in failedActivation', { timeout: 60_000 }, () => {
  test.concurrent('is failed for a run, which takes none of the ways back by itself', async ({ desk }) => {
    const { emulator, fob } = await failedToken(desk);
    const input = await desk.write('again.csv', rollout([fob]));
    const { code, stdout, run } = await desk.enrol(emulator, input, ['--interval', '60'], 'again');
    expect([code, run.statuses]).toEqual([4, ['failed']]);
    expect(run.results.records[0]?.['reason']).toContain('failedActivation');
    expect(stdout).toContain('failed');
    const calls = emulator.requests();
    expect(activations(emulator).length).toBeGreaterThan(0);
    expect(activations(emulator).every(({ path }) => path.endsWith('/assignAndActivateBySerialNumber'))).toBe(
      true,
    );
    expect(calls.filter(({ method }) => !['GET', 'POST'].includes(method))).toEqual([]);
    expect(calls.filter(({ acted }) => acted)).toEqual([]);
    expect(statusOf(emulator, fob)).toBe('failedActivation');
  });

  test.concurrent(
    'is failed for `import` and for `run --import` as well, and left as it is',
    async ({ desk }) => {
      const { emulator, fob } = await failedToken(desk);
      const input = await desk.write('v.csv', vendorFile(fob));
      const to = ['--graph-url', emulator.url];
      await desk.call(['import', input, ...to]);
      await desk.call(['run', input, '--import', ...to]);
      const calls = emulator.requests();
      expect(activations(emulator).length).toBeGreaterThan(0);
      expect(calls.filter(({ method, path }) => method === 'DELETE' || path.endsWith('/deactivate'))).toEqual(
        [],
      );
      expect(calls.filter(({ acted }) => acted)).toEqual([]);
      expect(statusOf(emulator, fob)).toBe('failedActivation');
    },
  );

  test.concurrent(
    'is enrolled by a run after it was deactivated, its user’s all the while',
    async ({ desk }) => {
      const { emulator, fob } = await failedToken(desk);
      const { path } = await methodOf(emulator, fob);
      await byHand(emulator, 'POST', `${path}/deactivate`);
      expect(statusOf(emulator, fob)).toBe('assigned');
      expect(await runAgain(desk, emulator, fob, 'again')).toBe('enrolled');
      expect(statusOf(emulator, fob)).toBe('activated');
    },
  );

  test.concurrent(
    'is enrolled by a run after it was deleted from the user, for another one too',
    async ({ desk }) => {
      const { emulator, fob } = await failedToken(desk);
      const { path } = await methodOf(emulator, fob);
      await byHand(emulator, 'DELETE', path);
      expect(statusOf(emulator, fob)).toBe('available');
      const amy = emulator.tenant.addUser({ userPrincipalName: 'amy@contoso.com' });
      expect(await runAgain(desk, emulator, { ...fob, user: 'amy@contoso.com' }, 'again')).toBe('enrolled');
      expect(emulator.tenant.bySerial(fob.serialNumber)?.view).toMatchObject({
        status: 'activated',
        assignedTo: amy,
      });
    },
  );

  test.concurrent(
    'is enrolled after it was deleted from the inventory and imported, with another seed too',
    async ({ desk }) => {
      const { emulator, fob } = await failedToken(desk);
      const { path, id } = await methodOf(emulator, fob);
      // As long as somebody has it, it stays.
      const early = await fetch(`${emulator.url}/${INVENTORY}/${id}`, {
        method: 'DELETE',
        headers: { authorization: 'Bearer hand' },
      });
      expect(early.ok).toBe(false);
      await byHand(emulator, 'DELETE', path);
      await byHand(emulator, 'DELETE', `${INVENTORY}/${id}`);
      expect(statusOf(emulator, fob)).toBeUndefined();

      const mended = makeFob('1', { timeIntervalInSeconds: 60 });
      expect(mended.secretKey).not.toBe(fob.secretKey);
      const input = await desk.write('v.csv', vendorFile(mended));
      const imported = await desk.call(['import', input, '--graph-url', emulator.url]);
      expect([imported.code, statusOf(emulator, fob)]).toEqual([0, 'available']);
      expect(await runAgain(desk, emulator, mended, 'again')).toBe('enrolled');
    },
  );

  test.concurrent(
    'control: none of that is done, and it is not enrolled by a good code',
    async ({ desk }) => {
      const { emulator, fob } = await failedToken(desk);
      expect(await runAgain(desk, emulator, fob, 'again')).toBe('failed');
    },
  );
});

/** What a vendor sends of a token. */
const vendorFile = ({ user, serialNumber, secretKey }: Fob): string[][] => [
  ['upn', 'serial number', 'secret key', 'time interval', 'manufacturer', 'model'],
  [user, serialNumber, secretKey, '60', 'Contoso', 'HardwareKey'],
];
