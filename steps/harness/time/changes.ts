import { Deadline } from './deadline.ts';

/** Lets callers wait until something has changed, with a deadline and without polling. */
export class Changes {
  readonly #waiting = new Set<() => void>();

  /** Something has changed: everything that waits looks again. */
  changed(): void {
    for (const look of this.#waiting) look();
  }

  /**
   * Waits until `find` gives something other than undefined.
   *
   * @param find asked now and after every change
   * @param deadlineMs from now: time in which the suite stood still does not count; without it the wait has no end of its own
   * @returns what `find` gave; undefined when the deadline passed before
   */
  async until<T>(find: () => T | undefined): Promise<T>;
  async until<T>(find: () => T | undefined, deadlineMs: number): Promise<T | undefined>;
  async until<T>(find: () => T | undefined, deadlineMs?: number): Promise<T | undefined> {
    const found = find();
    if (found !== undefined) return found;
    return new Promise((resolve) => {
      const settle = (result: T | undefined): void => {
        deadline?.clear();
        this.#waiting.delete(look);
        resolve(result);
      };
      const look = (): void => {
        const result = find();
        if (result !== undefined) settle(result);
      };
      const deadline = deadlineMs === undefined ? undefined : new Deadline(deadlineMs, () => settle(undefined));
      this.#waiting.add(look);
    });
  }
}
