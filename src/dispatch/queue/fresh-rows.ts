import { PackedTexts } from '../../model/packed-texts.js';
import type { HashFunction, IntervalS, Proof, Row } from '../../model/row.js';
import { Secret } from '../../model/secret.js';
import { newTask, type Task } from '../task.js';

/** Rows of one deadline as tickets to their texts, those before `next` taken. */
interface Queue {
  readonly tickets: number[];
  next: number;
  /** The first row's task, once somebody looked. */
  first: Task | undefined;
}

/**
 * Rows that wait for their first call, given in the order of the input: the earliest deadline first, and among
 * equals the order in which they came. They are kept packed: a million rows as objects would take 400 MB and more.
 */
export class FreshRows {
  /** Codes die as their steps end, so deadlines are few. No queue is empty. */
  readonly #byDeadline = new Map<number, Queue>();
  readonly #texts = new PackedTexts();
  #earliestMs = Infinity;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(row: Row, deadlineMs: number): void {
    const queue = this.#byDeadline.get(deadlineMs);
    const ticket = this.#texts.put(pack(row));
    if (queue !== undefined) queue.tickets.push(ticket);
    else this.#byDeadline.set(deadlineMs, { tickets: [ticket], next: 0, first: undefined });
    this.#earliestMs = Math.min(this.#earliestMs, deadlineMs);
    this.#size += 1;
  }

  /** The most urgent row, left in its place. */
  peek(): Task | undefined {
    const queue = this.#byDeadline.get(this.#earliestMs);
    const ticket = queue?.tickets[queue.next];
    if (queue === undefined || ticket === undefined) return undefined;
    return (queue.first ??= newTask(unpack(this.#texts.take(ticket)), this.#earliestMs));
  }

  /** Takes the most urgent row out. */
  pop(): Task | undefined {
    const task = this.peek();
    const queue = this.#byDeadline.get(this.#earliestMs);
    if (queue === undefined) return undefined;
    queue.first = undefined;
    queue.next += 1;
    this.#size -= 1;
    if (queue.next === queue.tickets.length) {
      this.#byDeadline.delete(this.#earliestMs);
      this.#earliestMs = [...this.#byDeadline.keys()].reduce((a, b) => Math.min(a, b), Infinity);
    }
    return task;
  }
}

/** The last is when the code was read, or how codes are made of the seed. */
type Cells = [
  line: number,
  serialNumber: string,
  user: string,
  displayName: string | null,
  intervalS: IntervalS,
  codeOrSeed: string,
  about: number | HashFunction,
  ...maker: [] | [manufacturer: string, model: string],
];

function pack({ line, serialNumber, user, displayName, intervalS, proof, maker }: Row): string {
  const [secret, about] =
    proof.kind === 'code' ? [proof.code, proof.collectedAtMs] : [proof.seed, proof.hashFunction];
  const first = [line, serialNumber, user, displayName ?? null, intervalS, secret.reveal(), about] as const;
  const cells: Cells = maker === undefined ? [...first] : [...first, maker.manufacturer, maker.model];
  return JSON.stringify(cells);
}

function unpack(text: string): Row {
  const [line, serialNumber, user, displayName, intervalS, codeOrSeed, about, ...made] = JSON.parse(
    text,
  ) as Cells;
  const secret = new Secret(codeOrSeed);
  const proof: Proof =
    typeof about === 'number'
      ? { kind: 'code', code: secret, collectedAtMs: about }
      : { kind: 'seed', seed: secret, hashFunction: about };
  const [manufacturer, model] = made;
  const maker = model === undefined ? undefined : { manufacturer: manufacturer ?? '', model };
  return { line, serialNumber, user, displayName: displayName ?? undefined, intervalS, proof, maker };
}
