/** A change is reported after this time without another change, in ms: an editor or a build writes several files. */
const quietMs = 300;

/** Collects changes until the caller asks for them. */
export class FileChanges {
  readonly #what = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #tell: (() => void) | undefined;

  /** Notes a change, in words. */
  note(what: string): void {
    this.#what.add(what);
    this.#wait();
  }

  /** The changes since the last call, each once. Waits for a change, and then until the changes stop. Empty when `signal` aborts. */
  async next(signal: AbortSignal): Promise<readonly string[]> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const onAbort = (): void => resolve();
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) resolve();
    this.#tell = resolve;
    this.#wait();
    await promise;
    signal.removeEventListener('abort', onAbort);
    clearTimeout(this.#timer);
    this.#tell = undefined;
    if (signal.aborted) return [];
    const told = [...this.#what];
    this.#what.clear();
    return told;
  }

  #wait(): void {
    if (this.#tell === undefined || this.#what.size === 0) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#tell, quietMs);
  }
}
