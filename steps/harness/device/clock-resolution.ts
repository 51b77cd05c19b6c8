import type { Exchange } from '../message/exchange.ts';

/** One time is a multiple of 1000 ms by chance once in 1000 cases; finer steps need more times to tell them from chance. */
const needed = [
  { step: 1000, distinct: 1 },
  { step: 100, distinct: 2 },
  { step: 10, distinct: 4 },
] as const;

/** The resolution of a clock, learnt from its times. */
export class ClockResolution {
  readonly #seen = new Set<bigint>();
  /** The coarsest step of which every time so far is a multiple, in ms. */
  #aligned: 1 | 10 | 100 | 1000 = 1000;

  add(time: bigint): void {
    if (this.#aligned === 1 || this.#seen.has(time)) return;
    this.#seen.add(time);
    while (time % BigInt(this.#aligned) !== 0n) this.#aligned = (this.#aligned / 10) as 1 | 10 | 100;
  }

  /** Adds both server times of each exchange. */
  addAll(exchanges: readonly Exchange[]): this {
    for (const { response } of exchanges) {
      for (const time of [response.serverRecvTime, response.serverSendTime])
        if (time?.number !== undefined) this.add(time.number);
    }
    return this;
  }

  /** The step of the clock in ms: 1, or 10, 100 or 1000. */
  get step(): 1 | 10 | 100 | 1000 {
    return needed.find(({ step, distinct }) => this.#aligned >= step && this.#seen.size >= distinct)?.step ?? 1;
  }

  /** True when more times would not change {@link step}. */
  get certain(): boolean {
    return this.#aligned === 1 || this.#seen.size >= needed[2].distinct;
  }
}
