/** The most bytes in one segment: an IPv4 packet has at most 65,535. */
export const mostSegmentBytes = 65_495;

/** The port of MQTT: Wireshark recognises MQTT by it. */
const mqttPort = 1883;

/** The ports that a device may have (RFC 6335): the first one, and how many. */
const devicePorts = { first: 49_152, count: 16_384 } as const;

/** An address and a port. */
interface TcpEndpoint {
  readonly address: readonly number[];
  readonly port: number;
}

/**
 * The segments of one TCP connection between a device and a server. Its addresses are invented, from the ranges for documentation
 * (RFC 5737). Its sequence numbers count the bytes.
 */
export class TcpStream {
  readonly #device: TcpEndpoint;
  readonly #server: TcpEndpoint = { address: [198, 51, 100, 1], port: mqttPort };
  /** The next sequence number of each side. */
  readonly #next = { device: 1, server: 1 };

  /** @param index of the stream in the file, from 0 */
  constructor(index: number) {
    const host = 1 + (Math.floor(index / devicePorts.count) % 254);
    this.#device = { address: [192, 0, 2, host], port: devicePorts.first + (index % devicePorts.count) };
  }

  /** The next bytes of a side as IPv4 packets. */
  packets(sender: 'device' | 'server', bytes: Buffer): Buffer[] {
    const count = Math.max(1, Math.ceil(bytes.length / mostSegmentBytes));
    return Array.from({ length: count }, (_, index) =>
      this.#packet(sender, bytes.subarray(index * mostSegmentBytes, (index + 1) * mostSegmentBytes)),
    );
  }

  #packet(sender: 'device' | 'server', payload: Buffer): Buffer {
    const [from, to, other] =
      sender === 'device' ? [this.#device, this.#server, 'server' as const] : [this.#server, this.#device, 'device' as const];
    const tcp = Buffer.alloc(20 + payload.length);
    tcp.writeUInt16BE(from.port, 0);
    tcp.writeUInt16BE(to.port, 2);
    tcp.writeUInt32BE(this.#next[sender], 4);
    tcp.writeUInt32BE(this.#next[other], 8);
    tcp.writeUInt16BE(0x5018, 12); // 20 bytes of header; PSH and ACK
    tcp.writeUInt16BE(0xffff, 14); // window
    payload.copy(tcp, 20);
    this.#next[sender] = (this.#next[sender] + payload.length) % 2 ** 32;

    const addresses = Buffer.from([...from.address, ...to.address]);
    const pseudoHeader = Buffer.concat([addresses, Buffer.from([0, 6, tcp.length >> 8, tcp.length & 0xff])]);
    tcp.writeUInt16BE(checksum(Buffer.concat([pseudoHeader, tcp])), 16);

    const ip = Buffer.from([0x45, 0, 0, 0, 0, 0, 0x40, 0, 64, 6, 0, 0, ...addresses]); // do not fragment; 64 hops; TCP
    ip.writeUInt16BE(ip.length + tcp.length, 2);
    ip.writeUInt16BE(checksum(ip), 10);
    return Buffer.concat([ip, tcp]);
  }
}

/** The checksum of the Internet protocols (RFC 1071). */
function checksum(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += ((bytes[at] ?? 0) << 8) + (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}
