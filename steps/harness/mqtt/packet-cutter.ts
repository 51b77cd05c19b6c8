import { ExcessivePacket, MalformedPacket } from './malformed-packet.ts';

/**
 * Cuts a stream of bytes into MQTT packets before they are parsed, so that each packet's own bytes can be recorded, and a packet that
 * announces 256 MB is refused by its header instead of being collected.
 */
export class PacketCutter {
  readonly #maxBytes: number;
  #chunks: Buffer[] = [];
  #length = 0;
  /** How many bytes there must be before it makes sense to look again. */
  #wanted = 2;

  /** @param maxBytes the most that one packet may have, without its fixed header */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes of a packet that has begun and not ended. */
  get unfinished(): number {
    return this.#length;
  }

  /**
   * @returns the packets that are complete now, each with its fixed header and in memory of its own
   * @throws MalformedPacket as soon as the fixed header is seen to be wrong; ExcessivePacket when it announces more than `maxBytes`
   */
  *cut(chunk: Buffer): Generator<Buffer, void> {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (this.#length < this.#wanted) return;
    let rest = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
    for (let size = this.#sizeOf(rest); size !== undefined && size <= rest.length; size = this.#sizeOf(rest)) {
      const packet = rest.subarray(0, size);
      // What was put together here has memory of its own already.
      yield rest !== chunk && size === rest.length ? packet : Buffer.from(packet);
      rest = rest.subarray(size);
    }
    this.#chunks = rest.length === 0 ? [] : [rest];
    this.#length = rest.length;
    this.#wanted = this.#sizeOf(rest) ?? rest.length + 1;
  }

  /** Bytes of the packet that `bytes` begins with, or undefined while its length is not known yet. */
  #sizeOf(bytes: Buffer): number | undefined {
    const fault = bytes[0] === undefined ? undefined : faultOf(bytes[0]);
    if (fault !== undefined) throw new MalformedPacket(fault);
    let remaining = 0;
    for (let index = 1; index <= 4; index += 1) {
      const digit = bytes[index];
      if (digit === undefined) return undefined;
      remaining += (digit & 0x7f) * 128 ** (index - 1);
      if (digit >= 0x80) continue;
      if (remaining > this.#maxBytes) {
        const what = `a packet that announces ${remaining} bytes, where at most ${this.#maxBytes} are taken`;
        throw new ExcessivePacket(what, 'packet');
      }
      return 1 + index + remaining;
    }
    throw new MalformedPacket('a remaining length of more than four bytes');
  }
}

/** Why no packet begins with this byte (MQTT 3.1.1 and 5, section 2); undefined where one may. It shows before the length has come. */
function faultOf(byte: number): string | undefined {
  const [type, flags] = [byte >> 4, byte & 15];
  if (type === 3) return (flags & 6) === 6 ? 'a PUBLISH with both QoS bits' : undefined;
  // PUBREL, SUBSCRIBE and UNSUBSCRIBE have one flag set, all others none.
  if (type > 0 && flags === (type === 6 || type === 8 || type === 10 ? 2 : 0)) return undefined;
  return `first byte 0x${byte.toString(16).padStart(2, '0')}, with which no packet begins`;
}
