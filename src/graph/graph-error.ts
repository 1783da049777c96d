import { z } from 'zod';
import { parseJson } from '../model/json.js';

/** What the body of a refusal says; '' for what it does not say. */
export interface GraphErrorBody {
  readonly code: string;
  readonly message: string;
  readonly requestId: string | undefined;
}

const text = z.string().catch('');
const inner = z
  .object({ message: text, 'request-id': z.string().optional().catch(undefined) })
  .optional()
  .catch(undefined);

/** The error resource of Graph (page "Microsoft Graph error responses"); any field may be missing or odd. */
const errorBody = z.object({
  error: z.object({ code: text, message: text, innerError: inner, innererror: inner }),
});

/** Reads the body of a refusal, of whatever kind: gateways and proxies answer with pages of their own. */
export function readGraphError(body: string): GraphErrorBody {
  const parsed = errorBody.safeParse(parseJson(body));
  if (!parsed.success) return { code: '', message: describe(body), requestId: undefined };
  const { code, message, innerError, innererror } = parsed.data.error;
  const within = innerError ?? innererror;
  return { code, message: message || (within?.message ?? ''), requestId: within?.['request-id'] };
}

function describe(body: string): string {
  if (body.trim() === '') return '';
  return /^\s*</.test(body) ? 'a web page instead of an answer of Graph' : 'no error of Graph in the answer';
}
