import { parser as createParser, type IPublishPacket, type Packet, type Parser } from 'mqtt-packet';
import { now } from '../time/now.ts';
import type { Frame } from './frame.ts';
import { ExcessivePacket, MalformedPacket } from './malformed-packet.ts';
import { PacketCutter } from './packet-cutter.ts';
import type { ReceiveLimits } from './receive-limits.ts';

/** What a reader of packets reads. */
export interface ReaderOptions {
  readonly limits: ReceiveLimits;
  /** What the other side speaks; a CONNECT says it by itself. */
  readonly protocolVersion?: 4 | 5;
  /** `received` when absent. */
  readonly direction?: Frame['direction'];
  /** The connection in words, where the frames go into a trace with several. */
  readonly connection?: string;
  /** As in {@link Frame}. */
  readonly stream?: object;
}

/**
 * Reads frames from a stream of bytes, within limits. Each packet is parsed from its own bytes alone, so that the beginning of the next
 * packet is never taken for the end of one that is too short.
 */
export class PacketReader {
  readonly #limits: ReceiveLimits;
  readonly #cutter: PacketCutter;
  readonly #parser: Parser;
  readonly #origin: Pick<Frame, 'direction' | 'connection' | 'stream'>;
  #parsed: Packet | undefined;
  #broken = false;
  #version: number;
  #bytes = 0;
  #packets = 0;
  #beganUs: number | undefined;
  /** When the first byte came of the packet that is not complete yet. */
  #packetBeganUs = 0;

  constructor({ limits, protocolVersion, direction = 'received', connection, stream }: ReaderOptions) {
    this.#limits = limits;
    this.#cutter = new PacketCutter(limits.packetBytes);
    this.#version = protocolVersion ?? 4;
    this.#origin = { direction, ...(connection && { connection }), ...(stream && { stream }) };
    this.#parser = createParser(protocolVersion === undefined ? {} : { protocolVersion });
    this.#parser.on('packet', (packet) => {
      this.#parsed = packet;
    });
    this.#parser.on('error', ({ message }: Error) => {
      throw new MalformedPacket(message.charAt(0).toLowerCase() + message.slice(1));
    });
  }

  /** How many packets were read. */
  get packets(): number {
    return this.#packets;
  }

  /** Bytes of a packet that has begun and not ended. */
  get unfinished(): number {
    return this.#cutter.unfinished;
  }

  /**
   * @returns the packets that are complete now; none after a malformed one, because nothing shows where the next one begins
   * @throws MalformedPacket when the bytes are not MQTT; ExcessivePacket when they exceed the limits
   */
  *read(chunk: Buffer): Generator<Frame, void> {
    if (this.#broken) return;
    const time = now();
    try {
      this.#bytes += chunk.length;
      this.#beganUs ??= time.atUs;
      const seconds = (time.atUs - this.#beganUs) / 1e6;
      this.#requireWithin(this.#bytes, 'bytes', seconds);
      if (this.#cutter.unfinished === 0) this.#packetBeganUs = time.atUs;
      for (const bytes of this.#cutter.cut(chunk)) {
        this.#packets += 1;
        this.#requireWithin(this.#packets, 'packets', seconds);
        const began = this.#packetBeganUs < time.atUs ? { beganUs: this.#packetBeganUs } : {};
        this.#packetBeganUs = time.atUs;
        yield { ...time, ...began, ...this.#origin, packet: this.#parse(bytes), bytes };
      }
    } catch (error) {
      this.#broken = true;
      throw error;
    }
  }

  #requireWithin(count: number, unit: 'bytes' | 'packets', seconds: number): void {
    const { [unit]: begin, perSecond } = this.#limits;
    const most = Math.round(begin + (perSecond?.[unit] ?? 0) * seconds);
    if (count > most) throw new ExcessivePacket(`more than ${most} ${unit} on one connection`, 'connection');
  }

  #parse(bytes: Buffer): Packet {
    this.#parsed = undefined;
    try {
      this.#parser.parse(bytes);
    } catch (error) {
      // The parser itself throws on some malformed packets, which are the sender's fault all the same.
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
