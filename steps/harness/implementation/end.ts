/** How an implementation ended. */
export interface End {
  /** `suite` when the suite stopped it; `itself` otherwise, even if another program killed or removed it. */
  readonly by: 'itself' | 'suite';
  /** In words: "exited with code 1", "killed by SIGSEGV", "stopped by the suite". */
  readonly words: string;
  /** Whether a signal killed it, also where a shell or a container reports that as its exit code. */
  readonly killed: boolean;
  /** Its exit code; absent where it did not exit. */
  readonly code?: number;
}

/** The end of an implementation that the suite stopped. */
export const stoppedBySuite: End = { by: 'suite', words: 'stopped by the suite', killed: false };

/** The end of an implementation that the suite did not stop. @param words "exited with code 1" */
export function endedByItself(words: string, killed = false): End {
  return { by: 'itself', words, killed };
}

/** 128 and the number of SIGILL, SIGABRT, SIGBUS, SIGFPE or SIGSEGV. */
const crashCodes: ReadonlySet<number | null> = new Set([132, 134, 135, 136, 139]);

/** The end of an implementation that exited by itself. */
export function exitedWith(code: number | null): End {
  return { ...endedByItself(`exited with code ${code}`, crashCodes.has(code)), ...(code === null ? {} : { code }) };
}
