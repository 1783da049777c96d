import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { lutimes, open, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../model/clock.js';
import { OathEnrollError, systemCode } from '../model/errors.js';
import { parseJson } from '../model/json.js';
import { AS_IT_IS } from '../model/open-flags.js';

const RENEWED_EVERY_MS = 2500;
/** Watched for so long without being renewed, a lock is a dead holder's, whatever the clocks say. */
const DEAD_AFTER_MS = 10_000;
const LOOKED_AT_EVERY_MS = 250;
/** Far more than a lock file has: one that somebody else laid there must not fill the memory. */
const MOST_BYTES = 64 * 1024;

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

/** What stands in the file: also which holding it is. */
const fileSchema = holderSchema.extend({ id: z.uuid() });

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
  /** Of this holding; the time of the file where that is not written yet, or is none of ours. */
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
  /** Resolves at the next renewal; the same for all who wait. */
  #renewal: { readonly done: Promise<void>; readonly resolve: () => void } | undefined;
  #isReleased = false;
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
      if (isGone(found, request)) {
        await clear(found, request);
        continue;
      }
      if (first === undefined) request.onWait(watching(request.what, found));
      first ??= found;
      if (found.id !== first.id || found.renewedAtMs !== first.renewedAtMs) throw held(request.what, found);
      if (clock.elapsed() >= deadAtMs) await clear(found, request);
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
    this.#renewal ??= renewal();
    const confirmed = Promise.race([this.#renewal.done, this.lost]);
    // Who only asks whether it is sure does not wait for the answer.
    confirmed.catch(() => undefined);
    return confirmed;
  }

  /** Lets the lock go, if it is still ours. */
  async release(): Promise<void> {
    this.#isReleased = true;
    this.#cancel();
    const found = await look(this.request.path).catch(() => undefined);
    if (found?.id === this.#id) await rm(this.request.path).catch(() => undefined);
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

  /** Removes the locks under which killed processes cleared this one: while it is ours they guard nothing. */
  async #tidy(): Promise<void> {
    const { path } = this.request;
    const names = await readdir(dirname(path)).catch(() => []);
    const guards = names.filter((name) => isGuard(name, basename(path)));
    await Promise.all(guards.map((name) => rm(join(dirname(path), name)).catch(() => undefined)));
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
    const isTouched = await lutimes(path, now, now).then(
      () => true,
      () => false,
    );
    this.#renewed(isTouched);
  }

  #renewed(isTouched = true): void {
    const { clock } = this.request;
    if (this.#isReleased) return;
    if (isTouched) {
      this.#renewedAt = { wallMs: clock.now(), elapsedMs: clock.elapsed() };
      this.#renewal?.resolve();
      this.#renewal = undefined;
    }
    this.#cancel = clock.at(clock.elapsed() + RENEWED_EVERY_MS, () => void this.#renew());
  }
}

/** The lock file as it is; undefined where there is none. */
async function look(path: string): Promise<Found | undefined> {
  try {
    const file = await open(path, constants.O_RDONLY | AS_IT_IS);
    try {
      const stats = await file.stat();
      const { buffer, bytesRead } = stats.isFile()
        ? await file.read({ buffer: Buffer.alloc(MOST_BYTES), position: 0 })
        : { buffer: Buffer.alloc(0), bytesRead: 0 };
      const { data } = fileSchema.safeParse(parseJson(buffer.toString('utf8', 0, bytesRead)));
      return { id: data?.id ?? String(stats.mtimeMs), holder: data, renewedAtMs: stats.mtimeMs };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Removes a dead holder's file. That is locked too, by the holding's id: two who saw the same dead holder would else
 * remove its file and the one that the quicker of them made.
 */
async function clear({ id }: Found, request: LockRequest): Promise<void> {
  const { path } = request;
  const alone = await RunLock.take({ ...request, path: `${path}.${id}`, onWait: () => undefined });
  try {
    if ((await look(path))?.id === id) await rm(path, { force: true });
  } finally {
    await alone.release();
  }
}

/** Whether a file is one under whose lock another was cleared, at any depth. */
const isGuard = (name: string, lock: string): boolean =>
  name.startsWith(`${lock}.`) && /^[0-9a-f.-]{13,}$/.test(name.slice(lock.length + 1));

/** Whether its process is gone from this machine. How old the file is tells nothing: another machine's clock wrote it. */
function isGone({ holder }: Found, { holder: self, isRunning }: LockRequest): boolean {
  return holder?.host === self.host && holder.space === self.space && !isRunning(holder.process);
}

function renewal(): { readonly done: Promise<void>; readonly resolve: () => void } {
  let resolve!: () => void;
  const done = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { done, resolve };
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
