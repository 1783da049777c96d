import type { IntakeRow } from '../../src/intake/intake.js';
import { answerTo, cut, told, type Answer } from './answer.js';
import { decode, readReference } from './reference.js';

/** What stands in inputs as a code and as seeds, and may stand in no message. */
export const CANARIES = ['739154', 'KZJW4QHD3TN6RYP2', 'KZJW4QHD3TN6RYP2KZJW4QHD3TN6RYP2'] as const;

/** A canary that stands by itself; within a longer word it may be part of a header's name, which messages quote. */
const CANARY = new RegExp(`(?<![\\p{L}\\p{N}_@.-])(?:${CANARIES.join('|')})(?![\\p{L}\\p{N}_@.-])`, 'u');

/** No message floods a terminal. */
const LONGEST_MESSAGE = 2000;

const QUOTE_FAULT = /a quoted field opens here|a quote stands inside|text follows the closing quote/;

/**
 * Reads bytes whole and in chunks, and holds what comes out against the laws of the intake.
 *
 * @returns the answer, and in words the first law that it breaks
 */
export async function tryBytes(
  bytes: Buffer,
  places: readonly number[],
): Promise<{ readonly answer?: Answer; readonly broken?: string }> {
  let answer: Answer;
  try {
    answer = await answerTo([bytes]);
    const inChunks = await answerTo(cut(bytes, places));
    if (told(inChunks) !== told(answer))
      return { answer, broken: `chunks change the answer: ${told(answer)} but ${told(inChunks)}` };
  } catch (error) {
    return {
      broken: `it crashes: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    };
  }
  const broken = 'refused' in answer ? wrongRefusal(answer, bytes) : wrongRows(answer, bytes);
  return broken === undefined ? { answer } : { answer, broken };
}

function wrongRefusal({ refused, message }: Extract<Answer, { refused: unknown }>, bytes: Buffer) {
  if (refused.code !== 'input') return `the code of the error is ${refused.code}`;
  if (refused.place.file !== 'in.csv') return 'the error names no file';
  const { line = 1 } = refused.place;
  const lines = (bytes.toString('latin1').match(/[\r\n]/g)?.length ?? 0) + 1;
  if (line < 1 || line > lines) return `the error names line ${line} of ${lines}`;
  if (message.length > LONGEST_MESSAGE) return `a message of ${message.length} characters`;
  if (CANARY.test(message)) return `a secret in the message: ${message}`;
  const text = decode(bytes);
  if (text === undefined || text.includes('\0') || !QUOTE_FAULT.test(message)) return undefined;
  const lineIsRight = [',', ';', '\t'].some((each) => readReference(text, each).fault?.line === line);
  return lineIsRight ? undefined : `no quote is misplaced on line ${line}: ${message}`;
}

function wrongRows({ header, rows }: Extract<Answer, { rows: unknown }>, bytes: Buffer): string | undefined {
  const text = decode(bytes);
  if (text === undefined || text.includes('\0')) return 'rows are read of what is no text';
  const { records, fault } = readReference(text, header.delimiter);
  if (fault !== undefined) return `rows are read though a quote is ${fault.kind} on line ${fault.line}`;
  const [, ...expected] = records;
  const lines = rows.map(({ record }) => record.line).join();
  const expectedLines = expected.map(({ line }) => line).join();
  if (lines !== expectedLines) return `rows are on lines ${lines}, records on ${expectedLines}`;
  const usable = new Map<number, IntakeRow>();
  for (const [i, row] of rows.entries()) {
    const wrong = wrongRow(row, header.names.length, usable, expected[i]!.cells);
    if (wrong !== undefined) return `line ${row.record.line}: ${wrong}`;
    if (row.row !== undefined) usable.set(row.record.line, row);
  }
  return undefined;
}

function wrongRow(
  { record, row, problem }: IntakeRow,
  width: number,
  usable: ReadonlyMap<number, IntakeRow>,
  cells: readonly string[],
): string | undefined {
  if (record.cells.length !== width) return `${record.cells.length} cells of ${width}`;
  if ((row === undefined) === (problem === undefined)) return 'it is not one of usable and unusable';
  if (row !== undefined) {
    if (row.line !== record.line) return `the row says line ${row.line}`;
    const strayed = record.cells.findIndex((cell, at) => cell !== '' && !isCarried(cell, cells[at] ?? ''));
    return strayed < 0 ? undefined : `cell ${strayed} is another one`;
  }
  if (problem.reason === '' || problem.reason.length > LONGEST_MESSAGE)
    return `a reason of ${problem.reason.length} characters`;
  if (CANARY.test(problem.reason) || CANARY.test(problem.column ?? ''))
    return `a secret in the reason: ${problem.reason}`;
  if (problem.status !== 'duplicate') return undefined;
  const first = Number(/on line (\d+)$/.exec(problem.reason)?.[1]);
  return usable.has(first) ? undefined : `a duplicate of line ${first}, which is no usable row`;
}

/** Carried on as it is, without one apostrophe that kept it from being a formula. */
const isCarried = (carried: string, cell: string): boolean => carried === cell || `'${carried}` === cell;
