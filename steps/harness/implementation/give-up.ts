/**
 * Waits for some work until the signal aborts. The work continues then, and its result is ignored.
 *
 * @throws the signal's reason, or what the work throws
 */
export async function unlessGivenUp<T>(work: Promise<T>, giveUp: AbortSignal | undefined): Promise<T> {
  if (giveUp === undefined) return work;
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(giveUp.reason);
  giveUp.addEventListener('abort', abort);
  if (giveUp.aborted) abort();
  try {
    return await Promise.race([work, promise]);
  } finally {
    giveUp.removeEventListener('abort', abort);
    work.catch(() => {});
  }
}
