import { batchReply } from './routes/batch.js';
import { serialOf, userOf, type Call } from './routes/call.js';
import { deviceRoutes } from './routes/device-routes.js';
import type { Fault, Faults } from './trouble/faults.js';
import { errorReply } from './graph-error.js';
import { playFault } from './trouble/play-fault.js';
import { policyRoutes } from './routes/policy-routes.js';
import type { Reply } from './reply.js';
import { AskedWait, type RequestLog } from './request-log.js';
import { throttledReply, usageHeaders } from './trouble/throttled-reply.js';
import { userRoutes } from './routes/user-routes.js';
import { noSuchPath, wrongMethod, type World } from './world.js';

/** What the API answers to a call, the faults played on it, and the log of it. Knows nothing of sockets. */
export class Graph {
  readonly #asked = new AskedWait();

  constructor(
    private readonly world: World,
    private readonly faults: Faults,
    private readonly log: RequestLog,
  ) {}

  /** The fault that awaits this call. */
  faultFor(call: Call): Fault | undefined {
    return this.faults.pick({
      method: call.method,
      path: pathOf(call),
      serial: serialOf(call),
      user: userOf(call),
    });
  }

  /** Judges the call now, and logs it. A reply of status 0 is never to be sent. */
  answer(call: Call, fault: Fault | undefined): Reply {
    const { nowMs, clientRequestId } = call.ids;
    const blockAgeMs = this.#asked.ageAt(nowMs);
    const reply = playFault(fault, call.ids, () => this.#judge(call));
    if (reply.status !== 0) this.#asked.note(nowMs, reply.headers?.['Retry-After']);
    this.log.add({
      atMs: nowMs,
      method: call.method,
      path: pathOf(call),
      user: userOf(call),
      serial: serialOf(call),
      status: reply.status,
      acted: reply.acted ?? false,
      early: blockAgeMs !== undefined,
      blockAgeMs,
      refusal: reply.refusal,
      fault: fault?.kind,
      clientRequestId: clientRequestId.slice(0, 64),
    });
    return reply;
  }

  /** Graph's own order: who asks, then how often, then what. */
  #judge(call: Call): Reply {
    const { world } = this;
    const unauthorized = this.#checkBearer(call);
    if (unauthorized !== undefined) return unauthorized;
    if (call.segments[0] === '$batch') {
      if (call.method !== 'POST') return wrongMethod(call);
      return batchReply(call, (item) =>
        item.segments[0] === '$batch' ? noSuchPath(item) : this.answer(item, this.faultFor(item)),
      );
    }
    const write = call.method !== 'GET';
    if (world.settings.throttleCounts === 'writes' && !write) return route(call, world);
    const verdict = world.throttle.judge(call.ids.nowMs);
    if (!verdict.allowed) return throttledReply(call.ids, verdict.waitMs, world.settings.retryAfter, write);
    const reply = route(call, world);
    return verdict.usage < 0.8
      ? reply
      : { ...reply, headers: { ...reply.headers, ...usageHeaders(verdict.usage) } };
  }

  #checkBearer(call: Call): Reply | undefined {
    const { tokenLifeMs, claims } = this.world.settings;
    const check = this.world.bearers.check(call.authorization, call.ids.nowMs, tokenLifeMs);
    if (check === 'good') return undefined;
    const message =
      check === 'missing' ? 'Access token is empty.' : 'Lifetime validation failed, the token is expired.';
    const challenge = `error="insufficient_claims", claims="${Buffer.from(claims).toString('base64')}"`;
    return {
      ...errorReply(401, 'InvalidAuthenticationToken', message, call.ids),
      headers: { 'WWW-Authenticate': `Bearer realm=""${claims === '' ? '' : `, ${challenge}`}` },
    };
  }
}

function route(call: Call, world: World): Reply {
  switch (call.segments[0]) {
    case 'me':
    case 'users':
      return userRoutes(call, world);
    case 'directory':
      return deviceRoutes(call, world);
    case 'policies':
      return policyRoutes(call, world);
    default:
      return noSuchPath(call);
  }
}

function pathOf(call: Call): string {
  return `/${call.segments.join('/')}`;
}
