import { freemem } from 'node:os';
import { Changes } from '../time/changes.ts';
import { nowUs } from '../time/now.ts';
import { busyPart, full, type ProcessorTimes, processorTimes } from '../time/processors.ts';

/** How many clients run at once, at least, at first, and at most. */
const [least, usual, most] = [2, 4, 12];

/** From this length on a start takes so much longer than an exchange that more of them at once save time, in ms. */
const slowMs = 500;

/** The memory that a client is thought to need, in bytes. */
const memoryOfOne = 256 * 1024 * 1024;

/** The part of the processors' time in which they were busy: below it there is room for more clients, above {@link full} too many run. */
const room = 0.6;

/** What the machine has left, to be made up in tests. */
export interface Machine {
  readonly processors: () => ProcessorTimes;
  /** In bytes. */
  readonly freeMemory: () => number;
}

/**
 * How many clients may run at once: four, where they start quickly. Of those that start slowly more run at once while the machine has
 * room, as at a remote engine, and fewer while it is busy: a client that waits for a processor measures the wait.
 */
export class StartSlots {
  readonly #machine: Machine;
  readonly #changes = new Changes();
  #limit = usual;
  #running = 0;
  /** How long the quickest start took, in ms. */
  #quickestMs = Number.POSITIVE_INFINITY;

  constructor(machine: Machine = thisMachine) {
    this.#machine = machine;
  }

  /** How many may run at once now. */
  get limit(): number {
    return Math.max(1, Math.min(this.#limit, Math.floor(this.#machine.freeMemory() / memoryOfOne)));
  }

  /** How many may ever run at once, by the starts so far. */
  get most(): number {
    return this.#isSlow ? most : usual;
  }

  /** Starts a client when one more may run. */
  async use<T>(start: () => Promise<T>): Promise<T> {
    await this.#changes.until(() => this.#take());
    // Starts that are quick teach nothing, and to ask the machine takes a part of what they take.
    const before = this.#quickestMs >= slowMs ? this.#machine.processors() : undefined;
    const begunUs = nowUs();
    try {
      return await start();
    } finally {
      this.#quickestMs = Math.min(this.#quickestMs, (nowUs() - begunUs) / 1000);
      this.#running -= 1;
      if (before !== undefined && this.#isSlow) this.#learn(before);
      this.#changes.changed();
    }
  }

  get #isSlow(): boolean {
    return this.#quickestMs >= slowMs && this.#quickestMs < Number.POSITIVE_INFINITY;
  }

  #take(): true | undefined {
    if (this.#running >= this.limit) return undefined;
    this.#running += 1;
    return true;
  }

  #learn(before: ProcessorTimes): void {
    const part = busyPart(before, this.#machine.processors());
    if (part > full) this.#limit = Math.max(least, this.#limit - 1);
    else if (part < room && this.#limit < this.most) this.#limit += 1;
  }
}

const thisMachine: Machine = { processors: processorTimes, freeMemory: freemem };
