import { Readable } from 'node:stream';
import { openIntake, type IntakeRow } from '../../src/intake/intake.js';
import { OathEnrollError } from '../../src/model/errors.js';
import type { InputHeader } from '../../src/model/row.js';

/** The moment at which every input is read, ms since the epoch. */
export const NOW = Date.UTC(2026, 0, 31, 9, 30);

/** What an input is: rows, or one error as a user sees it. */
export type Answer =
  | { readonly header: InputHeader; readonly rows: readonly IntakeRow[] }
  | { readonly refused: OathEnrollError; readonly message: string };

/** Bytes cut into chunks at these places, in whatever order and however often they are named. */
export function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const inside = places.filter((at) => at > 0 && at < bytes.length);
  const edges = [0, ...new Set(inside.sort((a, b) => a - b)), bytes.length];
  return edges.slice(1).map((end, i) => bytes.subarray(edges[i], end));
}

/** Cuts after every so many bytes. */
export const every = (step: number, bytes: Buffer): number[] =>
  Array.from({ length: Math.ceil(bytes.length / step) }, (_, i) => i * step);

/** @throws what is thrown besides an `OathEnrollError`: a crash. */
export async function answerTo(chunks: readonly Buffer[], codesComeLater = false): Promise<Answer> {
  try {
    const { header, rows } = await openIntake(Readable.from(chunks), {
      fileName: 'in.csv',
      defaultInterval: 30,
      now: () => NOW,
      collectedAtMs: (arrivedAtMs) => arrivedAtMs,
      codesComeLater,
    });
    const all: IntakeRow[] = [];
    for await (const row of rows) all.push(row);
    return { header, rows: all };
  } catch (error) {
    if (error instanceof OathEnrollError) return { refused: error, message: error.toString() };
    throw error;
  }
}

/** The answer as a text that is the same for the same answer, secrets of usable rows included. */
export function told(answer: Answer): string {
  if ('refused' in answer) return answer.message;
  const secrets = answer.rows.map(({ row }) =>
    row === undefined ? '' : row.proof.kind === 'code' ? row.proof.code.reveal() : row.proof.seed.reveal(),
  );
  return JSON.stringify([answer, secrets]);
}
