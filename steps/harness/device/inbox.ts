/** A PUBLISH that reached the suite. */
export interface Message {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  readonly dup: boolean;
  /** Monotonic time of its arrival in µs. */
  readonly at: number;
}

/** What arrived on one connection, in order, and a way to wait for more without a clock. */
export class Inbox {
  readonly #messages: Message[] = [];
  readonly #waiting = new Set<() => void>();
  #listener: ((message: Message) => void) | undefined;
  #closed: string | undefined;

  get messages(): readonly Message[] {
    return this.#messages;
  }

  /** How the connection ended, in words; undefined while it is open. */
  get closed(): string | undefined {
    return this.#closed;
  }

  /** Hands every message to one listener as it comes, those that are here already first. */
  listen(listener: (message: Message) => void): void {
    this.#listener = listener;
    for (const message of this.#messages) listener(message);
  }

  put(message: Message): void {
    this.#messages.push(message);
    this.#listener?.(message);
    this.wake();
  }

  /** No more messages will come, for this reason. The first reason counts. */
  close(reason: string): void {
    this.#closed ??= reason;
    this.wake();
  }

  /** Lets everybody who waits look again: something that they look for, and that is no message, has come. */
  wake(): void {
    for (const look of this.#waiting) look();
  }

  /**
   * Waits until `find` gives something other than undefined.
   *
   * @param find asked now and after every change
   * @param deadline in ms from now
   * @returns what `find` gave; undefined when the deadline passed or the connection closed before
   */
  async until<T>(find: () => T | undefined, deadline: number): Promise<T | undefined> {
    const found = find();
    if (found !== undefined || this.#closed !== undefined) return found;
    return new Promise((resolve) => {
      const settle = (result: T | undefined): void => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve(result);
      };
      const look = (): void => {
        const result = find();
        if (result !== undefined || this.#closed !== undefined) settle(result);
      };
      const timer = setTimeout(() => settle(undefined), deadline);
      this.#waiting.add(look);
    });
  }
}
