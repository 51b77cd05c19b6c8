import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';
import { generate } from 'mqtt-packet';
import type { Credentials } from '../implementation/credentials.ts';
import { EnvironmentError } from '../implementation/errors.ts';
import type { Identity } from '../implementation/target.ts';
import { isExactly, readPayload } from '../message/payload.ts';
import { MalformedPacket } from '../mqtt/packet-cutter.ts';
import { PacketReader } from '../mqtt/packet-reader.ts';
import { printable } from '../text/printable.ts';
import { nowUs } from '../time/now.ts';
import { type Address, connectSocket, tlsContext } from './device.ts';

/** Where a fleet connects to, and how. */
export interface FleetOptions {
  readonly address: Address;
  readonly mqttVersion: '3.1.1' | '5';
  readonly credentials: (identity: Identity) => Credentials;
  /** How long nothing at all may come before what is still open counts as lost, in ms. */
  readonly deadline: number;
}

/** What came of all requests of a fleet so far. Those that are neither answered nor lost are open. */
export interface FleetCounts {
  asked: number;
  /** Requests that got their answer. */
  answered: number;
  /** Requests that got none until nothing came any more, or whose connection ended. */
  lost: number;
  /** Further answers to a request that was answered. */
  doubled: number;
  /** Answers to another device's request, and what came on another topic than the device's own. */
  foreign: number;
  /** Messages that are no proper answer to anything that was asked. */
  unfit: number;
  /** Connections that the server, or the way to it, has ended. */
  disconnected: number;
}

/** A request was answered. Times are monotonic, in µs. */
export interface FleetAnswer {
  /** The device, by its place in the fleet. */
  readonly device: number;
  /** When it was to be asked, as {@link Fleet.ask} was told. */
  readonly due: number;
  readonly at: number;
}

/** The server did not let a device in; the message says which, why, and how many were in by then. */
export class NotLetIn extends Error {
  override readonly name = 'NotLetIn';
}

/** How many devices connect at a time. */
const atATime = 64;

/** A packet of the service is short; whatever is longer is none. */
const mostPacketBytes = 64 * 1024;

/** How much of what comes is taken from the system at a time. */
const intakeBytes = 64 * 1024;

/**
 * Ports of one local address that a fleet uses. Linux has 28,000 by default, and gives away the half of one parity first: beyond that
 * every further connection searches through all of them.
 */
const portsOfAnAddress = 12_000;

/** Files that the suite has open besides its devices. */
const otherFiles = 200;

/** How many faults are told in words. */
const mostFaults = 20;

/** What the system says when it has no more connections to give. */
const exhausted = new Set(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'EADDRINUSE', 'ENOBUFS', 'ENOMEM']);

/**
 * Very many devices, each with a connection of its own and little else: they connect, subscribe, ask, and count what comes. Nothing is
 * recorded of them but what went wrong. A device whose connection ends stays away.
 */
export class Fleet implements AsyncDisposable {
  /** What went wrong, one line each; at most 20. */
  readonly faults: string[] = [];
  readonly counts: FleetCounts = { asked: 0, answered: 0, lost: 0, doubled: 0, foreign: 0, unfit: 0, disconnected: 0 };
  /** Told of each answer. */
  onAnswer: (answer: FleetAnswer) => void = () => {};
  readonly #devices: LightDevice[] = [];
  readonly #deadline: number;
  readonly #planned: number;
  /** The stamp of the first device's first request; see {@link Fleet.ask}. */
  readonly #firstStamp = Date.now();
  #faultCount = 0;
  #connected = 0;
  #open = 0;
  /** Monotonic time of the last request or answer in µs. */
  #last = nowUs();
  #look = (): void => {};

  private constructor(planned: number, deadline: number) {
    this.#planned = planned;
    this.#deadline = deadline;
  }

  /**
   * Connects devices and has them hear their response topics, some at a time.
   *
   * @param giveUp when it aborts, no further device connects: the fleet is then smaller
   * @throws EnvironmentError when this machine cannot open so many connections
   * @throws NotLetIn when the server does not let a device in
   */
  static async gather(identities: readonly Identity[], options: FleetOptions, giveUp?: AbortSignal): Promise<Fleet> {
    requireFiles(identities.length);
    const { address, deadline } = options;
    const fleet = new Fleet(identities.length, deadline);
    const context = address.tls === undefined ? undefined : tlsContext(address.tls);
    const buffer = Buffer.allocUnsafe(intakeBytes);
    const ear = fleet.#ear();
    const queue = identities.entries();
    let failed: Error | undefined;
    const lane = async (): Promise<void> => {
      for (const [index, identity] of queue) {
        if (failed !== undefined || giveUp?.aborted === true) return;
        const way = { from: localAddress(address.host, index), context, buffer };
        const device = new LightDevice(index, identity, options, way, ear);
        fleet.#devices.push(device);
        const refusal = await device.ready;
        if (refusal !== undefined) failed ??= explained(refusal, fleet.connected, identities.length);
      }
    };
    const lanes = Promise.all(Array.from({ length: atATime }, lane));
    const stop = (): void => {
      for (const device of fleet.#devices) device.giveUp();
    };
    giveUp?.addEventListener('abort', stop);
    await lanes;
    giveUp?.removeEventListener('abort', stop);
    if (failed === undefined || giveUp?.aborted === true) {
      // By their numbers, whichever came in first.
      fleet.#devices.sort((a, b) => a.index - b.index);
      return fleet;
    }
    await fleet[Symbol.asyncDispose]();
    throw failed;
  }

  get size(): number {
    return this.#devices.length;
  }

  /** Devices that are let in and still there. */
  get connected(): number {
    return this.#connected;
  }

  /** How many things went wrong, those that are not kept included. */
  get faultCount(): number {
    return this.#faultCount;
  }

  /** Requests that are neither answered nor lost. */
  get open(): number {
    return this.#open;
  }

  /** Whether a device is there and all that it asked was answered. */
  isReady(device: number): boolean {
    return this.#devices[device]?.satisfied === true;
  }

  /**
   * Has a device ask. Every request of the fleet has a stamp of its own, which tells whose answer comes; every other device writes it as
   * a String. Of a device that is gone the request is lost at once.
   *
   * @param device its place in the fleet
   * @param due when it was to ask, monotonic time in µs
   */
  ask(device: number, due: number): void {
    const one = this.#devices[device];
    if (one === undefined) throw new RangeError(`there is no device ${device} among ${this.size}`);
    this.counts.asked += 1;
    this.#last = nowUs();
    if (!one.connected) {
      this.counts.lost += 1;
      return;
    }
    this.#open += 1;
    one.ask(this.#firstStamp + one.asked * this.#planned + one.index, due);
  }

  /** Waits until nothing is open any more. What is open when nothing has come for the deadline is lost; when it aborts it stays open. */
  async settle(giveUp?: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#look = () => {
      if (this.#open === 0) resolve();
    };
    const timer = setInterval(() => {
      if (nowUs() - this.#last > this.#deadline * 1000) resolve();
    }, this.#deadline / 4);
    const stop = (): void => resolve();
    giveUp?.addEventListener('abort', stop);
    if (giveUp?.aborted === true) stop();
    this.#look();
    await promise;
    giveUp?.removeEventListener('abort', stop);
    clearInterval(timer);
    this.#look = () => {};
    if (giveUp?.aborted === true) return;
    for (const device of this.#devices) {
      const open = device.forget();
      if (open > 0) this.#lose(open, `${device.identity.deviceName} was not answered${open === 1 ? '' : ` ${open} times`}`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#devices.map((device) => device.close()));
  }

  #ear(): Ear {
    const { counts } = this;
    return {
      ownerOf: (stamp) => {
        const place = stamp - this.#firstStamp;
        return place < 0 ? undefined : { index: place % this.#planned, turn: Math.floor(place / this.#planned) };
      },
      answered: (device, due) => {
        const at = nowUs();
        counts.answered += 1;
        this.#open -= 1;
        this.#last = at;
        this.onAnswer({ device, due, at });
        this.#look();
      },
      strange: (kind, what) => {
        counts[kind] += 1;
        this.#fault(what);
      },
      letIn: () => {
        this.#connected += 1;
      },
      gone: (what, open) => {
        this.#connected -= 1;
        counts.disconnected += 1;
        this.#lose(open, what);
      },
    };
  }

  #lose(count: number, what: string): void {
    this.counts.lost += count;
    this.#open -= count;
    this.#fault(what);
    this.#look();
  }

  #fault(what: string): void {
    this.#faultCount += 1;
    if (this.faults.length < mostFaults) this.faults.push(printable(what, 300));
  }
}

/** What a fleet is told by its devices. */
interface Ear {
  /** Whose request a stamp would be, and the how many-th of that device. */
  ownerOf(stamp: number): { readonly index: number; readonly turn: number } | undefined;
  letIn(): void;
  answered(device: number, due: number): void;
  /** A device got what it did not ask for; in words. */
  strange(kind: 'doubled' | 'foreign' | 'unfit', what: string): void;
  /** The connection of a device ended, and so many of its requests were open. */
  gone(what: string, open: number): void;
}

/** How a device reaches the server. */
interface Way {
  readonly from: string | undefined;
  readonly context: SecureContext | undefined;
  /** Where what comes is put first: one for all devices. */
  readonly buffer: Buffer;
}

/** One device: a connection, its topics, and the stamps that it waits for. */
class LightDevice {
  readonly index: number;
  readonly identity: Identity;
  /** Settles when the device hears its response topic, or with why it does not. */
  readonly ready: Promise<Refusal | undefined>;
  /** How often it has asked. */
  asked = 0;
  readonly #socket: Socket;
  readonly #ear: Ear;
  readonly #version: 4 | 5;
  readonly #responseTopic: string;
  /** When each open request was due, by its stamp. */
  readonly #open = new Map<number, number>();
  /** Stamps that it no longer waits for an answer to. */
  #lost: Set<number> | undefined;
  #settle: ((refusal?: Refusal) => void) | undefined;
  #over = false;

  constructor(index: number, identity: Identity, options: FleetOptions, { from, context, buffer }: Way, ear: Ear) {
    const { address, mqttVersion, credentials, deadline } = options;
    this.index = index;
    this.identity = identity;
    this.#ear = ear;
    this.#version = mqttVersion === '5' ? 5 : 4;
    this.#responseTopic = this.#topic('response');
    this.ready = new Promise((resolve) => {
      this.#settle = resolve;
    });
    const reader = new PacketReader(mostPacketBytes, this.#version);
    const read = (chunk: Buffer): void => this.#read(reader, chunk);
    this.#socket = connectSocket(address, { from, context, receiveBuffer: { buffer, read } });
    if (address.tls !== undefined) this.#socket.on('data', read);
    this.#socket.on('error', (error: NodeJS.ErrnoException) => this.#end(error.message, error.code));
    this.#socket.on('close', () => this.#end('the server closed the connection'));
    this.#socket.setTimeout(deadline, () => this.#end('it was neither accepted nor granted its subscription in time'));
    const packet = { cmd: 'connect', protocolId: 'MQTT', clean: true, keepalive: 0, ...shown(credentials(identity)) } as const;
    this.#socket.write(generate({ ...packet, protocolVersion: this.#version }, { protocolVersion: this.#version }));
  }

  /** True from the granted subscription on, until the connection ends. */
  get connected(): boolean {
    return this.#settle === undefined && !this.#over;
  }

  /** True while it is connected and has every answer that it ever asked for. */
  get satisfied(): boolean {
    return this.connected && this.#open.size === 0 && this.#lost === undefined;
  }

  /** @param due monotonic time in µs */
  ask(stamp: number, due: number): void {
    this.asked += 1;
    this.#open.set(stamp, due);
    const payload = this.index % 2 === 0 ? `{"deviceSendTime":${stamp}}` : `{"deviceSendTime":"${stamp}"}`;
    const packet = { cmd: 'publish', topic: this.#topic('request'), payload, qos: 0, retain: false, dup: false } as const;
    this.#socket.write(generate(packet, { protocolVersion: this.#version }));
  }

  /** Waits for nothing any more. @returns how many requests were open */
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
    // By a reset: ten thousand connections that end in an orderly way would keep their ports for a minute each.
    // TLS has no reset.
    if (this.#socket.connecting || this.#socket instanceof TLSSocket) this.#socket.destroy();
    else this.#socket.resetAndDestroy();
    await promise;
  }

  #topic(end: 'request' | 'response'): string {
    return `/ext/ntp/${this.identity.productKey}/${this.identity.deviceName}/${end}`;
  }

  #read(reader: PacketReader, chunk: Buffer): void {
    try {
      for (const { packet } of reader.read(chunk)) {
        if (packet.cmd === 'publish') this.#hear(packet.topic, bytesOf(packet.payload), packet.qos);
        else if (packet.cmd === 'connack') this.#accepted(packet.reasonCode ?? packet.returnCode ?? 0);
        else if (packet.cmd === 'suback') this.#granted(Number(packet.granted[0] ?? 0x80));
      }
    } catch (error) {
      if (!(error instanceof MalformedPacket)) throw error;
      this.#end(`the server sent malformed MQTT (${error.message})`);
    }
  }

  #accepted(code: number): void {
    if (code !== 0) {
      this.#end(`the server refused the connection with code ${code}`);
      return;
    }
    const subscriptions = [{ topic: this.#responseTopic, qos: 0 }] as const;
    this.#socket.write(
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
    this.#ear.letIn();
    this.#settle();
    this.#settle = undefined;
  }

  #hear(topic: string, payload: Buffer, qos: number): void {
    const { deviceName } = this.identity;
    const { members, fault, text } = readPayload(payload);
    const echo = members.get('deviceSendTime');
    const said = `${deviceName} got ${text.slice(0, 200)}`;
    if (topic !== this.#responseTopic) {
      this.#ear.strange('foreign', `${said} on ${topic.slice(0, 100)}`);
      return;
    }
    const whole = fault === undefined && members.has('serverRecvTime') && members.has('serverSendTime');
    const exact = echo?.number !== undefined && isExactly(echo, echo.number) ? echo.number : undefined;
    if (!whole || exact === undefined || qos !== 0) {
      this.#ear.strange('unfit', `${said}${qos === 0 ? '' : ` at QoS ${qos}`}, which is no proper answer`);
      return;
    }
    const stamp = Number(exact);
    const due = this.#open.get(stamp);
    if (due !== undefined) {
      this.#open.delete(stamp);
      this.#ear.answered(this.index, due);
      return;
    }
    const owner = this.#ear.ownerOf(stamp);
    if (this.#lost?.has(stamp) === true) this.#ear.strange('unfit', `${said}, an answer so late that it counts as lost`);
    else if (owner?.index === this.index && owner.turn < this.asked)
      this.#ear.strange('doubled', `${said}, an answer to what was answered before`);
    else if (owner !== undefined && owner.index !== this.index)
      this.#ear.strange('foreign', `${said}, an answer to what another device may have asked`);
    else this.#ear.strange('unfit', `${said}, an answer to what nobody has asked`);
  }

  #end(reason: string, code?: string): void {
    if (!this.#over) {
      this.#over = true;
      if (this.#settle === undefined) this.#ear.gone(`${this.identity.deviceName}: ${reason}`, this.forget());
    }
    this.#settle?.({ device: this.identity.deviceName, reason, code });
    this.#settle = undefined;
    this.#socket.destroy();
  }
}

/** Why a device was not let in. */
interface Refusal {
  readonly device: string;
  readonly reason: string;
  /** The system's code, where it was the system. */
  readonly code: string | undefined;
}

function explained({ device, reason, code }: Refusal, connected: number, all: number): Error {
  const what = `${device} could not connect: ${reason}; ${connected} of ${all} devices were connected`;
  if (code === undefined || !exhausted.has(code)) return new NotLetIn(what);
  return new EnvironmentError(
    `${what}.\n  This machine has no more connections to give: take fewer devices, or raise the open files (ulimit -n), the ports (net.ipv4.ip_local_port_range) or the number of machines (--shard).`,
  );
}

/** A payload as the reader of packets has it, which is hardly ever a text. */
function bytesOf(payload: string | Buffer): Buffer {
  return typeof payload === 'string' ? Buffer.from(payload) : payload;
}

/** What of the credentials stands in CONNECT. */
function shown({ clientId, username, password }: Credentials): { clientId: string; username?: string; password?: Buffer } {
  return {
    clientId,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password: Buffer.from(password) }),
  };
}

/** The local address of a device: one of this machine's loopback has not enough ports for all of them. */
function localAddress(host: string, index: number): string | undefined {
  const address = Math.floor(index / portsOfAnAddress);
  return address === 0 || !host.startsWith('127.') ? undefined : `127.0.0.${address + 1}`;
}

/** @throws EnvironmentError when this process may not open as many files */
function requireFiles(devices: number): void {
  const [, limit = ''] = /^Max open files\s+(\d+)/m.exec(readLimits()) ?? [];
  if (limit === '' || Number(limit) >= devices + otherFiles) return;
  throw new EnvironmentError(
    `${devices} devices need ${devices + otherFiles} open files, and this process may have ${limit}: raise it (ulimit -n ${devices + otherFiles}), or take fewer devices`,
  );
}

function readLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    // Not Linux: the system will say so itself, when a connection cannot be opened.
    return '';
  }
}
