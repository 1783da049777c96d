import { OathEnrollError } from '../../model/errors.js';
import { aborted } from './aborted.js';

/**
 * Signs in, unless a signal comes first.
 *
 * @returns why nobody is signed in; undefined where somebody is
 */
export async function signInFailure(
  signIn: () => Promise<void>,
  interrupt: AbortSignal,
): Promise<string | undefined> {
  try {
    const wasAborted = await Promise.race([signIn(), aborted(interrupt)]);
    return wasAborted === true ? 'interrupted' : undefined;
  } catch (error) {
    if (!(error instanceof OathEnrollError)) throw error;
    return `not signed in: ${error.message}`;
  }
}
