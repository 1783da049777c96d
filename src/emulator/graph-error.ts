import type { Reply } from './reply.js';

/** Ids that Graph repeats in every error and in its headers. */
export interface Correlation {
  readonly requestId: string;
  readonly clientRequestId: string;
  readonly nowMs: number;
}

/** Graph's error body: `{"error":{"code","message","innerError":{"date","request-id","client-request-id"}}}`. */
export function errorReply(status: number, code: string, message: string, ids: Correlation): Reply {
  return {
    status,
    body: {
      error: {
        code,
        message,
        innerError: {
          date: new Date(ids.nowMs).toISOString().slice(0, 19),
          'request-id': ids.requestId,
          'client-request-id': ids.clientRequestId,
        },
      },
    },
  };
}

/** The body that Graph documents for a throttled call; its inner error is of another shape than all others. */
export function throttledBody(ids: Correlation): object {
  return {
    error: {
      code: 'TooManyRequests',
      innerError: {
        code: '429',
        date: new Date(ids.nowMs).toISOString().slice(0, 19),
        message: 'Please retry after',
        'request-id': ids.requestId,
        status: '429',
      },
      message: 'Please retry again later.',
    },
  };
}
