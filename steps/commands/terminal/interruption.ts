import { Deadline } from '../../harness/time/deadline.ts';

/** The signals that interrupt the command line. */
export const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** How long an implementation may take to end, in ms: a container engine may no longer answer. */
export const mostStopMs = 20_000;

/**
 * Interrupts a run once: at a signal, at its deadline, or at the request of the caller. A second signal ends the process at once.
 */
export class Interruption implements Disposable {
  readonly #tell: (why: string) => void;
  readonly #deadline: Deadline | undefined;
  readonly #onSignal = (signal: NodeJS.Signals): void => {
    if (this.#why !== undefined) process.exit(4);
    this.happen(signal);
  };
  #why: string | undefined;

  /**
   * @param deadlineMs how long the run may take from now, in ms; undefined for a series, which has no deadline of its own
   * @param tell called with the reason, in words
   */
  constructor(deadlineMs: number | undefined, tell: (why: string) => void) {
    this.#tell = tell;
    if (deadlineMs !== undefined)
      this.#deadline = new Deadline(deadlineMs, () => this.happen(`its deadline of ${deadlineMs / 1000} s has passed`));
    for (const signal of signals) process.on(signal, this.#onSignal);
  }

  /** Why the run ends early, in words; undefined while it does not. */
  get why(): string | undefined {
    return this.#why;
  }

  /** Interrupts the run for this reason; only the first call counts. */
  happen(why: string): void {
    if (this.#why !== undefined) return;
    this.#why = why;
    this.#tell(why);
  }

  [Symbol.dispose](): void {
    this.#deadline?.clear();
    for (const signal of signals) process.off(signal, this.#onSignal);
  }
}
