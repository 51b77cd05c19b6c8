/**
 * Gives what some work gives, or fails as soon as nobody waits for it any more; the work then goes on unheard.
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
