import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  endedHandshake,
  failureInWords,
  NoUpgrade,
  platformSides,
  type TlsFault,
  tlsFaultOf,
  unexpectedHttp,
  unexpectedTls,
} from '../mqtt/tls-fault.ts';
import { now, type Time } from '../time/now.ts';
import { resetReason } from './connection-end.ts';

/** What a connection consists of, each carried by the next one; they may be the same. */
export interface Carriers {
  /** What carries MQTT: a WebSocket, TLS or the TCP connection itself. */
  readonly stream: Duplex;
  readonly secured: Socket;
  /** The TCP connection. */
  readonly raw: Socket;
}

/** What is known of TLS and of the upgrade to WebSocket on a client's connection, until its CONNECT came. */
export class ClientHandshake {
  /** When the handshake was complete; undefined before, and without TLS. */
  secured: Time | undefined;
  readonly #encrypted: boolean;
  #upgraded = false;
  #fault: TlsFault | undefined;

  constructor({ stream, secured, raw }: Carriers) {
    this.#encrypted = secured !== raw;
    secured.once('secure', () => {
      this.secured = now();
    });
    if (stream !== secured)
      stream.once('connect', () => {
        this.#upgraded = true;
      });
  }

  /** What kept the client from its CONNECT; undefined where it was neither TLS nor the upgrade. */
  get fault(): TlsFault | undefined {
    return this.#fault;
  }

  /** Why the connection failed, in words. @param connected whether its CONNECT had come */
  failed(error: NodeJS.ErrnoException, connected: boolean): string {
    if (error instanceof NoUpgrade) this.unexpected(error.bytes);
    const fault = tlsFaultOf(error, platformSides);
    return fault === undefined || connected ? resetReason(error) : this.#failedOf(fault);
  }

  /**
   * Why the client has left before it sent anything over TLS, in words; undefined without TLS, and after an upgrade. A client that does not
   * trust what it was shown may not say so, and may find that out when the platform has done its part of the handshake.
   */
  left(): string | undefined {
    if (!this.#encrypted || this.#upgraded) return undefined;
    return this.#failedOf(endedHandshake(platformSides, this.secured === undefined ? 'during' : 'after'));
  }

  /** What the first bytes that came are, where they are TLS or HTTP, and the platform speaks neither; in words. */
  unexpected(bytes: Buffer): string | undefined {
    const [type, major] = bytes;
    if (!this.#encrypted && type === 0x16 && major === 0x03) this.#fault = unexpectedTls(platformSides);
    else if (bytes.toString('latin1', 0, 4) === 'GET ') this.#fault = unexpectedHttp(platformSides);
    else return undefined;
    return this.#fault.cause === 'tls'
      ? 'TLS, where this platform speaks plain TCP'
      : 'HTTP, where this platform speaks MQTT without WebSocket';
  }

  #failedOf(fault: TlsFault): string {
    this.#fault ??= fault;
    return failureInWords(this.#fault);
  }
}
