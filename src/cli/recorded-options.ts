import { z } from 'zod';
import { AUTH_METHODS } from '../model/auth-method.js';
import type { RunOptions, TellingOptions } from './run-options.js';

/** Options as the journal and the summary keep them: times in seconds, instants in ISO 8601. */
export function recorded(options: RunOptions): Readonly<Record<string, unknown>> {
  const { collectedAt } = options;
  return {
    ...options,
    // It may hold a key. JSON leaves out what is undefined.
    notify: undefined,
    column: Object.fromEntries(options.column),
    maxWait: options.maxWait / 1000,
    requestTimeout: options.requestTimeout / 1000,
    ...(typeof collectedAt === 'number' && { collectedAt: new Date(collectedAt).toISOString() }),
  };
}

const recordSchema = z.object({
  graphUrl: z.string(),
  auth: z.enum(AUTH_METHODS),
  again: z.literal(true).optional(),
  self: z.literal(true).optional(),
  import: z.union([z.literal(true), z.literal('only')]).optional(),
  hashFunction: z.enum(['hmacsha1', 'hmacsha256']).optional(),
  reports: z.string(),
  rate: z.object({ calls: z.number(), seconds: z.number() }).optional(),
  limit: z.number().optional(),
  concurrency: z.number(),
  interval: z.union([z.literal(30), z.literal(60)]),
  graceSteps: z.number(),
  collectedAt: z.union([
    z.enum(['auto', 'mtime', 'arrival']),
    z.iso.datetime().transform((text) => Date.parse(text)),
  ]),
  maxWait: z.number().transform((seconds) => seconds * 1000),
  requestTimeout: z.number().transform((seconds) => seconds * 1000),
  column: z.record(z.string(), z.string()).transform((names) => new Map(Object.entries(names))),
});

/** The options that a run was started with, out of its journal; undefined where they are not a run's. */
export function fromRecord(record: unknown): Omit<RunOptions, keyof TellingOptions> | undefined {
  const { data } = recordSchema.safeParse(record);
  if (data === undefined) return undefined;
  const { again, self, import: imports, hashFunction, rate, limit, ...rest } = data;
  return {
    ...rest,
    ...(again && { again }),
    ...(self && { self }),
    ...(imports && { import: imports }),
    ...(hashFunction && { hashFunction }),
    ...(rate && { rate }),
    ...(limit !== undefined && { limit }),
  };
}
