import type { Exchange } from '../message/exchange.ts';

/** One time is a multiple of 1000 ms by chance once in 1000 cases; finer steps need more times to tell them from chance. */
const needed = [
  { step: 1000, distinct: 1 },
  { step: 100, distinct: 2 },
  { step: 10, distinct: 4 },
] as const;

/** Longer than a clock of milliseconds can show one value, in ms: what is cut off is less than one. */
const measurable = 1.1;

/** Within which moments a time was taken: monotonic, in µs. */
export interface Taken {
  readonly afterUs: number;
  readonly beforeUs: number;
}

/**
 * The resolution of a clock, learnt from its times, in the order in which they came.
 *
 * A clock has steps where its times are all multiples of a whole step; or where they repeat: consecutive times stay the same over a
 * measurable time, and then jump. Times with random errors do not: one that follows another differs from it by any number.
 */
export class ClockResolution {
  readonly #seen = new Set<bigint>();
  /** The coarsest step that divides every time so far, in ms. */
  #aligned: 1 | 10 | 100 | 1000 = 1000;
  #last: { readonly time: bigint; beforeUs: number } | undefined;
  #jump = Number.POSITIVE_INFINITY;
  #longest = 0;

  add(time: bigint, taken?: Taken): void {
    if (taken !== undefined) this.#follow(time, taken);
    if (this.#aligned === 1 || this.#seen.has(time)) return;
    this.#seen.add(time);
    while (time % BigInt(this.#aligned) !== 0n) this.#aligned = (this.#aligned / 10) as 1 | 10 | 100;
  }

  /** Adds both server times of each exchange. */
  addAll(exchanges: readonly Exchange[]): this {
    for (const { request, response } of exchanges) {
      const taken = { afterUs: request.message.atUs, beforeUs: response.message.atUs };
      for (const time of [response.serverRecvTime, response.serverSendTime])
        if (time?.number !== undefined) this.add(time.number, taken);
    }
    return this;
  }

  /** Of which whole step all times are multiples, in ms; 1 for none. */
  get wholeStep(): 1 | 10 | 100 | 1000 {
    return needed.find(({ step, distinct }) => this.#aligned >= step && this.#seen.size >= distinct)?.step ?? 1;
  }

  /** The longest that one value was certainly shown, in ms. */
  get longest(): number {
    return this.#longest;
  }

  /** The step of the clock in ms, which is rounded up: 1 for a clock of milliseconds. */
  get step(): number {
    const jumps = this.#longest > measurable && this.#jump > 1 && Number.isFinite(this.#jump);
    // What stays longer than the clock jumps is no clock: some of its values were shown again.
    const jump = jumps && this.#longest <= this.#jump + measurable ? this.#jump : 0;
    // Steps of 50 ms are multiples of 10 ms.
    if (this.wholeStep > 1) return Math.max(this.wholeStep, jump);
    return jump + 1;
  }

  /** The time that was added last. */
  get latest(): bigint | undefined {
    return this.#last?.time;
  }

  /** True when more times would not change {@link wholeStep}. */
  get certain(): boolean {
    return this.#aligned === 1 || this.#seen.size >= needed[2].distinct;
  }

  #follow(time: bigint, { afterUs, beforeUs }: Taken): void {
    const last = this.#last;
    if (last === undefined || last.time !== time) {
      if (last !== undefined) this.#jump = Math.min(this.#jump, Math.abs(Number(time - last.time)));
      this.#last = { time, beforeUs };
      return;
    }
    last.beforeUs = Math.min(last.beforeUs, beforeUs);
    this.#longest = Math.max(this.#longest, (afterUs - last.beforeUs) / 1000);
  }
}
