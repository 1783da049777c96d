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

/** Lines begun before this place of a text. */
const lineAt = (text: string, at: number): number =>
  (text.slice(0, at).match(/\r\n|[\r\n]/g)?.length ?? 0) + 1;

const isBreak = (char: string | undefined): boolean => char === '\n' || char === '\r';

const HINT = /^(?:sep=.?|"sep=.?")[,;\t]*(?:\r\n|[\r\n]|$)/i;

export function readReference(text: string, delimiter: string): Reference {
  const records: ReferenceRecord[] = [];
  let at = HINT.exec(text)?.[0].length ?? 0;
  while (at < text.length) {
    const start = at;
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
        if (at >= text.length) return { records, fault: { kind: 'open', line: lineAt(text, opened) } };
        at++;
        if (at < text.length && text[at] !== delimiter && !isBreak(text[at]))
          return { records, fault: { kind: 'misplaced', line: lineAt(text, start) } };
      } else {
        for (; at < text.length && text[at] !== delimiter && !isBreak(text[at]); at++) {
          if (text[at] === '"') return { records, fault: { kind: 'misplaced', line: lineAt(text, start) } };
          cell += text[at]!;
        }
      }
      cells.push(cell);
      if (text[at] !== delimiter) break;
      at++;
    }
    // Before the header any delimiter is blank, as it is not known yet.
    const blank = records.length === 0 ? /^[\s,;"]*$/u : /^\s*$/u;
    if (!cells.every((cell) => blank.test(cell))) records.push({ line: lineAt(text, start), cells });
    if (text[at] === '\r' && text[at + 1] === '\n') at++;
    at++;
  }
  return { records };
}
