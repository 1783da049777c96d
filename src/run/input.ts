import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { platform } from 'node:os';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { openIntake } from '../intake/intake.js';
import type { IntakeRow } from '../intake/row-judge.js';
import type { Clock } from '../model/clock.js';
import { OathEnrollError } from '../model/errors.js';
import type { HashFunction, InputHeader, IntervalS, Purpose } from '../model/row.js';
import type { InputFile } from '../model/run-event.js';
import { unreadable } from './unreadable.js';

/** Where rows come from and how they are read. */
export interface InputRequest {
  /** Path of a CSV file, or `-` for a stream such as standard input. */
  readonly input: string;
  /** What messages call the stream. */
  readonly inputName?: string | undefined;
  /** Whether rows come as somebody makes them; those of the stream do, unless told. */
  readonly isLive?: boolean | undefined;
  /** The input's own header for a column, by the column's name. */
  readonly columns: ReadonlyMap<string, string>;
  /** For rows that do not say. */
  readonly interval: IntervalS;
  /** For seeds of rows that do not say. */
  readonly hashFunction?: HashFunction | undefined;
  /** What the rows are for; `enroll` unless told. */
  readonly purpose?: Purpose | undefined;
  /** When the codes of rows without `collectedAt` were read: a rule, or wall time in ms since the epoch. */
  readonly collectedAt: 'auto' | 'mtime' | 'arrival' | number;
  /** Only the first so many rows. */
  readonly limit: number | undefined;
  /** Whether the codes of its rows are still to be read. */
  readonly codesComeLater?: boolean | undefined;
}

export interface Input {
  readonly header: InputHeader;
  readonly rows: AsyncIterable<IntakeRow>;
  /** The file behind it, if it is one. */
  readonly file: InputFile | undefined;
  /** Whether rows come as somebody makes them, rather than from a file that is complete. */
  readonly isLive: boolean;
  /** What whoever gave it should know. */
  readonly notices: readonly string[];
  /** Ends the reading, however far it is. */
  readonly close: () => void;
}

/**
 * Opens an input and reads its header.
 *
 * @throws OathEnrollError `input` where there is no such file or its header is unusable
 */
export async function openInput(
  request: InputRequest,
  { clock, stdin }: { readonly clock: Clock; readonly stdin: Readable },
): Promise<Input> {
  const isStream = request.input === '-';
  const fileName = isStream ? (request.inputName ?? 'standard input') : request.input;
  const file = isStream ? undefined : await inputFile(request.input);
  const modifiedAtMs = file?.modifiedAtMs;
  if (request.collectedAt === 'mtime' && modifiedAtMs === undefined) {
    throw new OathEnrollError(
      'usage',
      '--collected-at mtime needs a file: standard input has no modification time',
    );
  }
  const now = (): number => clock.now();
  const fixed =
    typeof request.collectedAt === 'number'
      ? request.collectedAt
      : request.collectedAt === 'arrival'
        ? undefined
        : modifiedAtMs;
  const source = isStream ? stdin : createReadStream(request.input);
  const { header, codesLackTime, hasSeeds, rows } = await openIntake(source, {
    fileName,
    columns: request.columns,
    defaultInterval: request.interval,
    defaultHash: request.hashFunction,
    purpose: request.purpose,
    collectedAtMs: (arrivedAtMs) => fixed ?? arrivedAtMs,
    now,
    codesComeLater: request.codesComeLater,
    ...(request.limit !== undefined && { limit: request.limit }),
  });
  return {
    header,
    rows,
    file,
    notices: [
      ...(codesLackTime && fixed !== undefined ? [countAsRead(fixed)] : []),
      ...(hasSeeds && file !== undefined && (await othersCanRead(file)) ? [lockAway(request.input)] : []),
    ],
    isLive: request.isLive ?? isStream,
    close: () => source.destroy(),
  };
}

const countAsRead = (atMs: number): string =>
  `There is no collectedAt column: all codes count as read at ${new Date(atMs).toISOString()}.`;

const lockAway = (path: string): string =>
  `${path} holds seeds, and others on this machine can read it. Who has the seed has the token: chmod 600 ${path}`;

/** On Windows a file's mode says nothing of who may read it. */
async function othersCanRead({ path }: InputFile): Promise<boolean> {
  if (platform() === 'win32') return false;
  const { mode } = await stat(path);
  return (mode & 0o044) !== 0;
}

/**
 * A file's facts as they are now.
 *
 * @throws OathEnrollError `input` where there is no such file
 */
export async function inputFile(path: string): Promise<InputFile> {
  try {
    const stats = await stat(path);
    if (!stats.isDirectory()) {
      return { path: resolve(path), bytes: stats.size, modifiedAtMs: stats.mtimeMs };
    }
  } catch (error) {
    throw unreadable(path, error);
  }
  throw new OathEnrollError('input', 'this is a folder; name the CSV file in it', { file: path });
}
