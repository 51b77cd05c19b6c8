import type { Socket } from 'node:net';

/** What a server may send on one connection. No server of this service comes near it; one that floods is cut off by it. */
export interface ReceiveLimits {
  /** The most bytes of one packet, without its fixed header. */
  readonly packetBytes: number;
  /** The most bytes of all packets together. */
  readonly bytes: number;
  readonly packets: number;
}

/** Many times what the longest scenario hears, and little enough to be kept in memory. */
const usual: ReceiveLimits = { packetBytes: 1024 * 1024, bytes: 2 * 1024 * 1024, packets: 5_000 };

/** For a server that has sent too much before: the next connection will hardly bring anything else. */
const wary: ReceiveLimits = { packetBytes: 16 * 1024, bytes: 64 * 1024, packets: 200 };

/** The server sent more than anybody has to take. The message says what, and names the server. */
class ExcessError extends Error {
  override readonly name = 'ExcessError';
  /** mqtt.js passes on what has a code, and swallows what has none. */
  readonly code = 'EXCESS';
}

/** What a run has learnt of a server's moderation. */
export interface Moderation {
  /** True once it sent too much on a connection; absent until then. */
  excessive?: true;
}

/**
 * Ends a connection as soon as the server sends too much on it, by the length that a packet announces, before anybody collects it.
 * The socket then closes with an error that says what was too much.
 */
export function boundReceived(socket: Socket, moderation: Moderation = {}): void {
  const receiveBuffer = new Intake(moderation.excessive === true ? wary : usual);
  socket.on('data', (chunk: Buffer) => {
    const excess = receiveBuffer.take(chunk);
    if (excess === undefined) return;
    moderation.excessive = true;
    socket.destroy(new ExcessError(`the server sent ${excess}`));
  });
}

/** Walks from fixed header to fixed header of a stream of MQTT packets, and keeps nothing of it. */
export class Intake {
  readonly #limits: ReceiveLimits;
  #bytes = 0;
  #packets = 0;
  /** Bytes of the present packet that are still to come, once its length is known. */
  #body = 0;
  /** How many bytes of the present fixed header were seen, and the length that they give so far. */
  #header = 0;
  #length = 0;

  constructor(limits: ReceiveLimits) {
    this.#limits = limits;
  }

  /** Takes what came next. @returns in words what is too much; undefined while nothing is */
  take(chunk: Uint8Array): string | undefined {
    const { packetBytes, bytes, packets } = this.#limits;
    this.#bytes += chunk.length;
    if (this.#bytes > bytes) return `more than ${bytes} bytes on one connection`;
    for (let index = 0; index < chunk.length; ) {
      if (this.#body > 0) {
        const skipped = Math.min(this.#body, chunk.length - index);
        this.#body -= skipped;
        index += skipped;
        continue;
      }
      const byte = chunk[index] ?? 0;
      index += 1;
      this.#header += 1;
      if (this.#header === 1) continue;
      // The remaining length: seven bits a byte, the lowest first, four bytes at most (MQTT 3.1.1, 2.2.3).
      this.#length += (byte & 0x7f) * 128 ** (this.#header - 2);
      if (byte >= 0x80) {
        if (this.#header === 5) return 'malformed MQTT (a remaining length of more than four bytes)';
        continue;
      }
      if (this.#length > packetBytes)
        return `a packet that announces ${this.#length} bytes, where at most ${packetBytes} are taken`;
      this.#packets += 1;
      if (this.#packets > packets) return `more than ${packets} packets on one connection`;
      this.#body = this.#length;
      this.#header = 0;
      this.#length = 0;
    }
    return undefined;
  }
}
