/** A PUBLISH as parsed by a second reader, which shares no code with mqtt-packet. */
export interface Publish {
  readonly topic: string;
  readonly qos: number;
  readonly retain: boolean;
  readonly dup: boolean;
  readonly payload: Buffer;
  /** What in it MQTT forbids, in words; a message with a flaw is neither an answer nor a request. */
  readonly flaws: readonly string[];
  /** True if it has MQTT 5 properties, whose meaning this reader ignores. */
  readonly extended: boolean;
}

/** One packet by its fixed header. */
export interface Packet {
  /** The packet type, 1 to 15. */
  readonly type: number;
  readonly flags: number;
  readonly body: Buffer;
}

/** The result of the second reader for a stream of bytes. */
export interface Stream {
  readonly packets: readonly Packet[];
  /** True if the bytes end inside a packet, or with an invalid fixed header. */
  readonly broken: boolean;
}

/** Splits the stream into packets by their fixed headers (MQTT 3.1.1 and 5, section 2). */
export function readStream(bytes: Buffer): Stream {
  const packets: Packet[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = readVariable(bytes, at + 1);
    if (size === undefined || size.next + size.value > bytes.length) return { packets, broken: true };
    const first = bytes[at] ?? 0;
    packets.push({ type: first >> 4, flags: first & 15, body: bytes.subarray(size.next, size.next + size.value) });
    at = size.next + size.value;
  }
  return { packets, broken: false };
}

/** Reads a PUBLISH; undefined if it has no topic. */
export function readPublish({ flags, body }: Packet, version: 4 | 5): Publish | undefined {
  const flaws: string[] = [];
  let extended = false;
  const qos = (flags >> 1) & 3;
  if (qos === 3) return undefined;
  if (body.length < 2) return undefined;
  const length = body.readUInt16BE(0);
  let at = 2 + length;
  if (at > body.length) return undefined;
  const name = body.subarray(2, at);
  const topic = name.toString('utf8');
  if (!Buffer.from(topic).equals(name)) flaws.push('a topic that is not UTF-8');
  if (topic === '' || /[\0+#]/.test(topic)) flaws.push('a topic that is none');
  if (qos > 0) {
    if (at + 2 > body.length) return undefined;
    if (body.readUInt16BE(at) === 0) flaws.push('packet id 0');
    at += 2;
  }
  if (version === 5) {
    const size = readVariable(body, at);
    if (size === undefined || size.next + size.value > body.length) flaws.push('properties that do not end');
    else {
      if (!arePublishProperties(body.subarray(size.next, size.next + size.value))) flaws.push('properties that are none');
      extended = size.value > 0;
      at = size.next + size.value;
    }
  }
  return { topic, qos, retain: (flags & 1) === 1, dup: (flags & 8) === 8, payload: body.subarray(at), flaws, extended };
}

/** Reads a number of one to four bytes with seven bits each. `next` is the place after it. */
function readVariable(bytes: Buffer, start: number): { readonly value: number; readonly next: number } | undefined {
  let value = 0;
  for (let index = 0; index < 4; index += 1) {
    const byte = bytes[start + index];
    if (byte === undefined) return undefined;
    value |= (byte & 0x7f) << (7 * index);
    if (byte < 0x80) return { value, next: start + index + 1 };
  }
  return undefined;
}

/** Whether bytes are valid properties of a PUBLISH (MQTT 5, section 3.3.2.3). */
function arePublishProperties(bytes: Buffer): boolean {
  const text = (at: number): number => (at + 2 <= bytes.length ? at + 2 + bytes.readUInt16BE(at) : Number.NaN);
  for (let at = 0; at < bytes.length; ) {
    const id = bytes[at] ?? 0;
    at += 1;
    if (id === 0x01) at += 1;
    else if (id === 0x02) at += 4;
    else if (id === 0x03 || id === 0x08 || id === 0x09) at = text(at);
    else if (id === 0x0b) at = readVariable(bytes, at)?.next ?? Number.NaN;
    else if (id === 0x23) at += 2;
    else if (id === 0x26) at = text(text(at));
    else return false;
    if (!(at <= bytes.length)) return false;
  }
  return true;
}
