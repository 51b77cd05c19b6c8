import { parser as createParser, type IPublishPacket, type Packet, type Parser } from 'mqtt-packet';
import { MalformedPacket, PacketCutter } from './packet-cutter.ts';

/** A packet, and the bytes that it is, fixed header included. */
export interface ReadPacket {
  readonly packet: Packet;
  readonly bytes: Buffer;
}

/** Reads packets from a stream of bytes, each from its own bytes alone: what stands behind a packet that is too short is not taken for its end. */
export class PacketReader {
  readonly #cutter: PacketCutter;
  readonly #parser: Parser;
  #parsed: Packet | undefined;
  #broken = false;
  #version: number;

  /**
   * @param maxBytes the most that one packet may have
   * @param protocolVersion what the other side speaks; a CONNECT says it by itself
   */
  constructor(maxBytes: number, protocolVersion?: 4 | 5) {
    this.#cutter = new PacketCutter(maxBytes);
    this.#version = protocolVersion ?? 4;
    this.#parser = createParser(protocolVersion === undefined ? {} : { protocolVersion });
    this.#parser.on('packet', (packet) => {
      this.#parsed = packet;
    });
    this.#parser.on('error', ({ message }: Error) => {
      throw new MalformedPacket(message.charAt(0).toLowerCase() + message.slice(1));
    });
  }

  /** Bytes of a packet that has begun and not ended. */
  get unfinished(): number {
    return this.#cutter.unfinished;
  }

  /**
   * @returns the packets that are complete now; none once something was malformed, since nobody knows where the next one begins
   * @throws MalformedPacket when the bytes are no MQTT, or more of it than one packet may have
   */
  *read(chunk: Buffer): Generator<ReadPacket, void> {
    if (this.#broken) return;
    try {
      for (const bytes of this.#cutter.cut(chunk)) yield { packet: this.#parse(bytes), bytes };
    } catch (error) {
      this.#broken = true;
      throw error;
    }
  }

  #parse(bytes: Buffer): Packet {
    this.#parsed = undefined;
    try {
      this.#parser.parse(bytes);
    } catch (error) {
      // The parser itself stumbles over some of what it does not expect, which is the sender's fault all the same.
      if (error instanceof RangeError || error instanceof TypeError)
        throw new MalformedPacket(`what no parser takes (${error.message})`);
      throw error;
    }
    const packet = this.#parsed as Packet | undefined;
    if (packet === undefined) throw new MalformedPacket('a packet whose length is not that of its content');
    if (packet.cmd === 'connect') this.#version = packet.protocolVersion ?? 4;
    if (packet.cmd === 'publish' && packet.payload.length !== payloadLength(packet, bytes, this.#version))
      throw new MalformedPacket('a PUBLISH whose properties do not end where they say');
    // The parser takes a code that is not there for 0, which accepts.
    if (packet.cmd === 'connack' && (packet.length ?? 0) < 2) throw new MalformedPacket('a CONNACK without a code');
    return packet;
  }
}

/** How long the payload of a PUBLISH is by the lengths that stand before it: the parser lets the properties of MQTT 5 run into it. */
function payloadLength({ qos }: IPublishPacket, bytes: Buffer, version: number): number {
  const topicAt = variableAt(bytes, 1).next;
  const end = topicAt + 2 + bytes.readUInt16BE(topicAt) + (qos === 0 ? 0 : 2);
  if (version < 5) return bytes.length - end;
  const properties = variableAt(bytes, end);
  return bytes.length - properties.next - properties.value;
}

/** A variable byte integer (MQTT 5, 1.5.5), and where it ends. */
function variableAt(bytes: Buffer, start: number): { readonly value: number; readonly next: number } {
  let [value, next] = [0, start];
  for (let digit = 0x80; digit >= 0x80; next += 1) {
    digit = bytes[next] ?? 0;
    value += (digit & 0x7f) * 128 ** (next - start);
  }
  return { value, next };
}
