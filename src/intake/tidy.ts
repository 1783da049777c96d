/** Blanks and the invisible characters that come along when a cell is copied from a page or a message. */
const OUTER_BLANKS = /^[\s\p{Cf}]+|[\s\p{Cf}]+$/gu;

/** How people and spreadsheets mark a cell as text: `'0123` and `="0123"`. */
const TEXT_MARK = /^(?:'|="(.*)"$)/;

/** What a cell of a known column means: without outer blanks and without the mark for text. */
export function tidy(cell: string): string {
  if (isPlain(cell.charCodeAt(0)) && isPlain(cell.charCodeAt(cell.length - 1))) return cell;
  const trimmed = cell.replace(OUTER_BLANKS, '');
  return trimmed.replace(TEXT_MARK, '$1');
}

/** A printable ASCII character that begins no mark for text: most cells begin and end with one. */
const isPlain = (code: number): boolean => code > 0x27 && code < 0x7f && code !== 0x3d;
