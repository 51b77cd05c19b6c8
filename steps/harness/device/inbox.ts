import type { Message } from '../message/message.ts';
import { Changes } from '../time/changes.ts';

const connectionClosed = Symbol('connection closed');

/** The messages that arrived on one connection, in order, and a way to wait for more. Where one listens, it alone keeps them. */
export class Inbox {
  readonly #messages: Message[] = [];
  readonly #changes = new Changes();
  /** True once something came that is no MQTT, or more than is read. */
  unreadable = false;
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
    for (const message of this.#messages.splice(0)) listener(message);
  }

  put(message: Message): void {
    if (this.#listener === undefined) this.#messages.push(message);
    else this.#listener(message);
    this.wake();
  }

  /** No more messages will come, for this reason. The first reason counts. */
  close(reason: string): void {
    this.#closed ??= reason;
    this.wake();
  }

  /** Has every {@link until} look again: something has come that is not a message. */
  wake(): void {
    this.#changes.changed();
  }

  /**
   * Waits until `find` gives something other than undefined.
   *
   * @param find asked now and after every change
   * @param deadline in ms from now
   * @returns what `find` gave; undefined when the deadline passed or the connection closed before
   */
  async until<T>(find: () => T | undefined, deadline: number): Promise<T | undefined> {
    const look = (): T | typeof connectionClosed | undefined =>
      find() ?? (this.#closed === undefined ? undefined : connectionClosed);
    const found = await this.#changes.until(look, deadline);
    return found === connectionClosed ? undefined : found;
  }
}
