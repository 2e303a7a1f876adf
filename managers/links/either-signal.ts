/** A signal that is aborted when one of two is, with the reason of the first; `letGo` when it is no longer needed. */
export const eitherSignal = (
  one: AbortSignal,
  other: AbortSignal,
): { readonly signal: AbortSignal; readonly letGo: () => void } => {
  const either = new AbortController();
  const listeners = [one, other].map((signal) => {
    const onAbort = (): void => {
      either.abort(signal.reason);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    return () => {
      signal.removeEventListener('abort', onAbort);
    };
  });
  return {
    signal: either.signal,
    letGo: () => {
      for (const remove of listeners) remove();
    },
  };
};
