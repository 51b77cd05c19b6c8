import { nowUs } from './now.ts';

/** What a run waits for. */
export type Waiting = 'connecting' | 'exchanges' | 'clients';

/**
 * Where the time of a run goes: every moment counts for one thing only, for what was begun last and still lasts. One for the process, as
 * it judges one implementation at a time.
 */
export class Stopwatch {
  readonly #sums = new Map<Waiting, number>();
  #lasting: { readonly kind: Waiting }[] = [];
  #since = 0;

  /** Does something that is waited for, and counts its time. */
  async time<T>(kind: Waiting, work: () => Promise<T>): Promise<T> {
    const own = { kind };
    this.#settle();
    this.#lasting.push(own);
    try {
      return await work();
    } finally {
      this.#settle();
      this.#lasting = this.#lasting.filter((other) => other !== own);
    }
  }

  /** How long each was waited for since the last reset, in ms. */
  totals(): ReadonlyMap<Waiting, number> {
    this.#settle();
    return new Map([...this.#sums].map(([kind, us]) => [kind, us / 1000]));
  }

  reset(): void {
    this.#sums.clear();
    this.#since = nowUs();
  }

  #settle(): void {
    const now = nowUs();
    const last = this.#lasting.at(-1);
    if (last !== undefined) this.#sums.set(last.kind, (this.#sums.get(last.kind) ?? 0) + now - this.#since);
    this.#since = now;
  }
}

export const stopwatch: Stopwatch = new Stopwatch();
