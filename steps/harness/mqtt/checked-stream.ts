import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { Packet } from 'mqtt-packet';
import { MalformedPacket } from './packet-cutter.ts';
import { PacketReader } from './packet-reader.ts';

/** The server sent what is no MQTT. The message says what, and names the server. */
export class MalformedError extends Error {
  override readonly name = 'MalformedError';
  /** mqtt.js passes on what has a code, and swallows what has none. */
  readonly code = 'MALFORMED';

  constructor({ message }: MalformedPacket) {
    super(`the server sent malformed MQTT (${message})`);
  }
}

/**
 * A socket that mqtt.js reads packet by packet, and only what it can read: its parser throws on some malformed packets where nobody can
 * catch it, and takes the begin of the next packet for the end of one that is too short.
 */
export class CheckedStream extends Duplex {
  readonly #socket: Socket;

  constructor(socket: Socket, protocolVersion: 4 | 5) {
    super({ allowHalfOpen: false });
    this.#socket = socket;
    // How much it may be is bounded by the intake.
    const reader = new PacketReader(Number.POSITIVE_INFINITY, protocolVersion);
    socket.on('data', (chunk: Buffer) => {
      try {
        let room = true;
        for (const { packet, bytes } of reader.read(chunk)) {
          requireId(packet);
          room = this.push(bytes);
        }
        if (!room) socket.pause();
      } catch (error) {
        if (!(error instanceof MalformedPacket)) throw error;
        this.destroy(new MalformedError(error));
      }
    });
    socket.on('end', () => this.push(null));
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy());
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    this.#socket.write(chunk, encoding, callback);
  }

  /** What mqtt.js writes of one packet goes out in one piece, as it does on a socket: a server may be naive about pieces and yet be right. */
  override _writev(parts: { readonly chunk: Buffer }[], callback: (error?: Error | null) => void): void {
    this.#socket.write(Buffer.concat(parts.map(({ chunk }) => chunk)), callback);
  }

  override _final(callback: () => void): void {
    this.#socket.end(() => callback());
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#socket.destroy();
    callback(error);
  }
}

/** What has a packet id: mqtt.js answers with the same one, and breaks where it is none (MQTT 3.1.1, 2.3.1). */
const numbered: ReadonlySet<Packet['cmd']> = new Set(['puback', 'pubrec', 'pubrel', 'pubcomp', 'suback', 'unsuback']);

/** @throws MalformedPacket when the packet id is 0 or was not sent */
function requireId(packet: Packet): void {
  const { cmd, messageId = 0 } = packet;
  const needed = numbered.has(cmd) || (packet.cmd === 'publish' && packet.qos > 0);
  if (needed && messageId < 1) throw new MalformedPacket(`${cmd.toUpperCase()} without a packet id`);
}
