/**
 * A spreadsheet runs a cell that begins with one of these as a formula, also as a full-width form
 * (OWASP, "CSV Injection"). Apostrophes in front are counted in, so that defusing can always be undone.
 */
const FORMULA = /^'*[=+\-@\t\r\n＝＋－＠]/;

/** The cell with an apostrophe before anything that a spreadsheet would run as a formula. */
export function defuse(cell: string): string {
  return FORMULA.test(cell) ? `'${cell}` : cell;
}

/** Undoes {@link defuse}: `undefuse(defuse(cell)) === cell` for every cell. */
export function undefuse(cell: string): string {
  return cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell;
}
