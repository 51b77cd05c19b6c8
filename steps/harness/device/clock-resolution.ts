import type { Exchange } from '../message/exchange.ts';

/** A step of 1000 ms shows in one stamp by chance once in 1000 times; finer steps need more stamps to tell them from chance. */
const needed = [
  { step: 1000, distinct: 1 },
  { step: 100, distinct: 2 },
  { step: 10, distinct: 4 },
] as const;

/** How coarse a clock is, learnt from its stamps. */
export class ClockResolution {
  readonly #seen = new Set<bigint>();
  /** The coarsest step of which every stamp so far is a multiple, in ms. */
  #aligned: 1 | 10 | 100 | 1000 = 1000;

  add(stamp: bigint): void {
    if (this.#aligned === 1 || this.#seen.has(stamp)) return;
    this.#seen.add(stamp);
    while (stamp % BigInt(this.#aligned) !== 0n) this.#aligned = (this.#aligned / 10) as 1 | 10 | 100;
  }

  /** Adds both stamps of each exchange. */
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

  /** True when more stamps would not change {@link step}. */
  get certain(): boolean {
    return this.#aligned === 1 || this.#seen.size >= needed[2].distinct;
  }
}
