/** The least that is waited for an answer, in ms: a machine under load pauses for shorter than that. */
const leastMs = 100;

/**
 * How long the suite waits where it has waited in vain before. **Silence costs once**: the deadline is spent in full once for each kind
 * of silence, such as unanswered Strings. The requirement that is about it has then failed, and later waits of that kind only have to
 * show that nothing has changed: they last three times the slowest answer of the run, which includes the round trip, at least 100 ms
 * and at most the deadline. An answer of that kind restores the full deadline.
 */
export class Patience {
  readonly #spent = new Set<string>();
  readonly #slowest: () => number;

  /** @param slowest how long the slowest answer of the run took so far, in ms; 0 when there was none */
  constructor(slowest: () => number) {
    this.#slowest = slowest;
  }

  /** How long to wait for something of this kind, in ms. */
  within(kind: string, deadline: number): number {
    return this.#spent.has(kind) ? this.short(deadline) : deadline;
  }

  /** How long a wait lasts whose full deadline was spent before, in ms. */
  short(deadline: number): number {
    const slowest = this.#slowest();
    // Without any answer nothing is known of how fast this server is.
    return slowest === 0 ? deadline : Math.min(deadline, Math.max(leastMs, Math.ceil(3 * slowest)));
  }

  /** The wait for something of this kind was in vain. */
  spend(kind: string): void {
    this.#spent.add(kind);
  }

  /** Something of this kind came. */
  restore(kind: string): void {
    this.#spent.delete(kind);
  }
}
