import type { EnrollOptions } from './options.js';

/**
 * Runs something whose listeners may throw: none of them stands between a call and its journal. What is thrown first ends
 * the run in good order, as an interrupt would, and is thrown once that is done.
 */
export async function withListeners<T, Options extends EnrollOptions>(
  options: Options,
  run: (heard: Options) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  let thrown: { readonly error: unknown } | undefined;
  const guarded = <Told>(listen: ((told: Told) => void) | undefined): ((told: Told) => void) | undefined =>
    listen === undefined
      ? undefined
      : (told) => {
          try {
            listen(told);
          } catch (error) {
            thrown ??= { error };
            stop.abort();
          }
        };
  const { signal, onEvent, onForesight, onReading, onNotice, onPrompt } = options;
  const outcome = run({
    ...options,
    signal: signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]),
    onEvent: guarded(onEvent),
    onForesight: guarded(onForesight),
    onReading: guarded(onReading),
    onNotice: guarded(onNotice),
    onPrompt: guarded(onPrompt),
  });
  // What a listener threw is the cause of whatever came after it.
  const ended = await outcome.catch((error: unknown) => {
    throw thrown === undefined ? error : thrown.error;
  });
  if (thrown !== undefined) throw thrown.error;
  return ended;
}
