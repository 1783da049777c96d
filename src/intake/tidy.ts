/** Blanks and the invisible characters that come along when a cell is copied from a page or a message. */
const OUTER_BLANK = /[\s\p{Cf}]/u;

/** How people and spreadsheets mark a cell as text: `'0123` and `="0123"`. */
const TEXT_MARK = /^(?:'|="(.*)"$)/;

/** What a cell of a known column means: without outer blanks and without the mark for text. */
export function tidy(cell: string): string {
  if (isPlain(cell.charCodeAt(0)) && isPlain(cell.charCodeAt(cell.length - 1))) return cell;
  return withoutOuterBlanks(cell).replace(TEXT_MARK, '$1');
}

/** Character by character, as a pattern that looks for blanks at the end takes the square of a long run within. */
function withoutOuterBlanks(cell: string): string {
  const characters = Array.from(cell);
  const start = characters.findIndex((each) => !OUTER_BLANK.test(each));
  const end = characters.findLastIndex((each) => !OUTER_BLANK.test(each));
  return start < 0 ? '' : characters.slice(start, end + 1).join('');
}

/** A printable ASCII character from `(` on: most cells begin and end with one, and a mark for text begins or ends with none. */
const isPlain = (code: number): boolean => code > 0x27 && code < 0x7f;
