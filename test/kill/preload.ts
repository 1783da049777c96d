/**
 * Loaded into the program before its own first line (`node --import`). It numbers the boundaries at which a kill could
 * fall, writes each into a trace, and kills its own process at the one that it was told.
 */
import { subscribe } from 'node:diagnostics_channel';
import fs from 'node:fs';
import files, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { basename } from 'node:path';
import type { DiagnosticsChannel } from 'undici';
import { liveFast, type FastTime } from './fast-time.js';

/** A boundary: what is about to be done, or was just done, for the n-th time in this process. */
export interface KillPoint {
  readonly kind: string;
  /** 1 is the first. */
  readonly nth: number;
}

/** What the preload is told, as JSON in the environment. */
export interface Orders {
  readonly trace: string;
  readonly time: FastTime;
  /** True ms after which a call is on its way, and after which it is with Graph. */
  readonly callTakesMs: readonly [onItsWay: number, taken: number];
  readonly kill?: KillPoint | undefined;
}

const { trace, time, kill, callTakesMs } = JSON.parse(process.env['KILL_ORDERS'] ?? '') as Orders;
const traceFile = fs.openSync(trace, 'a');
const seen = new Map<string, number>();
const after = setTimeout;
liveFast(time);

const isTheOne = (kind: string): boolean => kind === kill?.kind && (seen.get(kind) ?? 0) + 1 === kill.nth;

function boundary(kind: string): void {
  const dies = isTheOne(kind);
  seen.set(kind, (seen.get(kind) ?? 0) + 1);
  fs.writeSync(traceFile, `${kind}\n`);
  if (!dies) return;
  process.kill(process.pid, 'SIGKILL');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

/** A file without what is random in its name: `results.csv.tmp`, `.lock`, `journal.jsonl`. */
const named = (path: unknown): string => basename(String(path)).replace(/\.[0-9a-f-]{36}/g, '');

const paths = new WeakMap<FileHandle, string>();

async function within<T>(what: string, act: () => Promise<T>): Promise<T> {
  boundary(`${what}: before`);
  const result = await act();
  boundary(`${what}: after`);
  return result;
}

/** The disk stamps files with true time; a lock's stamp is compared with the wall clock, so it must be fast too. */
function stamp(path: string): void {
  if (!path.endsWith('.lock')) return;
  const now = new Date();
  fs.utimesSync(path, now, now);
}

type Act = (this: unknown, ...given: unknown[]) => Promise<unknown>;

function patchFolders(): void {
  const api = files as unknown as Record<string, Act>;
  for (const name of ['rename', 'link', 'rm', 'mkdir', 'appendFile']) {
    const act = api[name]!;
    api[name] = (...given) => within(`${named(given[0])} ${name}`, () => act(...given));
  }
  const open = api['open']!;
  api['open'] = async (...given) => {
    const path = String(given[0]);
    const handle = (await within(`${named(path)} open`, () => open(...given))) as FileHandle;
    paths.set(handle, path);
    if (given[1] === 'wx') stamp(path);
    // Each handle has a method of its own for this.
    const close = handle.close.bind(handle);
    handle.close = () => within(`${named(path)} close`, close);
    return handle;
  };
  syncBuiltinESMExports();
}

/** Half of a write reaches the disk, then the process is gone. */
function tear(kind: string, handle: FileHandle, content: unknown): void {
  if (isTheOne(kind)) {
    const bytes = Buffer.from(content as string | Uint8Array);
    fs.writeSync(handle.fd, bytes, 0, Math.floor(bytes.length / 2));
  }
  boundary(kind);
}

async function patchHandles(): Promise<void> {
  const probe = await files.open(trace);
  const api = Object.getPrototypeOf(probe) as Record<string, Act>;
  await probe.close();
  for (const name of ['write', 'writeFile', 'datasync', 'sync', 'truncate']) {
    const act = api[name]!;
    api[name] = async function (...given) {
      const path = paths.get(this as FileHandle);
      if (path === undefined) return act.apply(this, given);
      const what = `${named(path)} ${name}`;
      const result = await within(what, () => {
        if (name.startsWith('write')) tear(`${what}: in the middle`, this as FileHandle, given[0]);
        return act.apply(this, given);
      });
      if (name === 'writeFile') stamp(path);
      return result;
    };
  }
}

/** `undici` tells of each call as it is made, and of its answer. */
function watchCalls(): void {
  const [onItsWayMs, takenMs] = callTakesMs;
  subscribe('undici:request:create', (message) => {
    const { method } = (message as DiagnosticsChannel.RequestCreateMessage).request;
    boundary(`${method}: before`);
    after(() => boundary(`${method}: on its way`), onItsWayMs).unref();
    after(() => boundary(`${method}: taken`), takenMs).unref();
  });
  subscribe('undici:request:headers', (message) => {
    boundary(`${(message as DiagnosticsChannel.RequestHeadersMessage).request.method}: after`);
  });
}

await patchHandles();
patchFolders();
watchCalls();
