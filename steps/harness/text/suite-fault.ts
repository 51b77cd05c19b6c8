/** The name of {@link SuiteFault} in Cucumber's messages, which keep only the name of an error's class. */
export const suiteFaultName = 'SuiteFault';

/** The suite itself is wrong: it sent an invalid message or miscalculated. A run with such a fault has no verdict. */
export class SuiteFault extends Error {
  override readonly name = suiteFaultName;

  /** @param what in words, what is wrong */
  constructor(what: string) {
    super(`the suite is at fault: ${what}`);
  }
}
