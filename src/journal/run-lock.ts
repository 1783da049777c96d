import { randomUUID } from 'node:crypto';
import { link, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../model/clock.js';
import { OathEnrollError, systemCode } from '../model/errors.js';
import { parseJson } from '../model/json.js';

const RENEWED_EVERY_MS = 2500;
/** Watched for so long without being renewed, a lock is a dead holder's, whatever the clocks say. */
const DEAD_AFTER_MS = 10_000;
const LOOKED_AT_EVERY_MS = 250;
/** So old by the wall clock, it need not be watched. */
const LONG_DEAD_MS = 10 * DEAD_AFTER_MS;

const holderSchema = z.object({
  /** What it is held for: a run folder. */
  task: z.string(),
  process: z.int(),
  host: z.string(),
  /** Where that number of a process means this process: containers number their own. */
  space: z.string(),
  /** ISO time. */
  since: z.string(),
});

/** Who holds a lock, for whoever finds it taken. */
export type Holder = z.infer<typeof holderSchema>;

/** What is to be locked, and for whom. */
export interface LockRequest {
  /** What is locked, in words. */
  readonly what: string;
  /** Of the lock's own file. */
  readonly path: string;
  readonly holder: Holder;
  readonly clock: Clock;
  /** Whether a process of this machine runs. */
  readonly isRunning: (process: number) => boolean;
  /** Told when the lock of a holder that seems to be gone is watched, which takes ten seconds. */
  readonly onWait: (text: string) => void;
}

/** A lock file as somebody else left it. */
interface Found {
  /** Of this holding; '' where the file is not written yet, or is none of ours. */
  readonly id: string;
  readonly holder: Holder | undefined;
  readonly renewedAtMs: number;
}

/**
 * A lock that this process holds: a file that says who holds it, and that is touched all the time. One who finds it
 * touched meanwhile knows that the holder lives; one who does not takes it over.
 */
export class RunLock {
  /** Rejects with OathEnrollError `locked` should another process take the lock over. Never resolves. */
  readonly lost: Promise<never>;
  #lose!: (error: OathEnrollError) => void;
  readonly #id = randomUUID();
  #renewedAt: { wallMs: number; elapsedMs: number } | undefined;
  #renewal: Promise<void> | undefined;
  #onRenewal: () => void = () => undefined;
  #cancel: () => void = () => undefined;

  private constructor(private readonly request: LockRequest) {
    this.lost = new Promise((_, reject) => {
      this.#lose = reject;
    });
    // It is for whoever waits; nobody has to.
    this.lost.catch(() => undefined);
  }

  /**
   * @throws OathEnrollError `locked` where another process holds it
   * @throws Node's own error where the file cannot be made
   */
  static async take(request: LockRequest): Promise<RunLock> {
    const { path, clock } = request;
    const lock = new RunLock(request);
    const deadAtMs = clock.elapsed() + DEAD_AFTER_MS;
    let first: Found | undefined;
    while (!(await lock.#isMade())) {
      const found = await look(path);
      if (found === undefined) continue;
      if (isDead(found, request)) {
        await clear(path, found.id);
        continue;
      }
      if (first === undefined) request.onWait(watching(request.what, found));
      first ??= found;
      if (found.id !== first.id || found.renewedAtMs !== first.renewedAtMs) throw held(request.what, found);
      if (clock.elapsed() >= deadAtMs) await clear(path, found.id);
      else await new Promise<void>((resolve) => clock.at(clock.elapsed() + LOOKED_AT_EVERY_MS, resolve));
    }
    lock.#renewed();
    await lock.#tidy();
    return lock;
  }

  /**
   * Undefined while the lock is surely held. After the whole machine slept, another may have taken it over: then a
   * promise that resolves once that is known not to be so, or rejects with OathEnrollError `locked`.
   */
  confirming(): Promise<void> | undefined {
    const { clock } = this.request;
    const at = this.#renewedAt;
    const ageMs = at && Math.max(clock.now() - at.wallMs, clock.elapsed() - at.elapsedMs);
    if (ageMs !== undefined && ageMs < DEAD_AFTER_MS) return undefined;
    // One for all who ask meanwhile: each of them waits for the same renewal.
    this.#renewal ??= new Promise<void>((resolve) => {
      this.#onRenewal = resolve;
    });
    return Promise.race([this.#renewal, this.lost]);
  }

  /** Lets the lock go, if it is still ours. */
  async release(): Promise<void> {
    this.#cancel();
    const found = await look(this.request.path).catch(() => undefined);
    if (found?.id === this.#id) await rm(this.request.path, { force: true }).catch(() => undefined);
  }

  async #isMade(): Promise<boolean> {
    try {
      const file = await open(this.request.path, 'wx', 0o600);
      try {
        await file.writeFile(JSON.stringify({ id: this.#id, ...this.request.holder }));
      } catch (error) {
        // A lock that says not whose it is would be taken for a living one's for ten seconds.
        await rm(this.request.path, { force: true });
        throw error;
      } finally {
        await file.close();
      }
      return true;
    } catch (error) {
      if (systemCode(error) === 'EEXIST') return false;
      throw error;
    }
  }

  /** Removes what killed processes had put aside: while the lock is ours, it can never be put back. */
  async #tidy(): Promise<void> {
    const { path } = this.request;
    const names = await readdir(dirname(path)).catch(() => []);
    for (const name of names.filter((each) => isAside(each, basename(path)))) {
      const aside = join(dirname(path), name);
      const found = await look(aside).catch(() => ({ id: this.#id }));
      if (found?.id !== this.#id) await rm(aside, { force: true }).catch(() => undefined);
    }
  }

  async #renew(): Promise<void> {
    const { what, path, clock } = this.request;
    const found = await look(path).catch(() => 'unreadable' as const);
    if (found !== 'unreadable' && found?.id !== this.#id) {
      this.#renewedAt = undefined;
      this.#lose(lost(what, found));
      return;
    }
    const now = new Date(clock.now());
    const isTouched = await utimes(path, now, now).then(
      () => true,
      () => false,
    );
    this.#renewed(isTouched);
  }

  #renewed(isTouched = true): void {
    const { clock } = this.request;
    if (isTouched) {
      this.#renewedAt = { wallMs: clock.now(), elapsedMs: clock.elapsed() };
      this.#onRenewal();
      this.#renewal = undefined;
    }
    this.#cancel = clock.at(clock.elapsed() + RENEWED_EVERY_MS, () => void this.#renew());
  }
}

/** The lock file as it is; undefined where there is none. */
async function look(path: string): Promise<Found | undefined> {
  try {
    const [{ mtimeMs }, text] = await Promise.all([stat(path), readFile(path, 'utf8')]);
    const { data } = holderSchema.extend({ id: z.string() }).safeParse(parseJson(text));
    return { id: data?.id ?? '', holder: data, renewedAtMs: mtimeMs };
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Removes a dead holder's file. Another may have been quicker and made its own: that is put back. */
async function clear(path: string, id: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
    throw error;
  }
  if ((await look(aside))?.id !== id) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

const isAside = (name: string, lock: string): boolean =>
  name.startsWith(`${lock}.`) && /^[0-9a-f-]{36}$/.test(name.slice(lock.length + 1));

/** Whether that is plain: its process is gone from this machine, or has not renewed the lock for long. */
function isDead({ holder, renewedAtMs }: Found, { holder: self, clock, isRunning }: LockRequest): boolean {
  if (clock.now() - renewedAtMs > LONG_DEAD_MS) return true;
  return holder?.host === self.host && holder.space === self.space && !isRunning(holder.process);
}

const named = ({ holder }: Found): string =>
  holder === undefined
    ? 'another process'
    : `${holder.task} (process ${holder.process} on ${holder.host}, since ${holder.since})`;

const watching = (what: string, found: Found): string =>
  `${what} is locked by ${named(found)}: seeing whether that is alive …`;

const held = (what: string, found: Found): OathEnrollError =>
  new OathEnrollError('locked', `another run holds ${what}: ${named(found)}`);

const lost = (what: string, found: Found | undefined): OathEnrollError =>
  new OathEnrollError(
    'locked',
    `this run was taken for dead, and ${found === undefined ? 'its lock was removed' : `${named(found)} took over`}: ` +
      `${what} is no longer ours, so nothing more was sent`,
  );
