import { EnvironmentError } from '../implementation/errors.ts';
import type { Identity } from '../implementation/target.ts';
import { printable } from '../text/printable.ts';
import { nowUs } from '../time/now.ts';
import { standstills } from '../time/standstill.ts';
import { type AskedAt, type DeviceRefusal, type FleetListener, type FleetOptions, LightDevice } from './light-device.ts';
import { lackOf, localAddress, requireFiles } from './machine-limits.ts';
import type { Refusal } from './refusal.ts';
import { tlsContext } from './socket.ts';

/** The results of all requests of a fleet so far. Requests that are neither answered nor lost are open. */
export interface FleetCounts {
  /** Requests that were sent. */
  asked: number;
  /** Requests that were due and never sent, because the connection had ended before. */
  unsent: number;
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
export interface FleetAnswer extends AskedAt {
  /** The device, by its place in the fleet. */
  readonly device: number;
  readonly at: number;
}

/** The server did not let a device in; the message says which, why, and how many it let in. */
export class NotLetIn extends Error {
  override readonly name = 'NotLetIn';
  /** The devices that the server let in. */
  readonly connected: number;
  /** What to change in the target file, where the server says why. */
  readonly refusal: Refusal | undefined;

  constructor(message: string, connected: number, refusal: Refusal | undefined) {
    super(message);
    this.connected = connected;
    this.refusal = refusal;
  }
}

/** How many devices connect at a time. */
const atATime = 64;

/** How many bytes are read from the system at a time. */
const receiveBufferBytes = 64 * 1024;

/** How many faults are told in words. */
const mostFaults = 20;

/**
 * Very many devices, each with a connection of its own and little else: they connect, subscribe, ask, and count what comes. Only what
 * went wrong is recorded. A device whose connection ends does not connect again.
 */
export class Fleet implements AsyncDisposable {
  /** What went wrong, one line each; at most 20. */
  readonly faults: string[] = [];
  readonly counts: FleetCounts = { asked: 0, unsent: 0, answered: 0, lost: 0, doubled: 0, foreign: 0, unfit: 0, disconnected: 0 };
  /** Told of each answer. */
  onAnswer: (answer: FleetAnswer) => void = () => {};
  readonly #devices: LightDevice[] = [];
  readonly #deadline: number;
  readonly #planned: number;
  /** The timestamp of the first device's first request; see {@link Fleet.ask}. */
  readonly #firstStamp = Date.now();
  #faultCount = 0;
  #connected = 0;
  #open = 0;
  /** When the last request left or answer came, in ms in which the suite ran. */
  #last = standstills.ranMs();
  #look = (): void => {};

  private constructor(planned: number, deadline: number) {
    this.#planned = planned;
    this.#deadline = deadline;
  }

  /**
   * Connects devices and subscribes their response topics, some at a time. Once the server refuses one, no further device connects; those
   * that are connecting by then show how many the server lets in.
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
    const buffer = Buffer.allocUnsafe(receiveBufferBytes);
    const listener = fleet.#listener();
    const queue = identities.entries();
    let refused: DeviceRefusal | undefined;
    const connectInTurn = async (): Promise<void> => {
      for (const [index, identity] of queue) {
        if (refused !== undefined || giveUp?.aborted === true) return;
        const route = { from: localAddress(address.host, index), context, buffer };
        const device = new LightDevice(index, identity, options, route, listener);
        fleet.#devices.push(device);
        const refusal = await device.ready;
        refused ??= refusal;
      }
    };
    const connecting = Promise.all(Array.from({ length: atATime }, connectInTurn));
    const stop = (): void => {
      for (const device of fleet.#devices) device.giveUp();
    };
    giveUp?.addEventListener('abort', stop);
    await connecting;
    giveUp?.removeEventListener('abort', stop);
    if (refused === undefined || giveUp?.aborted === true) {
      // In the order of their numbers, and not of their answers.
      fleet.#devices.sort((a, b) => a.index - b.index);
      return fleet;
    }
    const { connected, size } = fleet;
    await fleet[Symbol.asyncDispose]();
    throw explained(refused, connected, size, identities.length);
  }

  get size(): number {
    return this.#devices.length;
  }

  /** Devices that were accepted and are still connected. */
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
   * Has a device ask. Every request of the fleet has a timestamp of its own, by which its answer is found; every second device writes it
   * as a String. A device that is no longer connected sends nothing.
   *
   * @param device its place in the fleet
   * @param due when it was to ask, monotonic time in µs
   * @returns whether the request was sent
   */
  ask(device: number, due: number): boolean {
    const one = this.#devices[device];
    if (one === undefined) throw new RangeError(`there is no device ${device} among ${this.size}`);
    this.#last = standstills.ranMs();
    if (!one.connected) {
      this.counts.unsent += 1;
      return false;
    }
    this.counts.asked += 1;
    this.#open += 1;
    one.ask(this.#firstStamp + one.asked * this.#planned + one.index, { due, sent: nowUs() });
    return true;
  }

  /** Waits until nothing is open any more. What is open when nothing has come for the deadline is lost; when it aborts it stays open. */
  async settle(giveUp?: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#look = () => {
      if (this.#open === 0) resolve();
    };
    const timer = setInterval(() => {
      if (standstills.ranMs() - this.#last > this.#deadline) setImmediate(resolve);
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

  #listener(): FleetListener {
    const { counts } = this;
    return {
      ownerOf: (stamp) => {
        const place = stamp - this.#firstStamp;
        return place < 0 ? undefined : { index: place % this.#planned, turn: Math.floor(place / this.#planned) };
      },
      answered: (device, { due, sent }) => {
        const at = nowUs();
        counts.answered += 1;
        this.#open -= 1;
        this.#last = standstills.ranMs();
        this.onAnswer({ device, due, sent, at });
        this.#look();
      },
      unexpected: (kind, what) => {
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

/** @param tried the devices that tried to connect, of all */
function explained({ device, reason, code, refusal }: DeviceRefusal, connected: number, tried: number, all: number): Error {
  const untried = tried < all ? `, ${all - tried} did not try` : '';
  const what = `${connected} of ${all} devices connected, ${tried - connected} could not${untried}. ${device}: ${reason}`;
  if (lackOf(code) === undefined) return new NotLetIn(what, connected, refusal);
  return new EnvironmentError(
    `${what}.\n  This machine has no more connections to give: take fewer devices, or raise the open files (ulimit -n), the ports (net.ipv4.ip_local_port_range) or the number of machines (--shard).`,
  );
}
