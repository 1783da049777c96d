import fc from 'fast-check';
import { answerTo, cut, type Answer } from './answer.js';

/** Text of any kind; neither NUL nor half a surrogate pair is text. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({
    unit: fc.constantFrom('"', ',', ';', '\t', '\n', '\r', "'", '=', '0', 'x', ' ', '\u00a0', 'ü', '🏔'),
  }),
  fc
    .array(fc.integer({ min: 1, max: 0xd7ff }), { maxLength: 8 })
    .map((codes) => String.fromCharCode(...codes)),
  fc.constantFrom('', '007', '=1+1', "'=1", '-5', '@x', '\n', '"', 'a\r\nb', '\ufeff', '1.23E+05', '"\n",'),
);

type Kind = 'good' | 'bad code' | 'again';

/** A table before it is written: what the intake has to find again. */
export interface Table {
  readonly names: readonly string[];
  readonly rows: readonly { readonly kind: Kind; readonly cells: readonly string[] }[];
}

const NAMES = {
  serialNumber: ['serialNumber', 'Serial', 'TOKEN SERIAL', 'token_serial'],
  user: ['user', 'UPN', 'userPrincipalName', 'Object-ID'],
  verificationCode: ['verificationCode', 'Code', 'OTP'],
} as const;

/** Columns in any order, the operator's own among them; rows that are sound, that are not, and that come again. */
export const tables: fc.Arbitrary<Table> = fc
  .record({
    known: fc.tuple(...Object.values(NAMES).map((names) => fc.constantFrom<string>(...names))),
    own: fc.array(anyText, { maxLength: 3 }),
    order: fc.array(fc.nat(), { minLength: 6, maxLength: 6 }),
    rows: fc.array(
      fc.record({
        kind: fc.constantFrom<Kind>('good', 'good', 'good', 'bad code', 'again'),
        own: fc.tuple(anyText, anyText, anyText),
      }),
      { maxLength: 8 },
    ),
  })
  .map(({ known, own, order, rows }) => {
    // An ending that no other name has, and that makes no name a known one.
    const names = [...known, ...own.map((text, i) => `${text.replace(/^\ufeff/, '')}~${i}`)];
    const byOrder = <T>(cells: readonly T[]): T[] =>
      cells
        .map((cell, i) => ({ cell, at: order[i]! }))
        .sort((a, b) => a.at - b.at)
        .map(({ cell }) => cell);
    const cells = (kind: Kind, i: number): string[] => [
      kind === 'again' ? 's0' : `S${i}`,
      `u${i}@x`,
      kind === 'bad code' ? '12' : String(100_000 + i),
    ];
    return {
      names: byOrder(names),
      rows: rows.map(({ kind, own: texts }, i) => ({
        kind: i === 0 ? 'good' : kind,
        cells: byOrder([...cells(i === 0 ? 'good' : kind, i), ...texts.slice(0, own.length)]),
      })),
    };
  });

/** How a table is written down. */
export interface Dialect {
  readonly delimiter: ',' | ';' | '\t';
  readonly encoding: 'utf-8' | 'utf-8 with mark' | 'utf-16le' | 'utf-16be';
  readonly quoteAll: boolean;
  /** Line breaks in turn: files that were put together have several kinds. */
  readonly breaks: readonly string[];
  /** What stands before the lines, in turn. */
  readonly between: readonly string[];
  readonly endsWithBreak: boolean;
  readonly hint: boolean;
}

export const dialects: fc.Arbitrary<Dialect> = fc.record({
  delimiter: fc.constantFrom(',', ';', '\t'),
  encoding: fc.constantFrom('utf-8', 'utf-8 with mark', 'utf-16le', 'utf-16be'),
  quoteAll: fc.boolean(),
  breaks: fc.array(fc.constantFrom('\n', '\r\n', '\r'), { minLength: 1, maxLength: 3 }),
  between: fc.array(fc.constantFrom('', '', '', '\n', '\r\n\r\n', ' \n', '\u00a0\r', '""\n', '"\n"\n'), {
    minLength: 1,
    maxLength: 4,
  }),
  endsWithBreak: fc.boolean(),
  hint: fc.boolean(),
});

/** The bytes of a table, and the line on which each of its rows begins. */
export function write({ names, rows }: Table, dialect: Dialect): { bytes: Buffer; lines: number[] } {
  const { delimiter, breaks, between, quoteAll, encoding } = dialect;
  const quote = (cell: string): string =>
    quoteAll || /["\r\n]/.test(cell) || cell.includes(delimiter) ? `"${cell.replaceAll('"', '""')}"` : cell;
  const records = [names, ...rows.map(({ cells }) => cells)];
  let text = dialect.hint ? `sep=${delimiter}\r\n` : '';
  const lines = records.map((cells, i) => {
    text += between[i % between.length]!;
    const line = (text.match(/\r\n|[\r\n]/g)?.length ?? 0) + 1;
    const isLast = i === records.length - 1 && !dialect.endsWithBreak;
    text += cells.map(quote).join(delimiter) + (isLast ? '' : breaks[i % breaks.length]!);
    return line;
  });
  const marked = encoding === 'utf-8' ? text : `\ufeff${text}`;
  const bytes = Buffer.from(marked, encoding.startsWith('utf-16') ? 'utf16le' : 'utf8');
  return { bytes: encoding === 'utf-16be' ? bytes.swap16() : bytes, lines: lines.slice(1) };
}

/** An apostrophe that kept a cell from being a formula is taken off. */
const undefused = (cell: string): string => (/^'+[=+\-@\t\r\n＝＋－＠]/.test(cell) ? cell.slice(1) : cell);

/** What the intake has to say of a table. */
function expected({ names, rows }: Table, lines: readonly number[]) {
  const known = (texts: readonly string[]): number => names.findIndex((name) => texts.includes(name));
  const code = known(NAMES.verificationCode);
  return rows.map(({ kind, cells }, i) => ({
    line: lines[i],
    is: kind === 'good' ? cells[code] : kind === 'again' ? `duplicate of ${lines[0]}` : 'invalid',
    cells: cells.map((cell, at) => (at === code ? '' : undefused(cell))),
  }));
}

function found(answer: Answer) {
  if ('refused' in answer) return answer.message;
  return answer.rows.map(({ record, row, problem }) => ({
    line: record.line,
    is:
      row !== undefined
        ? row.proof.kind === 'code' && row.proof.code.reveal()
        : problem.status === 'duplicate'
          ? `duplicate of ${/\d+$/.exec(problem.reason)?.[0] ?? ''}`
          : 'invalid',
    cells: record.cells,
  }));
}

/** What is read of a table in a dialect, and what has to be, both as text. */
export async function readBack(table: Table, dialect: Dialect, at: readonly number[]) {
  const { bytes, lines } = write(table, dialect);
  const answer = await answerTo(cut(bytes, at));
  const header = 'refused' in answer ? undefined : answer.header;
  return {
    read: JSON.stringify([header?.names, header?.delimiter, header?.bom, found(answer)]),
    written: JSON.stringify([
      table.names.map(undefused),
      dialect.delimiter,
      dialect.encoding !== 'utf-8',
      expected(table, lines),
    ]),
  };
}

/** Every row of every table comes out as it was written, once, on its line, wherever the bytes are cut. */
export const comesBack = fc.asyncProperty(
  tables,
  dialects,
  fc.array(fc.nat({ max: 400 }), { maxLength: 12 }),
  async (table, dialect, at) => {
    const { read, written } = await readBack(table, dialect, at);
    if (read !== written) throw new Error(`written ${written}, read ${read}`);
  },
);
