import fc from 'fast-check';

/** One mutation of bytes. Places are relative to the length, so that an edit fits any bytes. */
export type Edit = readonly [kind: EditKind, place: number, byte: number, length: number];

const kinds = ['flip', 'set', 'insert', 'delete', 'repeat', 'cut', 'extreme', 'swap'] as const;
type EditKind = (typeof kinds)[number];

/** Bytes at the limits of lengths, types and texts. */
const extremes = [0x00, 0x01, 0x7f, 0x80, 0xff, 0x22, 0x2c, 0x30, 0x5c, 0x7b, 0x7d, 0xc0, 0xed, 0xef];

/** One to three edits. */
const some: fc.Arbitrary<readonly Edit[]> = fc.array(
  fc.tuple(fc.constantFrom(...kinds), fc.nat(0xffff), fc.nat(0xff), fc.integer({ min: 1, max: 12 })),
  { minLength: 1, maxLength: 3 },
);

/** Edits in one of so many cases, and none otherwise: valid packets, and packets with other mistakes, must occur as well. */
export function editsInOneOf(cases: number): fc.Arbitrary<readonly Edit[]> {
  return fc.oneof({ weight: cases - 1, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: some });
}

/** The bytes after all edits, in their order. */
export function edited(bytes: Buffer, all: readonly Edit[]): Buffer {
  return all.reduce(applied, bytes);
}

function applied(bytes: Buffer, [kind, place, byte, length]: Edit): Buffer {
  const at = bytes.length === 0 ? 0 : place % bytes.length;
  const [head, rest] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (kind) {
    case 'flip':
      return Buffer.concat([head, Buffer.from([(rest[0] ?? 0) ^ (1 << (byte & 7))]), rest.subarray(1)]);
    case 'set':
      return Buffer.concat([head, Buffer.from([byte]), rest.subarray(1)]);
    case 'insert':
      return Buffer.concat([head, Buffer.alloc(length, byte), rest]);
    case 'delete':
      return Buffer.concat([head, rest.subarray(length)]);
    case 'repeat':
      return Buffer.concat([head, rest.subarray(0, length), rest]);
    case 'cut':
      return head;
    case 'extreme':
      return Buffer.concat([head, Buffer.from([extremes[byte % extremes.length] ?? 0]), rest.subarray(1)]);
    case 'swap':
      return Buffer.concat([head, Buffer.from(rest.subarray(0, length)).reverse(), rest.subarray(length)]);
  }
}
