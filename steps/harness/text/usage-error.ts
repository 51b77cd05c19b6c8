/** The command line was used in a way that cannot be meant; the message says what to do. Exit code 2. */
export class WrongUse extends Error {
  override readonly name = 'WrongUse';
}
