/**
 * A slow reader of CSV by RFC 4180, one character after the other, that shares no code with the program: what the
 * intake makes of bytes is held against it.
 */
export interface ReferenceRecord {
  /** 1-based line on which it begins. */
  readonly line: number;
  readonly cells: readonly string[];
}

export interface Reference {
  /** Records up to the end or to the fault, blank ones left out; the header is the first. */
  readonly records: readonly ReferenceRecord[];
  /** 1-based line of the record that is no CSV (`misplaced`), or on which a field opens that never closes. */
  readonly fault?: { readonly kind: 'misplaced' | 'open'; readonly line: number };
}

/** The text of bytes in the encoding that their mark tells; undefined where they are no such text. */
export function decode(bytes: Buffer): string | undefined {
  const [first = 0, second = 0] = bytes;
  const mark = bytes.length < 2 ? 0 : first * 256 + second;
  const encoding = mark === 0xfffe ? 'utf-16le' : mark === 0xfeff ? 'utf-16be' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Tells on which line a place of a text is; asked from the beginning on, as each text between is counted once. */
function lineCounter(text: string): (at: number) => number {
  let [line, counted] = [1, 0];
  return (at) => {
    line += text.slice(counted, at).match(/\r\n|[\r\n]/g)?.length ?? 0;
    counted = at;
    return line;
  };
}

const isBreak = (char: string | undefined): boolean => char === '\n' || char === '\r';

const HINT = /^(?:sep=.?|"sep=.?")[,;\t]*(?:\r\n|[\r\n]|$)/i;

export function readReference(text: string, delimiter: string): Reference {
  const records: ReferenceRecord[] = [];
  const lineAt = lineCounter(text);
  let at = HINT.exec(text)?.[0].length ?? 0;
  while (at < text.length) {
    const start = at;
    const line = lineAt(start);
    const cells: string[] = [];
    for (;;) {
      let cell = '';
      if (text[at] === '"') {
        const opened = at++;
        for (; at < text.length; at++) {
          if (text[at] !== '"') cell += text[at]!;
          else if (text[at + 1] === '"') cell += text[at++]!;
          else break;
        }
        if (at >= text.length) return { records, fault: { kind: 'open', line: lineAt(opened) } };
        at++;
        if (at < text.length && text[at] !== delimiter && !isBreak(text[at]))
          return { records, fault: { kind: 'misplaced', line } };
      } else {
        for (; at < text.length && text[at] !== delimiter && !isBreak(text[at]); at++) {
          if (text[at] === '"') return { records, fault: { kind: 'misplaced', line } };
          cell += text[at]!;
        }
      }
      cells.push(cell);
      if (text[at] !== delimiter) break;
      at++;
    }
    // Before the header any delimiter is blank, as it is not known yet.
    const blank = records.length === 0 ? /^[\s,;"]*$/u : /^\s*$/u;
    if (!cells.every((cell) => blank.test(cell))) records.push({ line, cells });
    if (text[at] === '\r' && text[at + 1] === '\n') at++;
    at++;
  }
  return { records };
}
