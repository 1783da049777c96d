import type { Answer, OathDevice } from '../../src/model/answer.js';

export type Answered = Extract<Answer, { kind: 'answered' }>;

/** An answer with a status and nothing else, but for what `over` says. */
export function answered(httpStatus: number, over: Partial<Answered> = {}): Answered {
  return {
    kind: 'answered',
    httpStatus,
    errorCode: '',
    message: '',
    requestId: undefined,
    retryAfter: undefined,
    dateMs: undefined,
    throttlePercentage: undefined,
    claims: undefined,
    devices: undefined,
    ...over,
  };
}

/** Graph says "later". Without `retryAfter` the header is missing. */
export function tooMany(retryAfter?: string): Answered {
  return answered(429, { errorCode: 'TooManyRequests', retryAfter });
}

/** A look-up that succeeded. */
export function found(...devices: readonly OathDevice[]): Answered {
  return answered(200, { devices });
}

export function notSent(cause: Extract<Answer, { kind: 'not_sent' }>['cause']): Answer {
  return { kind: 'not_sent', cause, detail: `no luck: ${cause}` };
}

export function noAnswer(cause: Extract<Answer, { kind: 'no_answer' }>['cause']): Answer {
  return { kind: 'no_answer', cause, detail: `silence: ${cause}` };
}

/** A token in the inventory that nobody holds, but for what `over` says. */
export function device(serialNumber: string, over: Partial<OathDevice> = {}): OathDevice {
  return {
    serialNumber,
    status: 'available',
    assignedToId: undefined,
    assignedToName: undefined,
    intervalS: 30,
    ...over,
  };
}
