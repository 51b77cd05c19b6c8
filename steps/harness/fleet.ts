import { readFileSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { generate } from 'mqtt-packet';
import { MalformedPacket } from './packet-cutter.ts';
import { PacketReader } from './packet-reader.ts';
import { isExactly, readPayload } from './payload.ts';
import type { Identity } from './target/target.ts';
import { monotonic } from './wire.ts';

/** Where a fleet connects to, and how. */
export interface FleetOptions {
  readonly host: string;
  readonly port: number;
  readonly mqttVersion: '3.1.1' | '5';
  readonly clientId: (identity: Identity) => string;
  /** How long nothing at all may come before what is still open counts as unanswered, in ms. */
  readonly deadline: number;
}

/** What came of one round, in which every device asked once. */
export interface Round {
  readonly asked: number;
  /** Devices that got the answer to their own request. */
  readonly answered: number;
  /** From the first request to the last answer, in ms. */
  readonly ms: number;
}

/** How many devices connect at a time. */
const atATime = 64;

/** A packet of the service is short; whatever is longer is none. */
const mostPacketBytes = 64 * 1024;

/** Ports of one local address that a fleet uses, so that other programs have some left (Linux gives away 28,000 by default). */
const portsOfAnAddress = 20_000;

/** Files that the suite has open besides its devices. */
const otherFiles = 200;

/** What a fleet is told by its devices. */
interface Ear {
  /** A device got the answer to its present request. */
  answered(): void;
  /** A device got what it did not ask for, or its connection ended; in words. */
  strange(what: string): void;
}

/**
 * Very many devices, each with a connection of its own and little else: they connect, subscribe, ask, and count what comes. Nothing is
 * recorded of them but what went wrong.
 */
export class Fleet implements AsyncDisposable {
  /** What went wrong, one line each; at most 20. */
  readonly faults: string[] = [];
  readonly #devices: LightDevice[] = [];
  readonly #options: FleetOptions;
  #faultCount = 0;
  #answered = 0;
  /** Monotonic time of the last answer in µs. */
  #last = 0;
  #look = (): void => {};

  private constructor(options: FleetOptions) {
    this.#options = options;
  }

  /**
   * Connects devices and has them hear their response topics, some at a time.
   *
   * @throws Error when this machine cannot open so many connections, or the server does not let a device in
   */
  static async gather(identities: readonly Identity[], options: FleetOptions): Promise<Fleet> {
    requireFiles(identities.length);
    const fleet = new Fleet(options);
    const ear: Ear = { answered: () => fleet.#noteAnswer(), strange: (what) => fleet.#noteFault(what) };
    const queue = identities.entries();
    const lane = async (): Promise<void> => {
      for (const [index, identity] of queue) {
        const device = new LightDevice(identity, options, localAddress(options.host, index), ear);
        fleet.#devices.push(device);
        await device.ready;
      }
    };
    const lanes = await Promise.allSettled(Array.from({ length: atATime }, lane));
    const failed = lanes.find((result) => result.status === 'rejected');
    if (failed === undefined) return fleet;
    await fleet[Symbol.asyncDispose]();
    throw failed.reason;
  }

  get size(): number {
    return this.#devices.length;
  }

  /** How many things went wrong, those that are not kept included. */
  get faultCount(): number {
    return this.#faultCount;
  }

  /**
   * Every device asks at the same moment. That none is answered twice shows when the next round is over: what a server still has to say
   * to a device, it has said before it answers that device again.
   */
  async askAll(): Promise<Round> {
    this.#answered = 0;
    const start = monotonic();
    this.#last = start;
    const stamp = Date.now();
    for (const [index, device] of this.#devices.entries()) device.ask(stamp + index, index % 2 === 0 ? 'Long' : 'String');
    await this.#quiet();
    return { asked: this.size, answered: this.#answered, ms: (this.#last - start) / 1000 };
  }

  /**
   * Some devices ask again and again, each as soon as it is answered.
   *
   * @param count how many of them
   * @param ms for how long
   * @returns how many answers came, and in how many ms
   */
  async exchange(count: number, ms: number): Promise<{ readonly exchanges: number; readonly ms: number }> {
    const start = monotonic();
    const end = start + ms * 1000;
    let stamp = Date.now() + this.size;
    this.#answered = 0;
    this.#last = start;
    const some = this.#devices.slice(0, count);
    const again = (device: LightDevice): void => {
      if (monotonic() >= end) return;
      stamp += 1;
      device.ask(stamp, 'Long', () => again(device));
    };
    for (const device of some) again(device);
    await this.#quiet(() => some.every(({ waits }) => !waits));
    return { exchanges: this.#answered, ms: (this.#last - start) / 1000 };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#devices.map((device) => device.close()));
  }

  /** Waits until all is answered, or nothing has come for the deadline. */
  async #quiet(done: () => boolean = () => this.#answered >= this.size): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#look = () => {
      if (done()) resolve();
    };
    const timer = setInterval(() => {
      if (monotonic() - this.#last > this.#options.deadline * 1000) resolve();
    }, this.#options.deadline / 4);
    this.#look();
    await promise;
    clearInterval(timer);
    this.#look = () => {};
    const silent = this.#devices.filter(({ waits }) => waits);
    for (const { identity } of silent) this.#noteFault(`${identity.deviceName} was not answered`);
  }

  #noteAnswer(): void {
    this.#answered += 1;
    this.#last = monotonic();
    this.#look();
  }

  #noteFault(what: string): void {
    this.#faultCount += 1;
    if (this.faults.length < 20) this.faults.push(what);
  }
}

/** One device: a connection, its topics, and the stamp that it waits for. */
class LightDevice {
  readonly identity: Identity;
  /** Settles when the device hears its response topic. @throws Error when the server does not let it in */
  readonly ready: Promise<void>;
  readonly #socket: Socket;
  readonly #ear: Ear;
  readonly #version: 4 | 5;
  readonly #responseTopic: string;
  #settle: PromiseWithResolvers<void> | undefined = Promise.withResolvers();
  #waiting: string | undefined;
  #then: (() => void) | undefined;
  #closing = false;

  constructor(
    identity: Identity,
    { host, port, mqttVersion, clientId, deadline }: FleetOptions,
    from: string | undefined,
    ear: Ear,
  ) {
    this.identity = identity;
    this.#ear = ear;
    this.#version = mqttVersion === '5' ? 5 : 4;
    this.#responseTopic = this.#topic('response');
    this.ready = (this.#settle as PromiseWithResolvers<void>).promise;
    this.#socket = createConnection({ host, port, noDelay: true, ...(from === undefined ? {} : { localAddress: from }) });
    const reader = new PacketReader(mostPacketBytes, this.#version);
    this.#socket.on('data', (chunk: Buffer) => this.#read(reader, chunk));
    this.#socket.on('error', ({ message }) => this.#over(message));
    this.#socket.on('close', () => this.#over('the server closed the connection'));
    this.#socket.setTimeout(deadline, () => this.#over('it was neither accepted nor granted its subscription in time'));
    this.#socket.write(
      generate(
        {
          cmd: 'connect',
          protocolId: 'MQTT',
          protocolVersion: this.#version,
          clientId: clientId(identity),
          clean: true,
          keepalive: 0,
        },
        { protocolVersion: this.#version },
      ),
    );
  }

  /** True while it has asked and was not answered. */
  get waits(): boolean {
    return this.#waiting !== undefined;
  }

  /** @param then called when the answer has come */
  ask(stamp: number, type: 'Long' | 'String', then?: () => void): void {
    this.#waiting = String(stamp);
    this.#then = then;
    const payload = type === 'Long' ? `{"deviceSendTime":${stamp}}` : `{"deviceSendTime":"${stamp}"}`;
    const packet = { cmd: 'publish', topic: this.#topic('request'), payload, qos: 0, retain: false, dup: false } as const;
    this.#socket.write(generate(packet, { protocolVersion: this.#version }));
  }

  async close(): Promise<void> {
    this.#closing = true;
    if (this.#socket.closed) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#socket.once('close', () => resolve());
    // By a reset: ten thousand connections that end in an orderly way would keep their ports for a minute each.
    this.#socket.resetAndDestroy();
    await promise;
  }

  #topic(end: 'request' | 'response'): string {
    return `/ext/ntp/${this.identity.productKey}/${this.identity.deviceName}/${end}`;
  }

  #read(reader: PacketReader, chunk: Buffer): void {
    try {
      for (const { packet } of reader.read(chunk)) {
        if (packet.cmd === 'publish') this.#hear(packet.topic, Buffer.from(packet.payload), packet.qos);
        else if (packet.cmd === 'connack') this.#accepted(packet.reasonCode ?? packet.returnCode ?? 0);
        else if (packet.cmd === 'suback') this.#granted(Number(packet.granted[0] ?? 0x80));
      }
    } catch (error) {
      if (!(error instanceof MalformedPacket)) throw error;
      this.#over(`the server sent malformed MQTT (${error.message})`);
    }
  }

  #accepted(code: number): void {
    if (code !== 0) {
      this.#over(`the server refused the connection with code ${code}`);
      return;
    }
    const subscriptions = [{ topic: this.#responseTopic, qos: 0 }] as const;
    this.#socket.write(
      generate({ cmd: 'subscribe', messageId: 1, subscriptions: [...subscriptions] }, { protocolVersion: this.#version }),
    );
  }

  #granted(code: number): void {
    if (code > 2) {
      this.#over(`the server refused the subscription with code ${code}`);
      return;
    }
    this.#socket.setTimeout(0);
    this.#settle?.resolve();
    this.#settle = undefined;
  }

  #hear(topic: string, payload: Buffer, qos: number): void {
    const { deviceName } = this.identity;
    const { members, fault, text } = readPayload(payload);
    const echo = members.get('deviceSendTime');
    const whole = fault === undefined && members.has('serverRecvTime') && members.has('serverSendTime');
    if (this.#waiting === undefined)
      this.#ear.strange(`${deviceName} got a message that it did not wait for: ${text.slice(0, 200)}`);
    else if (topic !== this.#responseTopic || qos !== 0)
      this.#ear.strange(`${deviceName} got a message on ${topic} at QoS ${qos}`);
    else if (!whole || echo === undefined || !isExactly(echo, BigInt(this.#waiting)))
      this.#ear.strange(`${deviceName} asked with ${this.#waiting} and got ${text.slice(0, 200)}`);
    else {
      const then = this.#then;
      this.#waiting = undefined;
      this.#then = undefined;
      this.#ear.answered();
      then?.();
    }
  }

  #over(reason: string): void {
    if (!this.#closing && this.#settle === undefined) this.#ear.strange(`${this.identity.deviceName}: ${reason}`);
    this.#closing = true;
    this.#settle?.reject(new Error(`${this.identity.deviceName} could not connect: ${reason}`));
    this.#settle = undefined;
    this.#socket.destroy();
  }
}

/** The local address of a device: one of this machine's loopback has not enough ports for all of them. */
function localAddress(host: string, index: number): string | undefined {
  const address = Math.floor(index / portsOfAnAddress);
  return address === 0 || !host.startsWith('127.') ? undefined : `127.0.0.${address + 1}`;
}

/** @throws Error when this process may not open as many files */
function requireFiles(devices: number): void {
  const [, limit = ''] = /^Max open files\s+(\d+)/m.exec(readLimits()) ?? [];
  if (limit === '' || Number(limit) >= devices + otherFiles) return;
  throw new Error(
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
