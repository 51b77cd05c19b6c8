/** The exit code of a run with unwritten results. It is not the code of a verdict, because the verdict may be among them. */
export const exitOfFailedWrite = 3;

/** Whether an error comes from the system, for example from a full disk, and not from a fault of the suite. */
export function isSystemError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error;
}

/** Collects failed writes, so that all other files are still written. */
export class FailedWrites {
  readonly #reasons = new Set<string>();

  /** Why a write failed, in words; undefined if none did. */
  get inWords(): string | undefined {
    return this.#reasons.size === 0 ? undefined : [...this.#reasons].join('; ');
  }

  add(error: Error): void {
    this.#reasons.add(error.message);
  }

  /**
   * Calls a function that writes, and records the error if the system refuses.
   *
   * @throws its other errors
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
