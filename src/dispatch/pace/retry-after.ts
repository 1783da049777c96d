/** Seconds, whole by RFC 9110 section 10.2.3; fractional in Microsoft's own sample (`2.128`). */
const SECONDS = /^\d+(\.\d+)?$/;

/** The three forms of an HTTP-date that a recipient must read (RFC 9110 section 5.6.7). */
const IMF_FIXDATE = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;
const RFC_850 = /^[A-Z][a-z]+day, \d\d-[A-Z][a-z]{2}-\d\d \d\d:\d\d:\d\d GMT$/;
const ASCTIME = /^[A-Z][a-z]{2} [A-Z][a-z]{2} +\d{1,2} \d\d:\d\d:\d\d \d{4}$/;

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
  const at = httpDateMs(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - (sentDateMs ?? nowMs));
}

/** NaN for anything else: `Date.parse` alone reads a date into `Mon, 5 GMT` as well. */
function httpDateMs(text: string): number {
  if (IMF_FIXDATE.test(text) || RFC_850.test(text)) return Date.parse(text);
  return ASCTIME.test(text) ? Date.parse(`${text} GMT`) : Number.NaN;
}
