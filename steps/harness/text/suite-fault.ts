/** What {@link SuiteFault} is called in Cucumber's messages, where nothing but its name is left of a class. */
export const suiteFaultName = 'SuiteFault';

/** The suite itself did something wrong (sent what is not valid, calculated what is not right): the run must say so, and decides nothing. */
export class SuiteFault extends Error {
  override readonly name = suiteFaultName;

  /** @param what in words, what is wrong with the suite */
  constructor(what: string) {
    super(`the suite is at fault: ${what}`);
  }
}
