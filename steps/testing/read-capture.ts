/** A packet in a pcapng file. */
export interface ReadPacket {
  /** In µs since 1970. */
  readonly us: number;
  /** 1 inbound, 2 outbound. */
  readonly flags: number;
  readonly comment: string;
  /** Addresses and ports: `192.0.2.1:49152 > 198.51.100.1:1883`. */
  readonly way: string;
  readonly sequence: number;
  readonly acknowledged: number;
  readonly payload: Buffer;
  /** From its IPv4 header on. */
  readonly bytes: Buffer;
}

/** A block of a pcapng file: its type, and the bytes between its two lengths. */
export interface ReadBlock {
  readonly type: number;
  readonly body: Buffer;
}

/** The blocks of a pcapng file. @throws Error if the two lengths of a block differ, or if one is not a multiple of 4 */
export function readBlocks(file: Buffer): ReadBlock[] {
  const blocks: ReadBlock[] = [];
  for (let at = 0; at < file.length; ) {
    const length = file.readUInt32LE(at + 4);
    if (length % 4 !== 0 || length < 12 || file.readUInt32LE(at + length - 4) !== length)
      throw new Error(`the block at ${at} has the length ${length}`);
    blocks.push({ type: file.readUInt32LE(at), body: file.subarray(at + 8, at + length - 4) });
    at += length;
  }
  return blocks;
}

/** Options by their codes. @throws Error if their end is not marked */
export function readOptions(bytes: Buffer): Map<number, Buffer> {
  const found = new Map<number, Buffer>();
  for (let at = 0; ; ) {
    const [code, length] = [bytes.readUInt16LE(at), bytes.readUInt16LE(at + 2)];
    if (code === 0) return found;
    found.set(code, bytes.subarray(at + 4, at + 4 + length));
    at += 4 + Math.ceil(length / 4) * 4;
  }
}

/** The packets of a pcapng file. */
export function readPackets(file: Buffer): ReadPacket[] {
  return readBlocks(file)
    .filter(({ type }) => type === 6)
    .map(({ body }) => {
      const length = body.readUInt32LE(12);
      const bytes = body.subarray(20, 20 + length);
      const options = readOptions(body.subarray(20 + Math.ceil(length / 4) * 4));
      const tcp = bytes.subarray(20);
      const from = `${[...bytes.subarray(12, 16)].join('.')}:${tcp.readUInt16BE(0)}`;
      const to = `${[...bytes.subarray(16, 20)].join('.')}:${tcp.readUInt16BE(2)}`;
      return {
        us: body.readUInt32LE(4) * 2 ** 32 + body.readUInt32LE(8),
        flags: options.get(2)?.readUInt32LE(0) ?? 0,
        comment: options.get(1)?.toString('utf8') ?? '',
        way: `${from} > ${to}`,
        sequence: tcp.readUInt32BE(4),
        acknowledged: tcp.readUInt32BE(8),
        payload: tcp.subarray(20),
        bytes,
      };
    });
}
