/** The control sequences that a terminal is sent here: cursor to a column, up, down, clear a line, clear below, colours. */
// eslint-disable-next-line no-control-regex -- They are what is read.
const PIECE = /\u001b\[(\d*)([A-Za-z])|[\r\n]|[^\u001b\r\n]/gy;

/** What somebody sees on a terminal that is sent these bytes: lines, without a limit of their number. */
export class Screen {
  readonly #lines: string[] = [''];
  #row = 0;
  #column = 0;
  #pending = '';

  constructor(readonly columns: number) {}

  /** The lines as they stand, without blanks at their ends. */
  get lines(): string[] {
    return this.#lines.map((line) => line.trimEnd());
  }

  write(text: string): void {
    const all = this.#pending + text;
    PIECE.lastIndex = 0;
    let read = 0;
    for (let match = PIECE.exec(all); match !== null; match = PIECE.exec(all)) {
      const [piece, count, command] = match;
      if (command === undefined) this.#put(piece);
      else this.#obey(command, count === '' ? undefined : Number(count));
      read = PIECE.lastIndex;
    }
    // A sequence may come in two pieces.
    this.#pending = all.slice(read);
    if (this.#pending.length > 8) throw new Error(`what is ${JSON.stringify(this.#pending.slice(0, 8))}?`);
  }

  #put(piece: string): void {
    if (piece === '\r') this.#column = 0;
    else if (piece === '\n') this.#moveTo(this.#row + 1);
    else {
      if (this.#column === this.columns) {
        this.#column = 0;
        this.#moveTo(this.#row + 1);
      }
      const line = this.#line.padEnd(this.#column);
      this.#lines[this.#row] = line.slice(0, this.#column) + piece + line.slice(this.#column + 1);
      this.#column += 1;
    }
  }

  #obey(command: string, count: number | undefined): void {
    switch (command) {
      case 'A':
        this.#moveTo(this.#row - (count ?? 1));
        break;
      case 'B':
        this.#moveTo(this.#row + (count ?? 1));
        break;
      case 'G':
        this.#column = (count ?? 1) - 1;
        break;
      case 'K':
        this.#lines[this.#row] = count === 2 ? '' : this.#line.slice(0, this.#column);
        break;
      case 'J':
        this.#lines[this.#row] = this.#line.slice(0, this.#column);
        this.#lines.length = this.#row + 1;
        break;
      case 'm':
        break;
      default:
        throw new Error(`this screen knows no ${command}`);
    }
  }

  get #line(): string {
    return this.#lines[this.#row] ?? '';
  }

  #moveTo(row: number): void {
    this.#row = Math.max(0, row);
    while (this.#lines.length <= this.#row) this.#lines.push('');
  }
}
