/** Writes MQTT packets byte by byte: the fuzzer's packets must not depend on the library that reads them. */

export type Version = 4 | 5;

/** A packet of a type (1 to 15) with its flags. */
export function packet(type: number, flags: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([(type << 4) | flags]), variable(body.length), body]);
}

/** A text or binary value, with its length in front. */
export function field(content: string | Uint8Array): Buffer {
  const bytes = Buffer.from(content as string);
  return Buffer.concat([word(bytes.length), bytes]);
}

export function word(value: number): Buffer {
  return Buffer.from([(value >> 8) & 0xff, value & 0xff]);
}

/** MQTT 5 properties, by default none; empty for 3.1.1. */
export function properties(version: Version, content: Uint8Array = Buffer.alloc(0)): Buffer {
  return version === 4 ? Buffer.alloc(0) : Buffer.concat([variable(content.length), content]);
}

export function connect(version: Version, clientId: string): Buffer {
  return packet(1, 0, field('MQTT'), Buffer.from([version, 0x02, 0, 60]), properties(version), field(clientId));
}

export function connack(version: Version, code: number): Buffer {
  return packet(2, 0, Buffer.from([0, code]), properties(version));
}

export function subscribe(version: Version, id: number, filter: string, qos: number): Buffer {
  return packet(8, 2, word(id), properties(version), field(filter), Buffer.from([qos]));
}

export function suback(version: Version, id: number, code: number): Buffer {
  return packet(9, 0, word(id), properties(version), Buffer.from([code]));
}

/** The flags of a PUBLISH. */
export interface PublishFlags {
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  readonly dup: boolean;
}

export function publish(version: Version, topic: string, payload: Uint8Array, { qos, retain, dup }: PublishFlags): Buffer {
  const id = qos === 0 ? Buffer.alloc(0) : word(1);
  return packet(3, (dup ? 8 : 0) | (qos << 1) | (retain ? 1 : 0), field(topic), id, properties(version), payload);
}

function variable(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>= 7;
  } while (rest > 0);
  return Buffer.from(bytes);
}
