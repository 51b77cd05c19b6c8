/** The exit code of a run whose results could not all be written: never that of a verdict, because the verdict may not have been written. */
export const exitOfFailedWrite = 3;

/** Whether an error comes from the system, as that of a full disk does, and not from a mistake of the suite. */
export function isSystemError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error;
}

/** What could not be written, while everything else still is. */
export class FailedWrites {
  readonly #reasons = new Set<string>();

  /** Why something is lost, in words; undefined when nothing is. */
  get inWords(): string | undefined {
    return this.#reasons.size === 0 ? undefined : [...this.#reasons].join('; ');
  }

  add(error: Error): void {
    this.#reasons.add(error.message);
  }

  /**
   * Does something that writes, and notes the loss where the system does not let it.
   *
   * @throws whatever else it throws
   */
  async keep<T>(write: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await write();
    } catch (error) {
      if (!isSystemError(error)) throw error;
      this.add(error);
      return undefined;
    }
  }
}
