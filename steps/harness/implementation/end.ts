/** How an implementation ended. */
export interface End {
  /** `suite` when the suite stopped it; `itself` otherwise, even if another program killed or removed it. */
  readonly by: 'itself' | 'suite';
  /** In words: "exited with code 1", "killed by SIGSEGV", "stopped by the suite". */
  readonly words: string;
}

/** The end of an implementation that the suite stopped. */
export const stoppedBySuite: End = { by: 'suite', words: 'stopped by the suite' };

/** The end of an implementation that the suite did not stop. @param words "exited with code 1" */
export function endedByItself(words: string): End {
  return { by: 'itself', words };
}
