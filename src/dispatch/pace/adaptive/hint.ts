import { z } from 'zod';

const positive = z.number().positive();

/** What a run learned about the limit, for the next one: small, and never trusted over a refusal. */
export const hintSchema = z.object({
  /** At most so many calls in any such span. */
  windows: z
    .array(z.object({ calls: z.int().positive(), spanMs: positive }))
    .max(8)
    .readonly(),
  /** A rate in calls per ms, what may go at once, and the longest block that a refusal cost. */
  bucket: z.object({ perMs: positive, burst: positive, blockMs: z.number().nonnegative() }).optional(),
});

export type Hint = Readonly<z.infer<typeof hintSchema>>;
