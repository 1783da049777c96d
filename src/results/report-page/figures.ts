const FIGURE = new Intl.NumberFormat('en');

/** A whole number as a person reads it: `12,345`. */
export const figure = (count: number): string => FIGURE.format(count);

/** `1 call`, `12,345 calls`. */
export const counted = (count: number, one: string): string =>
  `${figure(count)} ${one}${count === 1 ? '' : 's'}`;
