import { Readable } from 'node:stream';
import { openIntake, type IntakeOptions, type IntakeRow } from '../../src/intake/intake.js';
import { OathEnrollError } from '../../src/model/errors.js';
import type { InputHeader, Row } from '../../src/model/row.js';

/** The moment at which every test here reads. */
export const NOW = Date.UTC(2026, 0, 31, 9, 30);

const DEFAULTS: IntakeOptions = {
  fileName: 'rollout.csv',
  defaultInterval: 30,
  now: () => NOW,
  collectedAtMs: (arrivedAtMs) => arrivedAtMs,
};

export function openText(
  source: Readable,
  options: Partial<IntakeOptions> = {},
): ReturnType<typeof openIntake> {
  return openIntake(source, { ...DEFAULTS, ...options });
}

/** Reads an input that is there as a whole, in chunks of `chunkBytes`. */
export async function readAll(
  input: string | Buffer,
  options: Partial<IntakeOptions> = {},
  chunkBytes = Infinity,
): Promise<{ header: InputHeader; rows: IntakeRow[] }> {
  const bytes = Buffer.from(input as string);
  const step = Math.min(chunkBytes, Math.max(bytes.length, 1));
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += step) chunks.push(bytes.subarray(at, at + step));
  const { header, rows } = await openText(Readable.from(chunks), options);
  return { header, rows: await collect(rows) };
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** The error that reading ends with, as a user sees it. */
export async function errorOf(input: string | Buffer, options: Partial<IntakeOptions> = {}): Promise<string> {
  try {
    await readAll(input, options);
  } catch (error) {
    if (error instanceof OathEnrollError) return error.toString();
    throw error;
  }
  throw new Error('the input was read without an error');
}

/** The one usable row of an input. */
export async function rowOf(input: string, options: Partial<IntakeOptions> = {}): Promise<Row> {
  const [first] = (await readAll(input, options)).rows;
  if (first?.row === undefined) throw new Error(first?.problem.reason ?? 'no row');
  return first.row;
}

/** Why the first row of an input cannot be used. */
export async function reasonOf(input: string, options: Partial<IntakeOptions> = {}): Promise<string> {
  const [first] = (await readAll(input, options)).rows;
  if (first?.problem === undefined) throw new Error('the row is usable');
  return first.problem.reason;
}
