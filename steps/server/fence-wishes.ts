/** What a server probably did that does not serve any more, where that can be found out. */
export type Likely = () => Promise<string | undefined>;

/** How it is shown that a server is alive. */
export interface FenceWishes {
  /** How long an answer may take, in ms; for as long as the server has not been silent, the deadline of the target file. */
  readonly within?: number;
  /** Gives a diagnosis where the server does not answer. */
  readonly likely?: Likely | undefined;
  /** How often the device asks before the server is failed; once where nothing is said. */
  readonly requests?: number;
}
