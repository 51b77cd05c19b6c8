import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type SecureContext, TLSSocket } from 'node:tls';
import { generate, type IConnackPacket } from 'mqtt-packet';
import type { Credentials } from '../implementation/credentials.ts';
import type { Identity } from '../implementation/target.ts';
import { type Message, messageOf } from '../message/message.ts';
import { isResponseTopic, topicOf } from '../message/ntp-topics.ts';
import { isExactly, readPayload } from '../message/payload.ts';
import { MalformedPacket } from '../mqtt/malformed-packet.ts';
import { connackCode, protocolVersionOf } from '../mqtt/mqtt-version.ts';
import { PacketReader } from '../mqtt/packet-reader.ts';
import { packetLimit } from '../mqtt/receive-limits.ts';
import { deviceSides, tlsFaultOf } from '../mqtt/tls-fault.ts';
import { standstills } from '../time/standstill.ts';
import { acknowledgementOf } from './acknowledgement.ts';
import { type Refusal, refusalIn } from './refusal.ts';
import { serverFault } from './server-connection.ts';
import { type Address, openSocket, streamOn } from './socket.ts';

/** Where a fleet connects to, and how. */
export interface FleetOptions {
  readonly address: Address;
  readonly mqttVersion: '3.1.1' | '5';
  readonly credentials: (identity: Identity) => Credentials;
  /** When nothing at all has come for so long, open requests count as lost; in ms. */
  readonly deadline: number;
}

/** A longer packet is refused: as long as one may be that a single device gets. */
const mostPacketBytes = 1024 * 1024;

/** When a request was due, and when it was sent: monotonic times in µs. */
export interface AskedAt {
  readonly due: number;
  readonly sent: number;
}

/** What a fleet is told by its devices. */
export interface FleetListener {
  /** Which device sends a timestamp, and in which of its requests. */
  ownerOf(stamp: number): { readonly index: number; readonly turn: number } | undefined;
  letIn(): void;
  answered(device: number, asked: AskedAt): void;
  /** A device got a message that is not the one answer to its request; in words. */
  unexpected(kind: 'doubled' | 'foreign' | 'unfit', what: string): void;
  /** The connection of a device ended, and so many of its requests were open. */
  gone(what: string, open: number): void;
}

/** The local end of a connection. */
export interface Route {
  readonly from: string | undefined;
  readonly context: SecureContext | undefined;
  /** Receives what comes: one for all devices. */
  readonly buffer: Buffer;
}

/** One device of a fleet: a connection, its topics, and the timestamps that it waits for. */
export class LightDevice {
  readonly index: number;
  readonly identity: Identity;
  /** Settles when the device has subscribed its response topic, or with the reason why it has not. */
  readonly ready: Promise<DeviceRefusal | undefined>;
  /** How often it has asked. */
  asked = 0;
  readonly #socket: Socket;
  /** What carries MQTT: the socket, or the WebSocket on it. */
  readonly #stream: Duplex;
  readonly #listener: FleetListener;
  readonly #version: 4 | 5;
  readonly #responseTopic: string;
  /** The open requests, by their timestamps. */
  readonly #open = new Map<number, AskedAt>();
  /** Timestamps of requests that it no longer waits for an answer to. */
  #lost: Set<number> | undefined;
  #settle: ((refusal?: DeviceRefusal) => void) | undefined;
  #over = false;
  /** When it must have its subscription at the earliest, in ms in which the suite ran. */
  readonly #endMs: number;

  constructor(
    index: number,
    identity: Identity,
    options: FleetOptions,
    { from, context, buffer }: Route,
    listener: FleetListener,
  ) {
    const { address, mqttVersion, credentials, deadline } = options;
    this.index = index;
    this.identity = identity;
    this.#listener = listener;
    this.#version = protocolVersionOf(mqttVersion);
    this.#responseTopic = this.#topic('response');
    this.ready = new Promise((resolve) => {
      this.#settle = resolve;
    });
    const reader = new PacketReader({ limits: packetLimit(mostPacketBytes), protocolVersion: this.#version });
    const read = (chunk: Buffer): void => this.#read(reader, chunk);
    this.#socket = openSocket(address, { from, context, receiveBuffer: { buffer, read } });
    this.#stream = streamOn(this.#socket, address);
    if (address.tls !== undefined || address.webSocket !== undefined) this.#stream.on('data', read);
    this.#stream.on('error', (error: NodeJS.ErrnoException) =>
      this.#end(tlsFaultOf(error, deviceSides)?.words ?? error.message, { code: error.code }),
    );
    this.#stream.on('close', () => this.#end('the server closed the connection'));
    this.#endMs = standstills.ranMs() + deadline;
    this.#socket.setTimeout(deadline, this.#idle);
    const packet = { cmd: 'connect', protocolId: 'MQTT', clean: true, keepalive: 0, ...shown(credentials(identity)) } as const;
    this.#stream.write(generate({ ...packet, protocolVersion: this.#version }, { protocolVersion: this.#version }));
  }

  /** True from the granted subscription on, until the connection ends. */
  get connected(): boolean {
    return this.#settle === undefined && !this.#over;
  }

  /** True while it is connected and has every answer that it ever asked for. */
  get satisfied(): boolean {
    return this.connected && this.#open.size === 0 && this.#lost === undefined;
  }

  ask(stamp: number, asked: AskedAt): void {
    this.asked += 1;
    this.#open.set(stamp, asked);
    const payload = this.index % 2 === 0 ? `{"deviceSendTime":${stamp}}` : `{"deviceSendTime":"${stamp}"}`;
    const packet = { cmd: 'publish', topic: this.#topic('request'), payload, qos: 0, retain: false, dup: false } as const;
    this.#stream.write(generate(packet, { protocolVersion: this.#version }));
  }

  /** Gives up its open requests. @returns how many there were */
  forget(): number {
    const count = this.#open.size;
    if (count > 0) this.#lost = new Set([...(this.#lost ?? []), ...this.#open.keys()]);
    this.#open.clear();
    return count;
  }

  /** Ends a device that is not connected yet. */
  giveUp(): void {
    if (this.#settle !== undefined) this.#end('the suite gave up');
  }

  async close(): Promise<void> {
    this.#over = true;
    if (this.#socket.closed) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#socket.once('close', () => resolve());
    // Reset, because ten thousand connections that end in an orderly way would keep their ports for a minute each. TLS has no reset.
    if (this.#socket.connecting || this.#socket instanceof TLSSocket) this.#socket.destroy();
    else this.#socket.resetAndDestroy();
    await promise;
  }

  #topic(end: 'request' | 'response'): string {
    return topicOf(this.identity, end);
  }

  #read(reader: PacketReader, chunk: Buffer): void {
    try {
      for (const frame of reader.read(chunk)) {
        const { packet } = frame;
        const message = messageOf(frame);
        if (message !== undefined) this.#receive(message);
        const answer = acknowledgementOf(packet);
        if (answer !== undefined) this.#stream.write(generate(answer, { protocolVersion: this.#version }));
        if (packet.cmd === 'connack') this.#accepted(packet);
        else if (packet.cmd === 'suback') this.#granted(Number(packet.granted[0] ?? 0x80));
      }
    } catch (error) {
      if (!(error instanceof MalformedPacket)) throw error;
      this.#end(serverFault(error));
    }
  }

  #accepted(packet: IConnackPacket): void {
    const code = connackCode(packet);
    if (code !== 0) {
      this.#end(`the server refused the connection with code ${code}`, { refusal: refusalIn(packet) });
      return;
    }
    const subscriptions = [{ topic: this.#responseTopic, qos: 0 }] as const;
    this.#stream.write(
      generate({ cmd: 'subscribe', messageId: 1, subscriptions: [...subscriptions] }, { protocolVersion: this.#version }),
    );
  }

  #granted(code: number): void {
    if (code > 2) {
      this.#end(`the server refused the subscription with code ${code}`);
      return;
    }
    this.#socket.setTimeout(0);
    if (this.#settle === undefined) return;
    this.#listener.letIn();
    this.#settle();
    this.#settle = undefined;
  }

  #receive({ topic, payload, qos }: Message): void {
    if (!isResponseTopic(topic)) return;
    const { deviceName } = this.identity;
    const { members, fault, text } = readPayload(payload);
    const echo = members.get('deviceSendTime');
    const said = `${deviceName} got ${text.slice(0, 200)}`;
    if (topic !== this.#responseTopic) {
      this.#listener.unexpected('foreign', `${said} on ${topic.slice(0, 100)}`);
      return;
    }
    const whole = fault === undefined && members.has('serverRecvTime') && members.has('serverSendTime');
    const exact = echo?.number !== undefined && isExactly(echo, echo.number) ? echo.number : undefined;
    if (!whole || exact === undefined || qos !== 0) {
      this.#listener.unexpected('unfit', `${said}${qos === 0 ? '' : ` at QoS ${qos}`}, which is not a valid answer`);
      return;
    }
    const stamp = Number(exact);
    const asked = this.#open.get(stamp);
    if (asked !== undefined) {
      this.#open.delete(stamp);
      this.#listener.answered(this.index, asked);
      return;
    }
    const owner = this.#listener.ownerOf(stamp);
    if (this.#lost?.has(stamp) === true)
      this.#listener.unexpected('unfit', `${said}, an answer after its request had been counted as lost`);
    else if (owner?.index === this.index && owner.turn < this.asked)
      this.#listener.unexpected('doubled', `${said}, a duplicate answer`);
    else if (owner !== undefined && owner.index !== this.index)
      this.#listener.unexpected('foreign', `${said}, an answer to a request of another device`);
    else this.#listener.unexpected('unfit', `${said}, an answer to a request that no device has sent`);
  }

  readonly #idle = (): void => {
    const leftMs = this.#endMs - standstills.ranMs();
    if (leftMs >= 1) this.#socket.setTimeout(leftMs, this.#idle);
    else this.#end('it was neither accepted nor granted its subscription in time');
  };

  #end(reason: string, cause: Pick<DeviceRefusal, 'code' | 'refusal'> = {}): void {
    if (!this.#over) {
      this.#over = true;
      if (this.#settle === undefined) this.#listener.gone(`${this.identity.deviceName}: ${reason}`, this.forget());
    }
    this.#settle?.({ device: this.identity.deviceName, reason, ...cause });
    this.#settle = undefined;
    this.#stream.destroy();
  }
}

/** Why a device was not let in. */
export interface DeviceRefusal {
  readonly device: string;
  readonly reason: string;
  /** The system's code, where it was the system. */
  readonly code?: string | undefined;
  /** What the server says by the code of its CONNACK, where that names a cause. */
  readonly refusal?: Refusal | undefined;
}

/** The credentials as CONNECT has them. */
function shown({ clientId, username, password }: Credentials): { clientId: string; username?: string; password?: Buffer } {
  return {
    clientId,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password: Buffer.from(password) }),
  };
}
