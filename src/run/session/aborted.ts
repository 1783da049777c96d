/** Resolves once a signal is aborted, at once where it is so already. */
export function aborted(signal: AbortSignal): Promise<true> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(true);
    signal.addEventListener('abort', () => resolve(true));
  });
}
