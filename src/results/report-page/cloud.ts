/** Points that lie so near each other that one dot stands for all, at their mean. */
export interface Dot {
  readonly xMs: number;
  readonly yMs: number;
  readonly count: number;
}

/** Cells across and up: what a picture can still show apart. */
const MOST_ACROSS = 96;
const MOST_UP = 32;
const SMALLEST_MS = 125;

/** A scatter of any number of points, none negative, kept as few dots: a grid that grows coarser as it is outgrown. */
export class Cloud {
  #acrossMs = SMALLEST_MS;
  #upMs = SMALLEST_MS;
  #cells = new Map<number, Dot>();

  add(xMs: number, yMs: number): void {
    while (xMs >= this.#acrossMs * MOST_ACROSS) this.#coarsen(() => (this.#acrossMs *= 2));
    while (yMs >= this.#upMs * MOST_UP) this.#coarsen(() => (this.#upMs *= 2));
    this.#put({ xMs, yMs, count: 1 });
  }

  get dots(): Dot[] {
    return [...this.#cells.values()];
  }

  #coarsen(enlarge: () => void): void {
    const { dots } = this;
    enlarge();
    this.#cells = new Map();
    for (const dot of dots) this.#put(dot);
  }

  #put(dot: Dot): void {
    const cell = Math.floor(dot.xMs / this.#acrossMs) * MOST_UP + Math.floor(dot.yMs / this.#upMs);
    const there = this.#cells.get(cell);
    this.#cells.set(cell, there === undefined ? dot : mean(there, dot));
  }
}

function mean(a: Dot, b: Dot): Dot {
  const count = a.count + b.count;
  return {
    xMs: (a.xMs * a.count + b.xMs * b.count) / count,
    yMs: (a.yMs * a.count + b.yMs * b.count) / count,
    count,
  };
}
