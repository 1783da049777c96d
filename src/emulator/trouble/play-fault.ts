import type { Fault } from './faults.js';
import { errorReply, throttledBody, type Correlation } from '../graph-error.js';
import type { Reply } from '../reply.js';

/** What comes of a call under a fault: whether `act` is run, and what is answered; status 0 is no answer. */
export function playFault(fault: Fault | undefined, ids: Correlation, act: () => Reply): Reply {
  switch (fault?.kind) {
    case 'cut-before':
      return { status: 0 };
    case 'cut-after':
      return { ...act(), status: 0 };
    case 'hang':
      return fault.acts === true ? { ...act(), status: 0 } : { status: 0 };
    case 'status': {
      // Only what the tenant did is kept of the true answer; the client is told something else.
      const { acted = false, refusal }: Partial<Reply> = fault.acts === true ? act() : {};
      return { ...inItsStead(fault, ids), acted, ...(refusal === undefined ? {} : { refusal }) };
    }
    case undefined:
    case 'latency':
    case 'truncated':
    case 'drip':
      return act();
  }
}

function inItsStead(fault: Fault & { kind: 'status' }, ids: Correlation): Reply {
  const { status, body = 'graph', retryAfter, location } = fault;
  const headers = {
    ...(retryAfter === undefined ? {} : { 'Retry-After': retryAfter }),
    ...(location === undefined ? {} : { Location: location }),
    ...(body === 'html' ? { 'Content-Type': 'text/html' } : {}),
    ...fault.headers,
  };
  switch (body) {
    case 'empty':
      return { status, headers };
    case 'html':
      return { status, headers, body: `<html><body><h1>${String(status)}</h1></body></html>` };
    case 'text':
      return { status, headers, body: '{"error": upstream connect error' };
    case 'graph': {
      if (status === 429 && fault.code === undefined) return { status, headers, body: throttledBody(ids) };
      return { ...errorReply(status, fault.code ?? 'UnknownError', '', ids), headers };
    }
  }
}
