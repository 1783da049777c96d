/** `1 row`, `2 rows`. */
export const plural = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`;

/** A duration as a person says it: `4 s`, `12 min 5 s`, `4 h 10 min`. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A word as a shell takes it, and as itself: what a file is named must not run where the line is pasted. */
export function quoted(word: string): string {
  if (/^[\w./:\\=-]+$/.test(word)) return word;
  return /["$`\\!%]/.test(word) ? `'${word.replaceAll("'", `'\\''`)}'` : `"${word}"`;
}

/** Foreign text fit for a terminal: what cannot be seen could steer it, and is shown as a replacement character. */
export const visible = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\uFFFD');

/** The same of several lines, whose breaks are our own. */
export const visibleLines = (text: string): string => text.split('\n').map(visible).join('\n');
