import { z } from 'zod';
import { STATUSES } from '../model/outcome.js';
import type { RunEvent } from '../model/run-event.js';

const line = z.int().positive();
const attempt = z.int().nonnegative();
const ms = z.number();
const optionalText = z.string().optional();
const optionalHttpStatus = z.int().optional();

const notSent = z.object({
  kind: z.literal('not_sent'),
  cause: z.enum(['connection_refused', 'name_not_found', 'tls', 'sign_in']),
  detail: z.string(),
});
const noAnswer = z.object({
  kind: z.literal('no_answer'),
  cause: z.enum(['timeout', 'reset', 'unreadable', 'cut_off']),
  detail: z.string(),
});

const callOf = <T extends string>(type: T) =>
  z.object({ type: z.literal(type), line, attempt, atMs: ms, with: line.optional() });

/**
 * {@link RunEvent} as it must look when it is read back. A checksum says that a line is as it was written, this
 * that it is what the rest of the program expects. Keys that are not named here are left out of what is read.
 */
export const runEventSchema: z.ZodType<RunEvent> = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('run'),
    runId: z.string(),
    input: z.string(),
    file: z.object({ path: z.string(), bytes: z.int().nonnegative(), modifiedAtMs: ms }).optional(),
    header: z.object({
      names: z.array(z.string()),
      delimiter: z.enum([',', ';', '\t']),
      bom: z.boolean(),
      blankForRecollection: z.array(z.int().nonnegative()),
    }),
    options: z.record(z.string(), z.unknown()),
    startedAtMs: ms,
  }),
  z.object({
    type: z.literal('row'),
    line,
    serialNumber: z.string(),
    user: z.string(),
    hasSeed: z.boolean(),
    cells: z.array(z.string()),
  }),
  z.object({ type: z.literal('resumed'), atMs: ms }),
  z.object({ type: z.literal('signed_in'), account: z.string(), atMs: ms }),
  callOf('intent').extend({
    ask: z.literal('create').optional(),
    life: z.object({ collectedAtMs: ms, deadlineMs: ms }).optional(),
  }),
  callOf('withdrawn'),
  z.object({
    type: z.literal('answer'),
    line,
    ask: z.enum(['activate', 'create', 'user_tokens', 'inventory']),
    attempt,
    sentAtMs: ms,
    atMs: ms,
    httpStatus: optionalHttpStatus,
    trouble: z.union([notSent, noAnswer]).optional(),
    graphErrorCode: optionalText,
    graphRequestId: optionalText,
    retryAfter: optionalText,
    waitMs: ms.optional(),
    with: line.optional(),
  }),
  z.object({
    type: z.literal('outcome'),
    line,
    status: z.enum(STATUSES),
    needsRecollection: z.boolean(),
    reason: z.string(),
    httpStatus: optionalHttpStatus,
    graphErrorCode: optionalText,
    graphRequestId: optionalText,
    attempts: attempt,
    completedAtMs: ms,
  }),
  z.object({ type: z.literal('end'), atMs: ms, exitCode: z.int().optional(), reason: z.string() }),
]);
