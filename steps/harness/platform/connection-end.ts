import { now, type Time } from '../time/now.ts';

/** How a connection ended. */
export interface Ending extends Time {
  /**
   * `disconnected`: the client sent DISCONNECT; `closed`: it closed without; `reset`: it reset the connection, or TLS or TCP
   * failed; `malformed`: what it sent was not MQTT; `flooded`: it sent or subscribed more than a connection may; `refused`,
   * `cut`, `ended`: the suite ended the connection.
   */
  readonly cause: 'disconnected' | 'closed' | 'reset' | 'malformed' | 'flooded' | 'refused' | 'cut' | 'ended';
  /** In words: "the client sent malformed MQTT: …". */
  readonly reason: string;
}

/** The end of a connection: why it ends, which is known first, and when it is over. */
export class ConnectionEnd {
  readonly #closing = Promise.withResolvers<Ending>();
  readonly #aborted = new AbortController();
  #ending: Ending | undefined;
  #over = false;

  /** Why the connection ends; undefined while it is open. */
  get ending(): Ending | undefined {
    return this.#ending;
  }

  /** True when the socket is closed as well. */
  get over(): boolean {
    return this.#over;
  }

  /** Resolves when the connection is over. Never rejects. */
  get closed(): Promise<Ending> {
    return this.#closing.promise;
  }

  /** Aborts when the connection is over. */
  get signal(): AbortSignal {
    return this.#aborted.signal;
  }

  /** The connection ends for a reason. The first one counts. */
  begin(cause: Ending['cause'], reason: string): void {
    this.#ending ??= { ...now(), cause, reason };
  }

  /** The socket is closed. */
  finish(): void {
    if (this.#over || this.#ending === undefined) return;
    this.#over = true;
    this.#closing.resolve(this.#ending);
    this.#aborted.abort(new Error(this.#ending.reason));
  }
}

/** An error of a socket in words. */
export function resetReason({ code, message }: NodeJS.ErrnoException): string {
  return code === 'ECONNRESET' || code === 'EPIPE' ? 'the client reset the connection' : `the connection failed: ${message}`;
}
