/** The command line is wrong; the message says what to do. Exit code 2. */
export class WrongUse extends Error {
  override readonly name = 'WrongUse';
}
