import { Duplex } from 'node:stream';
import type { Packet } from 'mqtt-packet';
import { requireId } from './malformed-packet.ts';

/** What carries the packets of a {@link PacketStream}. */
export interface Carrier {
  /** Sends bytes in one piece. */
  write(bytes: Buffer): void;
  pause(): void;
  resume(): void;
  end(): void;
}

/** Packets with an id: mqtt.js answers with the same one, and breaks where there is none (MQTT 3.1.1, 2.3.1). */
const numbered: ReadonlySet<Packet['cmd']> = new Set(['puback', 'pubrec', 'pubrel', 'pubcomp', 'suback', 'unsuback']);

/**
 * The stream that mqtt.js reads and writes. It gets only packets that were read without a fault, one by one: mqtt.js throws on some
 * malformed packets where nothing can catch it, and takes the beginning of the next packet for the end of one that is too short.
 */
export class PacketStream extends Duplex {
  readonly #carrier: Carrier;

  constructor(carrier: Carrier) {
    super({ allowHalfOpen: false });
    this.#carrier = carrier;
  }

  /** Hands a received packet to mqtt.js. @throws MalformedPacket when it has no packet id and needs one */
  deliver(packet: Packet, bytes: Buffer): void {
    if (numbered.has(packet.cmd) || (packet.cmd === 'publish' && packet.qos > 0)) requireId(packet);
    if (!this.push(bytes)) this.#carrier.pause();
  }

  override _read(): void {
    this.#carrier.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: () => void): void {
    this.#carrier.write(chunk);
    callback();
  }

  /** mqtt.js writes a packet in parts. They leave in one piece, as on a socket: a server may expect that and still be right. */
  override _writev(parts: { readonly chunk: Buffer }[], callback: () => void): void {
    this.#carrier.write(Buffer.concat(parts.map(({ chunk }) => chunk)));
    callback();
  }

  override _final(callback: () => void): void {
    this.#carrier.end();
    callback();
  }
}
