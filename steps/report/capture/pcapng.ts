/** IPv4 packets without a link layer: LINKTYPE_RAW of the registry of link types. */
const linkTypeRaw = 101;

/** Types of blocks, in draft-ietf-opsawg-pcapng: sections 4.1, 4.2 and 4.3. */
const blockTypes = { sectionHeader: 0x0a0d0d0a, interfaceDescription: 1, enhancedPacket: 6 } as const;

const options = { comment: 1, name: 2, description: 3, application: 4, packetFlags: 2, timeResolution: 9 } as const;

/** The longest comment, in bytes. */
const longestComment = 2000;

/** A captured packet. */
export interface CapturedPacket {
  /** Wall time in ms since 1970, with a fraction. */
  readonly wallMs: number;
  /** As seen from the interface. */
  readonly direction: 'inbound' | 'outbound';
  /** From its IPv4 header on. */
  readonly bytes: Buffer;
  readonly comment: string;
}

/** The blocks before the first packet of a pcapng file: the section, and its only interface, with times in µs. */
export function captureHeader(application: string, interfaceName: string, description: string): Buffer {
  const section = Buffer.alloc(16);
  section.writeUInt32LE(0x1a2b3c4d, 0); // little endian
  section.writeUInt16LE(1, 4); // version 1.0
  section.fill(0xff, 8); // a section of unknown length
  const itsInterface = Buffer.alloc(8); // packets of any length
  itsInterface.writeUInt16LE(linkTypeRaw, 0);
  return Buffer.concat([
    block(blockTypes.sectionHeader, section, [option(options.application, application)]),
    block(blockTypes.interfaceDescription, itsInterface, [
      option(options.name, interfaceName),
      option(options.description, description),
      option(options.timeResolution, Buffer.of(6)),
    ]),
  ]);
}

/** A packet of the interface. */
export function packetBlock({ wallMs, direction, bytes, comment }: CapturedPacket): Buffer {
  const us = Math.max(0, Math.round(wallMs * 1000));
  const header = Buffer.alloc(20);
  header.writeUInt32LE(Math.floor(us / 2 ** 32), 4);
  header.writeUInt32LE(us % 2 ** 32, 8);
  header.writeUInt32LE(bytes.length, 12); // as captured
  header.writeUInt32LE(bytes.length, 16); // as sent
  return block(blockTypes.enhancedPacket, Buffer.concat([header, padded(bytes)]), [
    option(options.comment, comment),
    option(options.packetFlags, Buffer.of(direction === 'inbound' ? 1 : 2, 0, 0, 0)),
  ]);
}

function block(type: number, body: Buffer, ofBlock: readonly Buffer[]): Buffer {
  const endOfOptions = Buffer.alloc(4);
  const content = [body, ...ofBlock, endOfOptions];
  const length = 12 + content.reduce((sum, { length: part }) => sum + part, 0);
  const head = Buffer.alloc(8);
  head.writeUInt32LE(type, 0);
  head.writeUInt32LE(length, 4);
  return Buffer.concat([head, ...content, head.subarray(4)]);
}

function option(code: number, value: string | Buffer): Buffer {
  const bytes = typeof value === 'string' ? textOf(value) : value;
  const head = Buffer.alloc(4);
  head.writeUInt16LE(code, 0);
  head.writeUInt16LE(bytes.length, 2);
  return Buffer.concat([head, padded(bytes)]);
}

/** A text in UTF-8, cut to the longest comment between two characters. */
function textOf(text: string): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length <= longestComment) return bytes;
  let end = longestComment;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end);
}

/** Blocks and options are multiples of 32 bits. */
function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}
