import type { Server } from 'node:net';
import type { ClientChannel } from 'ssh2';

/** Between two probe bytes, in ms. */
const intervalMs = 100;

/** A byte that takes longer than this to come back means a stall, in ms. */
const stallMs = 250;

/** Sends one byte at a time through a connection that echoes it, and measures how long it takes to come back. */
export class StallProbe {
  readonly #channel: ClientChannel;
  readonly #echo: Server;
  #next: NodeJS.Timeout | undefined;
  /** When the byte that is on its way was sent, by performance.now(). */
  #sentAt: number | undefined;
  readonly #stalls: { readonly endedAt: number; readonly tookMs: number }[] = [];

  /**
   * Starts at once.
   *
   * @param channel leads through the connection to `echo`
   * @param echo returns what it receives; closed by {@link stop}
   */
  constructor(channel: ClientChannel, echo: Server) {
    this.#channel = channel;
    this.#echo = echo;
    channel.on('error', () => {});
    channel.on('data', () => {
      const tookMs = this.#underwayMs();
      if (tookMs > stallMs) this.#stalls.push({ endedAt: performance.now(), tookMs });
      this.#sentAt = undefined;
      this.#next = setTimeout(this.#send, intervalMs).unref();
    });
    this.#send();
  }

  /** The longest stall that lasted until after this time, in ms. @param since by performance.now() */
  longestMs(since: number): number {
    return Math.max(this.#underwayMs(), ...this.#stalls.map(({ endedAt, tookMs }) => (endedAt < since ? 0 : tookMs)));
  }

  /** Ends the probe and its echo server. */
  stop(): void {
    clearTimeout(this.#next);
    this.#channel.destroy();
    this.#echo.close();
  }

  #underwayMs(): number {
    return this.#sentAt === undefined ? 0 : performance.now() - this.#sentAt;
  }

  readonly #send = (): void => {
    this.#sentAt = performance.now();
    this.#channel.write('.');
  };
}
