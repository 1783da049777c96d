/** `property eq value`, joined by `and`: what the device pages say that they support. */
export type Filter = ReadonlyMap<string, string | number>;

const CLAUSE = /^(?:device\/)?(\w+) eq (?:'((?:[^']|'')*)'|(\d+))(?: and |$)/;

/** Reads a `$filter`; an apostrophe in a value is doubled. Undefined: not understood. */
export function parseFilter(text: string | null): Filter | undefined {
  const filter = new Map<string, string | number>();
  let rest = (text ?? '').trim();
  while (rest !== '') {
    const [clause, property, quoted, number] = CLAUSE.exec(rest) ?? [];
    if (clause === undefined || property === undefined) return undefined;
    filter.set(property, quoted === undefined ? Number(number) : quoted.replaceAll("''", "'"));
    rest = rest.slice(clause.length);
  }
  return filter;
}

/** Reads `$top`, 1 to 999; undefined: not a number that Graph takes. */
export function parseTop(text: string | null, unlessTold: number): number | undefined {
  if (text === null) return unlessTold;
  const top = Number(text);
  return /^\d+$/.test(text) && top >= 1 && top <= 999 ? top : undefined;
}

/** Only the properties that `$select` names, and `id` always. */
export function select(item: object, text: string | null): object {
  if (text === null) return item;
  const names = new Set(['id', ...text.split(',').map((name) => name.trim())]);
  return Object.fromEntries(Object.entries(item).filter(([name]) => names.has(name)));
}
