import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collectedAt, rate, seconds } from '../../src/cli/options/option-parsers.js';
import { fromRecord, settingsOf, type RunSettings } from '../../src/api/options.js';
import { AUTH_METHODS, type AuthMethod } from '../../src/model/auth-method.js';

const count = fc.integer({ min: 1, max: 1_000_000 });
/** As somebody may write it: whole, or with up to three decimals. */
const secondsText = fc
  .tuple(fc.nat(100_000), fc.option(fc.integer({ min: 1, max: 999 })))
  .filter(([whole, part]) => whole > 0 || part !== null)
  .map(([whole, part]) => (part === null ? `${whole}` : `${whole}.${String(part).padStart(3, '0')}`));
const isoTime = fc.date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true });
const columnNames = ['serialNumber', 'user', 'verificationCode', 'displayName', 'collectedAt', 'secretKey'];

/** What the parsers can make of a command line. */
const anyOptions: fc.Arbitrary<RunSettings & { readonly auth: AuthMethod }> = fc.record(
  {
    graphUrl: fc.webUrl(),
    auth: fc.constantFrom(...AUTH_METHODS),
    again: fc.constant(true as const),
    reports: fc.string({ unit: 'binary' }),
    rate: fc.tuple(count, secondsText).map(([calls, text]) => rate(`${calls}/${text}`)),
    limit: count,
    concurrency: count,
    interval: fc.constantFrom(30 as const, 60 as const),
    graceSteps: fc.nat(100),
    collectedAt: fc.oneof(
      fc.constantFrom('auto' as const, 'mtime' as const, 'arrival' as const),
      isoTime.map((date) => collectedAt(date.toISOString())),
    ),
    maxWait: secondsText.map(seconds),
    requestTimeout: secondsText.map(seconds),
    column: fc.dictionary(fc.constantFrom(...columnNames), fc.string({ unit: 'binary' }), {
      noNullPrototype: true,
    }),
  },
  {
    requiredKeys: [
      ...(['graphUrl', 'auth', 'reports', 'concurrency', 'interval', 'graceSteps', 'collectedAt'] as const),
      ...(['maxWait', 'requestTimeout', 'column'] as const),
    ],
  },
);

const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;

describe('the options of a run, as its journal keeps them', () => {
  it('come back as they were', () => {
    fc.assert(
      fc.property(anyOptions, (options) => {
        expect(fromRecord(asJson(settingsOf(options)))).toEqual(options);
      }),
      { numRuns: 500 },
    );
  });

  it('leave out the name of the run’s folder, who listens, and what may be a secret', () => {
    fc.assert(
      fc.property(anyOptions, (options) => {
        const told = {
          ...options,
          runId: 'r1',
          env: { AZURE_CLIENT_SECRET: 's' },
          notify: 'https://x/?key=k',
        };
        const settings = settingsOf(told);
        expect(JSON.stringify(settings)).not.toMatch(/AZURE_CLIENT_SECRET|key=k/);
        expect(fromRecord(asJson(settings))).toEqual(options);
      }),
      { numRuns: 50 },
    );
  });

  it('are told in seconds and ISO 8601', () => {
    const collected = new Date(1_790_000_040_000);
    expect(asJson(settingsOf({ maxWait: 900, requestTimeout: 1.5, collectedAt: collected }))).toMatchObject({
      maxWait: 900,
      requestTimeout: 1.5,
      collectedAt: '2026-09-21T14:14:00.000Z',
    });
  });

  it('are none where they are another program’s', () => {
    for (const other of [undefined, null, {}, { graphUrl: 'http://127.0.0.1:1' }, 'text']) {
      expect(fromRecord(other)).toBeUndefined();
    }
  });
});

describe('options that no run can have', () => {
  const wrong: readonly [name: string, value: unknown][] = [
    ['concurrency', 0],
    ['concurrency', 1.5],
    ['maxWait', -1],
    ['requestTimeout', 'soon'],
    ['interval', 45],
    ['graceSteps', -1],
    ['rate', { calls: 0, seconds: 300 }],
    ['limit', 0],
    ['auth', 'password'],
    ['import', 'all'],
    ['collectedAt', new Date(NaN)],
    ['hashFunction', 'md5'],
  ];

  it.each(wrong)('%s: %s is refused by name, and not quoted', (name, value) => {
    expect(() => settingsOf({ [name]: value })).toThrow(
      expect.objectContaining({
        code: 'usage',
        message: expect.stringContaining(`the option ${name}`) as string,
      }),
    );
  });
});
