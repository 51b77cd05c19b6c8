import { standstills } from './standstill.ts';

/**
 * Calls back once when the suite has run for so long: time in which it stood still does not count, and what arrived meanwhile is read
 * before. Ends with {@link clear}.
 */
export class Deadline implements Disposable {
  readonly #endMs: number;
  readonly #over: () => void;
  #timer: NodeJS.Timeout | undefined;
  #last: NodeJS.Immediate | undefined;

  /**
   * @param ms from now
   * @param over called when the time is over
   */
  constructor(ms: number, over: () => void) {
    this.#endMs = standstills.ranMs() + ms;
    this.#over = over;
    this.#timer = setTimeout(this.#due, ms);
  }

  /** Ends the wait without calling back. Safe to call twice. */
  clear(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#last);
  }

  [Symbol.dispose](): void {
    this.clear();
  }

  readonly #due = (): void => {
    const leftMs = this.#endMs - standstills.ranMs();
    if (leftMs >= 1) this.#timer = setTimeout(this.#due, leftMs);
    else this.#last = setImmediate(this.#over);
  };
}
