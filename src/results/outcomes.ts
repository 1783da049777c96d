import type { Outcome, Status } from '../model/outcome.js';
import { PackedTexts } from '../model/packed-texts.js';

/** What became of each row, by its line, until it is told. Packed, as there may be a million. */
export class Outcomes {
  readonly #texts = new PackedTexts();
  readonly #ticketByLine = new Map<number, number>();

  /** The last word on a row counts. */
  set(line: number, outcome: Outcome): void {
    this.take(line);
    this.#ticketByLine.set(line, this.#texts.put(pack(outcome)));
  }

  /** Takes a row's outcome out; undefined where there is none. */
  take(line: number): Outcome | undefined {
    const ticket = this.#ticketByLine.get(line);
    if (ticket === undefined) return undefined;
    this.#ticketByLine.delete(line);
    return unpack(this.#texts.take(ticket));
  }
}

type Cells = [
  status: Status,
  needsRecollection: boolean,
  reason: string,
  httpStatus: number | null,
  graphErrorCode: string | null,
  graphRequestId: string | null,
  attempts: number,
  completedAtMs: number,
];

function pack(outcome: Outcome): string {
  const cells: Cells = [
    outcome.status,
    outcome.needsRecollection,
    outcome.reason,
    outcome.httpStatus ?? null,
    outcome.graphErrorCode ?? null,
    outcome.graphRequestId ?? null,
    outcome.attempts,
    outcome.completedAtMs,
  ];
  return JSON.stringify(cells);
}

function unpack(text: string): Outcome {
  const [
    status,
    needsRecollection,
    reason,
    httpStatus,
    graphErrorCode,
    graphRequestId,
    attempts,
    completedAtMs,
  ] = JSON.parse(text) as Cells;
  return {
    status,
    needsRecollection,
    reason,
    httpStatus: httpStatus ?? undefined,
    graphErrorCode: graphErrorCode ?? undefined,
    graphRequestId: graphRequestId ?? undefined,
    attempts,
    completedAtMs,
  };
}
