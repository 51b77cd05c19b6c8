import { protocolVersionOf } from '../mqtt/mqtt-version.ts';
/**
 * The way of a payload from a server to a verdict. Each file hands on to the next one; those in brackets it uses for that.
 *
 * 1. `device/server-connection.ts` takes the bytes from the socket (`mqtt/packet-reader.ts` cuts and parses them, within limits;
 *    `mqtt/trace.ts` records the packets)
 * 2. `device/inbox.ts` wakes what waits for a message
 * 3. `device/ntp-device.ts` is the device that receives it
 * 4. `device/request-ledger.ts` finds the request that it answers (`message/payload.ts` reads the JSON)
 * 5. `server/server-scenario.ts` holds the exchange for the steps
 * 6. `server/*.steps.ts` judge it by the sentences of the features (`message/payload-schema.ts`: by the schema)
 * 7. `support/world.ts` writes what they found into Cucumber's messages
 * 8. `verdict/transcript.ts` reads these messages
 * 9. `verdict/judge.ts` makes the verdict
 */

import type { Duplex } from 'node:stream';
import { generate, type Packet } from 'mqtt-packet';
import { messageOf } from '../message/message.ts';
import { isResponseTopic } from '../message/ntp-topics.ts';
import { longestPayload } from '../message/payload.ts';
import type { Frame } from '../mqtt/frame.ts';
import { ExcessivePacket, MalformedPacket } from '../mqtt/malformed-packet.ts';
import { PacketReader } from '../mqtt/packet-reader.ts';
import type { Carrier } from '../mqtt/packet-stream.ts';
import { type Moderation, packetLimit, receiveLimits } from '../mqtt/receive-limits.ts';
import {
  deviceSides,
  endedHandshake,
  handshakeFaultOf,
  type TlsFault,
  tlsFaultOf,
  unexpectedHttp,
  unexpectedTls,
} from '../mqtt/tls-fault.ts';
import type { Trace } from '../mqtt/trace.ts';
import { nowUs } from '../time/now.ts';
import { Inbox } from './inbox.ts';
import type { Allowance } from './pacing.ts';
import { type Refusal, refusalOfTls, refusalOfUpgrade } from './refusal.ts';
import { type Address, openStream } from './socket.ts';
import { NoWebSocket } from './web-socket.ts';

/** How a device connects. */
export interface ConnectionOptions {
  readonly address: Address;
  readonly mqttVersion: '3.1.1' | '5';
  /** Its name in the trace: "device", "second device". */
  readonly name: string;
  readonly trace: Trace;
  /** What the run has learnt of this server; shared by all its connections. */
  readonly habits: Moderation;
  /** Told of a limit of the suite that was exceeded by what was asked for: what came after it was not read. In words. */
  readonly exceeded?: (what: string) => void;
  /** The connections of the run that are open; this one is added while it is. */
  readonly open?: Set<object>;
  /** What the device may publish; absent where that is not limited. */
  readonly requests?: Allowance;
}

/** The most messages of other services of one connection that are recorded: the trace of a scenario has room for what is judged. */
const mostOthers = 100;

/** The most packets before the first message that are kept: CONNECT, SUBSCRIBE and their answers. */
const mostOpening = 10;

/** The part of a connection's options that changes with the scenario that it belongs to. */
export type Place = Pick<ConnectionOptions, 'name' | 'trace' | 'habits' | 'exceeded'>;

/** Parts of the exchange of a message at QoS 1 or 2. */
const acknowledgements: ReadonlySet<Packet['cmd']> = new Set(['puback', 'pubrec', 'pubrel', 'pubcomp']);

/** One connection to a server: every packet goes into the trace, both ways, and every message into the inbox. */
export class ServerConnection implements Carrier {
  readonly inbox = new Inbox();
  readonly #socket: Duplex;
  #options: ConnectionOptions;
  readonly #sent: PacketReader;
  /** How it was opened: what later scenarios on this connection show before their own packets. */
  readonly #opening: Frame[] = [];
  #opened = false;
  readonly #version: 4 | 5;
  #refusal: Refusal | undefined;
  #code: string | undefined;
  /** Why it ended, in words; undefined while it is open, and where it was closed without a reason. */
  #reason: string | undefined;
  #secured: boolean;
  #received = false;
  #others = 0;

  /** @param take told of every received packet, after the trace and before the inbox; a MalformedPacket that it throws ends the connection */
  constructor(options: ConnectionOptions, take: (frame: Frame) => void) {
    const { address, mqttVersion, name, habits } = options;
    this.#options = options;
    this.#version = protocolVersionOf(mqttVersion);
    const common = { protocolVersion: this.#version, connection: name, stream: {} } as const;
    this.#sent = new PacketReader({
      ...common,
      limits: packetLimit(Number.POSITIVE_INFINITY),
      direction: 'sent',
    });
    const reader = new PacketReader({ ...common, limits: receiveLimits(habits) });
    this.#socket = openStream(address);
    this.#socket.on('data', (chunk: Buffer) => this.#receive(reader, chunk, take));
    this.#secured = address.tls === undefined;
    this.#socket.once('secureConnect', () => {
      this.#secured = true;
    });
    this.#socket.on('error', (error: NodeJS.ErrnoException) => this.#fail(error));
    this.#socket.once('end', () => {
      if (!this.#secured) this.#refuse(endedHandshake(deviceSides));
    });
    this.#socket.on('close', () => {
      options.open?.delete(this);
      this.cut();
    });
    options.open?.add(this);
  }

  /** What to change where TLS failed, or the server speaks HTTP in place of MQTT; undefined elsewhere. */
  get refusal(): Refusal | undefined {
    return this.#refusal;
  }

  /** Calls back when packets can be sent. */
  onOpen(opened: () => void): void {
    const { tls, webSocket } = this.#options.address;
    this.#socket.once(tls === undefined || webSocket !== undefined ? 'connect' : 'secureConnect', opened);
  }

  /** Calls back when the server has ended its side. */
  onEnd(ended: () => void): void {
    this.#socket.once('end', ended);
  }

  /** Calls back when the socket is closed. */
  onClose(closed: () => void): void {
    this.#socket.once('close', closed);
  }

  /** Sends a packet. */
  send(packet: Packet): void {
    this.write(this.#bytesOf(packet));
  }

  /** Sends the bytes of one or several packets, in one piece. */
  write(bytes: Buffer): void {
    for (const frame of this.#sent.read(bytes)) this.#record(frame);
    if (this.#socket.writable) this.#socket.write(bytes);
  }

  /** Sends the first half of a packet, and a note of that into the trace. */
  sendHalf(packet: Packet): void {
    const bytes = this.#bytesOf(packet);
    const half = bytes.subarray(0, Math.ceil(bytes.length / 2));
    this.note(`sent the first ${half.length} of ${bytes.length} bytes of a ${packet.cmd.toUpperCase()}, and nothing after them`);
    if (this.#socket.writable) this.#socket.write(half);
  }

  /** Stops reading from the socket. */
  pause(): void {
    this.#socket.pause();
  }

  /** Reads on. */
  resume(): void {
    this.#socket.resume();
  }

  /** Records something that is no packet. */
  note(note: string): void {
    this.#options.trace.record({ atUs: nowUs(), connection: this.#options.name, note });
  }

  /** From now on it belongs to another scenario. Its trace begins with how the connection was opened. */
  move(place: Partial<Place>): void {
    this.#options = { ...this.#options, ...place };
    this.#others = 0;
    const { name, trace } = this.#options;
    for (const frame of this.#opening) trace.record({ ...frame, connection: name });
  }

  /** The system's code of what broke the connection; undefined where nothing did. */
  get code(): string | undefined {
    return this.#code;
  }

  /** Why the server did not accept a connection that has ended, in words. */
  get unaccepted(): string {
    return this.#reason ?? 'the server closed the connection before it accepted it';
  }

  /** Closes the connection in an orderly way. */
  end(): void {
    this.#socket.end();
  }

  /** Ends the connection at once. @param reason in words; without one where the server has closed it. The first one counts */
  cut(reason?: string): void {
    if (this.inbox.closed === undefined) {
      this.#reason = reason;
      const words = reason ?? 'connection closed';
      this.note(words);
      this.inbox.close(words);
    }
    this.#socket.destroy();
  }

  #fail(error: NodeJS.ErrnoException): void {
    const fault = this.#secured ? tlsFaultOf(error, deviceSides) : handshakeFaultOf(error, deviceSides);
    this.#code ??= error.code;
    if (error instanceof NoWebSocket && error.refused) this.#refusal = refusalOfUpgrade;
    if (fault === undefined) this.cut(error.message);
    else this.#refuse(fault);
  }

  #refuse(fault: TlsFault): void {
    if (this.inbox.closed === undefined) this.#refusal = refusalOfTls(fault);
    this.cut(fault.words);
  }

  #record(frame: Frame): void {
    const { packet, direction } = frame;
    this.#opened ||= packet.cmd === 'publish' || this.#opening.length >= mostOpening;
    if (!this.#opened) this.#opening.push(frame);
    const foreign = packet.cmd === 'publish' && direction === 'received' && !isResponseTopic(packet.topic);
    if (foreign) this.#others += 1;
    if (this.#others > mostOthers && (foreign || acknowledgements.has(packet.cmd))) this.#options.trace.omit();
    else this.#options.trace.record({ ...frame, connection: this.#options.name });
  }

  /** A server that sends more packets than it is sent, and too much with them, floods; anything else is only more than the suite reads. */
  #noteExcess(error: ExcessivePacket, received: number): void {
    const { habits, exceeded } = this.#options;
    if (error.of === 'connection' && received > 2 * this.#sent.packets) habits.excessive = true;
    else exceeded?.(error.message);
  }

  #bytesOf(packet: Packet): Buffer {
    return generate(packet, { protocolVersion: this.#version });
  }

  #receive(reader: PacketReader, chunk: Buffer, take: (frame: Frame) => void): void {
    const first = !this.#received;
    this.#received = true;
    if (first && this.#options.address.tls === undefined && isTlsRecord(chunk)) {
      this.#refuse(unexpectedTls(deviceSides));
      return;
    }
    if (first && chunk.toString('latin1', 0, 5) === 'HTTP/') {
      this.#refuse(unexpectedHttp(deviceSides));
      return;
    }
    try {
      for (const frame of reader.read(chunk)) {
        requireReadable(frame);
        this.#record(frame);
        take(frame);
        const message = messageOf(frame);
        if (message !== undefined) this.inbox.put(message);
      }
    } catch (error) {
      if (!(error instanceof MalformedPacket)) throw error;
      if (error instanceof ExcessivePacket) this.#noteExcess(error, reader.packets);
      this.inbox.unreadable = true;
      this.cut(serverFault(error));
    }
  }
}

/** Whether a server's first bytes are those of a TLS alert or handshake, which no CONNACK begins with. */
function isTlsRecord([type, major]: Buffer): boolean {
  return (type === 0x15 || type === 0x16) && major === 3;
}

/** What a server did wrong, in words. */
export function serverFault(error: MalformedPacket): string {
  return error instanceof ExcessivePacket
    ? `the server sent ${error.message}`
    : `the server sent malformed MQTT (${error.message})`;
}

/**
 * What a broker forwards of other topics may be as long as the longest request.
 *
 * @throws ExcessivePacket for a response that is longer than what is read of a payload
 */
function requireReadable({ packet }: Frame): void {
  if (packet.cmd !== 'publish' || packet.payload.length <= longestPayload || !isResponseTopic(packet.topic)) return;
  throw new ExcessivePacket(`a response of ${packet.payload.length} bytes, where at most ${longestPayload} are read`, 'packet');
}
