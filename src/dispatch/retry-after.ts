/** Seconds, whole by RFC 9110 section 10.2.3; fractional in Microsoft's own sample (`2.128`). */
const SECONDS = /^\d+(\.\d+)?$/;

/** The three forms of an HTTP-date that a recipient must read (RFC 9110 section 5.6.7). */
const IMF_OR_RFC850 = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*, [\w: -]+ GMT$/;
const ASCTIME = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [\d: ]+$/;

/**
 * How long a `Retry-After` asks to wait from its receipt, in ms: 0 and Infinity are values.
 * `undefined` where the header is missing or makes no sense. Never shortened: a wait of years stays one.
 *
 * @param sentDateMs the answer's own `Date`: a date is read against the clock of whoever wrote it
 * @param nowMs our wall time, used where the answer bears no `Date`
 */
export function retryAfterMs(
  header: string | undefined,
  sentDateMs: number | undefined,
  nowMs: number,
): number | undefined {
  const text = header?.trim() ?? '';
  if (SECONDS.test(text)) return Number(text) * 1000;
  const at = IMF_OR_RFC850.test(text)
    ? Date.parse(text)
    : ASCTIME.test(text)
      ? Date.parse(`${text} GMT`)
      : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - (sentDateMs ?? nowMs));
}
