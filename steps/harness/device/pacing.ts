import { setTimeout as pass } from 'node:timers/promises';
import { deviceKey } from '../implementation/device-key.ts';
import type { Identity, Limits } from '../implementation/target.ts';
import { nowUs } from '../time/now.ts';

/** The part of what is allowed that may be used at once. */
const burst = 0.2;

/** The part of what is allowed that comes back in a span. Together they leave 5 % for messages that catch up with each other. */
const refill = 0.75;

/** How much longer than a span the suite keeps to it: what was late on the way, and what is not, come closer together at the server. */
const spare = 1.1;

/** A token bucket: what one device does stays below so many in any span of time. */
export class Allowance {
  readonly #capacity: number;
  readonly #perMs: number;
  readonly #spanMs: number;
  #left: number;
  #atUs = nowUs();
  #takenUs = Number.NEGATIVE_INFINITY;

  /** @param most how many are allowed in a span @param spanMs in ms */
  constructor(most: number, spanMs: number) {
    this.#capacity = Math.max(1, most * burst);
    this.#perMs = (most * refill) / spanMs;
    this.#spanMs = spanMs;
    this.#left = this.#capacity;
  }

  /** Something is done. */
  take(): void {
    this.#left = this.#now() - 1;
    this.#takenUs = nowUs();
  }

  /** Waits until the next one is allowed. It takes at most two spans. */
  async wait(): Promise<void> {
    for (let left = this.#now(); left < 1; left = this.#now()) await pass(Math.ceil((1 - left) / this.#perMs));
  }

  /** Waits until nothing that was done counts any more: as many as a span allows may then be done at once. */
  async rest(): Promise<void> {
    const leftUs = (): number => this.#takenUs + this.#spanMs * spare * 1000 - nowUs();
    while (leftUs() > 0) await pass(Math.ceil(leftUs() / 1000));
  }

  #now(): number {
    const atUs = nowUs();
    this.#left = Math.min(this.#capacity, this.#left + ((atUs - this.#atUs) / 1000) * this.#perMs);
    this.#atUs = atUs;
    return this.#left;
  }
}

/** Counts what one device does: never more than so many in any span of time, and as many at once as are left. */
class Count {
  readonly #most: number;
  readonly #spanUs: number;
  #timesUs: number[] = [];

  /** @param spanMs in ms; a little more is kept to, for what catches up with each other on the way */
  constructor(most: number, spanMs: number) {
    this.#most = most;
    this.#spanUs = spanMs * 1.01 * 1000;
  }

  /** How many are left; where none is, less than 0 the longer the next one has to wait. */
  get left(): number {
    this.#timesUs = this.#timesUs.filter((atUs) => nowUs() - atUs < this.#spanUs);
    const left = this.#most - this.#timesUs.length;
    return left > 0 ? left : -this.#waitUs() / this.#spanUs;
  }

  /** Something is done. */
  take(): void {
    this.#timesUs.push(nowUs());
  }

  /** Waits until the next one is allowed. It takes at most a span. */
  async wait(): Promise<void> {
    while (this.left < 1) await pass(Math.ceil(this.#waitUs() / 1000));
  }

  /** How long until the earliest one no longer counts, in µs. */
  #waitUs(): number {
    return Math.max(0, (this.#timesUs[0] ?? 0) + this.#spanUs - nowUs());
  }
}

/** What a scenario needs exceeds what the target file says that the server allows. The message says what. */
export class BeyondLimits extends Error {
  override readonly name = 'BeyondLimits';
}

/** Keeps the devices of a run below the limits of the target file. */
export class Pacing {
  readonly limits: Limits;
  /** The connections that are open. */
  readonly open = new Set<object>();
  readonly #requests = new Map<string, Allowance>();
  readonly #connects = new Map<string, Count>();

  constructor(limits: Limits = {}) {
    this.limits = limits;
  }

  /** How many more connections may be opened now. */
  get free(): number {
    return (this.limits.connections ?? Number.POSITIVE_INFINITY) - this.open.size;
  }

  /** How soon and how often a device may connect, as a number that is greater for more; the same for all where that is not limited. */
  connectsLeft(identity: Identity): number {
    return this.#connectsOf(identity)?.left ?? 0;
  }

  /** What a device may publish; undefined where that is not limited. */
  requests(identity: Identity): Allowance | undefined {
    return kept(this.#requests, identity, this.limits.requestsPerSecond, (most) => new Allowance(most, 1000));
  }

  /** Waits until a device may connect. @throws BeyondLimits where too many connections are open */
  async connect(identity: Identity): Promise<void> {
    const connects = this.#connectsOf(identity);
    await connects?.wait();
    connects?.take();
    if (this.free < 1)
      throw new BeyondLimits(
        `it needs more than ${this.limits.connections} connections at the same time, and the target file allows no more (limits.connections)`,
      );
  }

  #connectsOf(identity: Identity): Count | undefined {
    return kept(this.#connects, identity, this.limits.connectsPerMinute, (most) => new Count(most, 60_000));
  }
}

/** What is kept of a device, made when it is first needed; undefined where nothing is limited. */
function kept<T>(all: Map<string, T>, identity: Identity, most: number | undefined, make: (most: number) => T): T | undefined {
  if (most === undefined) return undefined;
  const key = deviceKey(identity);
  const one = all.get(key) ?? make(most);
  all.set(key, one);
  return one;
}
