/** The most items that wait to be taken. */
const most = 256;

/** A queue that is read one item at a time, now or when the next one comes. Beyond its bound the oldest items are dropped. */
export class Arrivals<T> {
  readonly #items: T[] = [];
  readonly #takers = new Set<PromiseWithResolvers<T>>();
  #dropped = 0;
  #closed: Error | undefined;

  /** How many were never taken and are gone. */
  get dropped(): number {
    return this.#dropped;
  }

  put(item: T): void {
    for (const taker of this.#takers) {
      this.#takers.delete(taker);
      taker.resolve(item);
      return;
    }
    this.#items.push(item);
    if (this.#items.length <= most) return;
    this.#items.shift();
    this.#dropped += 1;
  }

  /**
   * The earliest that was not taken yet, now or when it comes.
   *
   * @throws the signal's reason when it aborts first; the reason of {@link close}
   */
  async next(signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    if (this.#items.length > 0) return this.#items.shift() as T;
    if (this.#closed !== undefined) throw this.#closed;
    const taker = Promise.withResolvers<T>();
    // Gone from the list at once: what comes in the same moment belongs to the next taker.
    const abort = (): void => {
      this.#takers.delete(taker);
      taker.reject(signal?.reason);
    };
    this.#takers.add(taker);
    signal?.addEventListener('abort', abort, { once: true });
    try {
      return await taker.promise;
    } finally {
      this.#takers.delete(taker);
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Nothing more will come: every wait rejects with this reason. */
  close(reason: Error): void {
    this.#closed ??= reason;
    for (const taker of this.#takers) taker.reject(reason);
  }
}
