import { throttledBody, type Correlation } from '../graph-error.js';
import type { Reply } from '../reply.js';

/**
 * How Retry-After is spelled. RFC 9110 section 10.2.3 knows whole seconds and an HTTP-date; Microsoft's sample is
 * fractional; some services leave it out. `nonsense` cannot be read, `past` is a date gone by.
 */
export type RetryAfterForm = 'integer' | 'fractional' | 'http-date' | 'missing' | 'nonsense' | 'past';

/** The header for a wait, never asking for less than the wait itself where the form can say it. */
export function spellRetryAfter(form: RetryAfterForm, nowMs: number, waitMs: number): string | undefined {
  switch (form) {
    case 'integer':
      return String(Math.ceil(waitMs / 1000));
    case 'fractional':
      return (Math.ceil(waitMs) / 1000).toFixed(3);
    case 'http-date':
      return new Date(Math.ceil((nowMs + waitMs) / 1000) * 1000).toUTCString();
    case 'missing':
      return undefined;
    case 'nonsense':
      return 'soon';
    case 'past':
      return new Date(nowMs - 60_000).toUTCString();
  }
}

/** Graph's 429 for a call that has to wait `waitMs`. */
export function throttledReply(
  ids: Correlation,
  waitMs: number,
  form: RetryAfterForm,
  write: boolean,
): Reply {
  const retryAfter = spellRetryAfter(form, ids.nowMs, waitMs);
  return {
    status: 429,
    body: throttledBody(ids),
    headers: {
      ...(retryAfter === undefined ? {} : { 'Retry-After': retryAfter }),
      'x-ms-throttle-limit-percentage': '1',
      'x-ms-throttle-scope': 'Tenant_Application/ReadWrite/emulator/emulator',
      'x-ms-throttle-information': write ? 'WriteLimitExceeded' : 'ResourceUnitLimitExceeded',
    },
  };
}

/** Graph tells how much of a limit is used once that is 80%. */
export function usageHeaders(usage: number): Record<string, string> {
  return usage >= 0.8 ? { 'x-ms-throttle-limit-percentage': usage.toFixed(2) } : {};
}
