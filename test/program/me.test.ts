import { describe, expect } from 'vitest';
import { activations, test } from '../support/desk.js';
import { codeOf, makeFob, wrongCodeOf } from '../support/fob.js';
import { Dialogue } from '../support/dialogue.js';

const CODE = 'Code that your token shows';

describe('oath-enroll me', { timeout: 120_000 }, () => {
  test('enrols a token for whoever is signed in, by /me alone', async ({ desk }) => {
    const fob = makeFob('0001');
    const emulator = await desk.graph([fob]);
    const terminal = new Dialogue(desk, [
      ...['me', '--serial', fob.serialNumber],
      ...['--graph-url', emulator.url, '--run-id', 'r1'],
    ]);

    await terminal.answer(CODE, wrongCodeOf(fob));
    await terminal.shows('Code refused: FOB-0001 for you.');
    await terminal.answer(CODE, codeOf(fob));
    await terminal.shows('Enrolled: FOB-0001 for you.');

    expect(await terminal.exit).toBe(0);
    expect((await desk.readRun()).statuses).toEqual(['enrolled']);
    expect(activations(emulator).map(({ path, status }) => [path.split('/')[1], status])).toEqual([
      ['me', 400],
      ['me', 204],
    ]);
    expect(emulator.requests().some(({ path }) => path.startsWith('/users'))).toBe(false);
  });

  test('asks for another code also where a person may not read the inventory to tell why', async ({
    desk,
  }) => {
    const fob = makeFob('0001');
    const emulator = await desk.graph([fob], { forbidden: { directoryReads: true } });

    const { code, stderr } = await desk.call(
      ['me', '--serial', fob.serialNumber, '--graph-url', emulator.url, '--run-id', 'r1'],
      { input: `${wrongCodeOf(fob)}\n${codeOf(fob)}\n` },
    );

    expect(stderr).toContain('Not known: FOB-0001 for you.');
    expect([code, (await desk.readRun()).statuses]).toEqual([0, ['enrolled']]);
  });

  test('takes no sign-in of an app, and no serial number that is none', async ({ desk }) => {
    const app = await desk.call(['me', '--serial', 'A1', '--auth', 'client-secret']);
    expect([app.code, app.stderr]).toEqual([2, expect.stringContaining('browser, device-code, cli')]);

    const serial = await desk.call(['me', '--serial', '1.23E+11', '--graph-url', 'http://127.0.0.1:9/beta']);
    expect([serial.code, serial.stderr]).toEqual([2, expect.stringContaining('--serial: the serial number')]);
  });
});
