import type { EmulatorOptions, FaultRule } from '../../src/emulator/index.js';
import { HEADER } from '../support/desk.js';
import { codeOf, makeFob, makeFobs, usersOf, type Fob } from '../support/fob.js';

/** True ms from sending a call to having its answer; it is with Graph after half of them. */
export const LATENCY_MS = 8;

/** Codes live so many steps of 60 s beyond their own: longer than a chain of sessions takes. */
export const GRACE_STEPS = 60;

const HOURS_MS = 3 * 3_600_000;

/** Tokens that get enrolled, and what the others of a rollout are there for. */
const good = makeFobs(12, { timeIntervalInSeconds: 60 });
const seeded = makeFobs(3, { timeIntervalInSeconds: 60 }).map((fob, at) => ({
  ...fob,
  serialNumber: `SEED-${at + 1}`,
  user: `seeded.${at + 1}@contoso.com`,
}));
const [wrong, alsoWrong, dead, unknown, stray, taken, nobodys] = [
  ...['wrong-1', 'wrong-2', 'dead', 'unknown', 'stray', 'taken', 'nobodys'],
].map((name) => makeFob(name, { timeIntervalInSeconds: 60 })) as [Fob, Fob, Fob, Fob, Fob, Fob, Fob];

/** Tokens that a run has to enrol, whatever happens. */
export const ENROLLABLE: readonly Fob[] = [...good, ...seeded];

/** The rows of a rollout whose codes are read at an instant, each time the same but for codes and times. */
export function rollout(nowMs: number): string[][] {
  const row = (fob: Fob, code = codeOf(fob, nowMs), readAtMs = nowMs): string[] => {
    return [fob.serialNumber, fob.user, code, new Date(readAtMs).toISOString(), ''];
  };
  const refused = [wrong, alsoWrong].map((fob) => row(fob, wrongCode(fob, nowMs)));
  const others = [
    row(dead, undefined, nowMs - HOURS_MS),
    row(unknown),
    row({ ...stray, user: 'nobody@contoso.com' }),
    row(taken),
    row({ ...good[0]!, user: 'twin@contoso.com' }),
    row({ ...nobodys, user: '' }),
    row(nobodys, '12'),
  ];
  const seeds = seeded.map(({ serialNumber, user, secretKey }) => [serialNumber, user, '', '', secretKey]);
  const [first, ...rest] = [...good.map((fob) => row(fob)), ...seeds];
  // Among the good ones, so that a kill finds some of each kind done and some not.
  const mixed = rest.flatMap((each, at) => [each, ...[...refused, ...others].slice(at, at + 1)]);
  return [[...HEADER, 'seed'], first!, ...mixed];
}

/** A code that the token has shown at no instant at which it could be taken. */
function wrongCode(fob: Fob, nowMs: number): string {
  const steps = Array.from({ length: 3 * GRACE_STEPS }, (_, at) => at - GRACE_STEPS);
  const shown = new Set(steps.map((step) => codeOf(fob, nowMs + step * 60_000)));
  return Array.from({ length: 10 }, (_, digit) => String(digit).repeat(6)).find((code) => !shown.has(code))!;
}

const firstPostOf = (at: number, fault: FaultRule['fault']): FaultRule => ({
  when: { method: 'POST', serial: good[at]!.serialNumber, nth: 1 },
  fault,
});

/** What goes wrong between program and Graph, besides the kills. */
const TROUBLE: readonly FaultRule[] = [
  firstPostOf(1, { kind: 'cut-after' }),
  firstPostOf(3, { kind: 'status', status: 500, acts: true }),
  firstPostOf(4, { kind: 'cut-before' }),
  firstPostOf(6, { kind: 'status', status: 502, body: 'html' }),
  firstPostOf(7, { kind: 'truncated' }),
  firstPostOf(9, { kind: 'status', status: 503, retryAfter: '1' }),
  firstPostOf(10, { kind: 'status', status: 504, acts: true, body: 'empty' }),
];

const LAG = { ms: 3000 };

/** How Graph is, by the name of the scenario. */
export const SCENARIOS = {
  calm: {},
  faults: { faults: TROUBLE },
  lag: { readLag: LAG, faults: TROUBLE },
  throttle: { throttle: { kind: 'window', calls: 12, windowMs: 3000 } },
} as const satisfies Record<string, EmulatorOptions>;

export type ScenarioName = keyof typeof SCENARIOS;

/** A new Graph's settings. */
export function graphOf(scenario: ScenarioName, now: () => number): EmulatorOptions {
  const tokens = [...ENROLLABLE, wrong, alsoWrong, dead, stray, { ...taken, assignTo: 'owner@contoso.com' }];
  const users = usersOf([...tokens, unknown, nobodys]);
  return {
    tokens,
    users: [...users, { userPrincipalName: 'owner@contoso.com' }, { userPrincipalName: 'twin@contoso.com' }],
    latencyMs: LATENCY_MS,
    graceSteps: GRACE_STEPS,
    now,
    ...SCENARIOS[scenario],
  };
}
