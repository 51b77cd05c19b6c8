import type { Frame } from '../mqtt/frame.ts';

/** Those who wait for a frame of one connection. */
export class FrameListeners {
  readonly #listeners = new Set<(frame: Frame) => void>();

  /** A frame was recorded. */
  tell(frame: Frame): void {
    for (const listen of this.#listeners) listen(frame);
  }

  /**
   * The next frame that `matches`; undefined when the connection ends before.
   *
   * @param ended aborts when the connection ends
   * @throws the signal's reason when it aborts first
   */
  async next(matches: (frame: Frame) => boolean, ended: AbortSignal, signal?: AbortSignal): Promise<Frame | undefined> {
    signal?.throwIfAborted();
    const found = Promise.withResolvers<Frame | undefined>();
    const listen = (frame: Frame): void => {
      if (matches(frame)) found.resolve(frame);
    };
    const abort = (): void => found.reject(signal?.reason);
    const end = (): void => found.resolve(undefined);
    this.#listeners.add(listen);
    signal?.addEventListener('abort', abort, { once: true });
    ended.addEventListener('abort', end, { once: true });
    try {
      return await found.promise;
    } finally {
      this.#listeners.delete(listen);
      signal?.removeEventListener('abort', abort);
      ended.removeEventListener('abort', end);
    }
  }
}
