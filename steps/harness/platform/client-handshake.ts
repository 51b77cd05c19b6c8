import type { Socket } from 'node:net';
import { endedHandshake, platformSides, type TlsFault, tlsFaultOf, unexpectedTls } from '../mqtt/tls-fault.ts';
import { now, type Time } from '../time/now.ts';
import { resetReason } from './connection-end.ts';

/** What is known of TLS on a client's connection, until its CONNECT came. */
export class ClientHandshake {
  /** When the handshake was complete; undefined before, and without TLS. */
  secured: Time | undefined;
  readonly #encrypted: boolean;
  #fault: TlsFault | undefined;

  /**
   * @param socket what carries MQTT: the TCP connection itself, or TLS on it
   * @param raw the TCP connection
   */
  constructor(socket: Socket, raw: Socket) {
    this.#encrypted = socket !== raw;
    socket.once('secure', () => {
      this.secured = now();
    });
  }

  /** What kept the client from its CONNECT; undefined where it was not TLS. */
  get fault(): TlsFault | undefined {
    return this.#fault;
  }

  /** Why the connection failed, in words. @param connected whether its CONNECT had come */
  failed(error: NodeJS.ErrnoException, connected: boolean): string {
    const fault = tlsFaultOf(error, platformSides);
    return fault === undefined || connected ? resetReason(error) : this.#failedOf(fault);
  }

  /**
   * Why the client has left before it sent anything over TLS, in words; undefined without TLS. A client that does not trust what it was
   * shown may not say so, and may find that out when the platform has done its part of the handshake.
   */
  left(): string | undefined {
    if (!this.#encrypted) return undefined;
    return this.#failedOf(endedHandshake(platformSides, this.secured === undefined ? 'during' : 'after'));
  }

  /** Whether the first bytes that came are TLS, where the platform speaks none. */
  unexpected([type, major]: Buffer): boolean {
    if (this.#encrypted || type !== 0x16 || major !== 0x03) return false;
    this.#fault = unexpectedTls(platformSides);
    return true;
  }

  #failedOf(fault: TlsFault): string {
    this.#fault ??= fault;
    return `TLS failed: ${fault.words}`;
  }
}
