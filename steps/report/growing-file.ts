import { closeSync, openSync, writeSync } from 'node:fs';

/** A file that grows while a run lasts, so that a run which dies leaves what it measured. */
export class GrowingFile {
  readonly path: string;
  readonly #file: number;
  #open = true;
  #lost: Error | undefined;

  /** @throws Error of `node:fs` when the file cannot be written */
  constructor(path: string) {
    this.path = path;
    this.#file = openSync(path, 'w');
  }

  /** Why something is missing in the file; undefined while nothing is. */
  get lost(): Error | undefined {
    return this.#lost;
  }

  /** Adds bytes. Where writing fails the file ends here, and `lost` says why: what was measured goes on to the other reports. */
  write(bytes: Buffer): void {
    if (!this.#open) return;
    try {
      // A disk that is nearly full takes a part and says so by a number only.
      for (let done = 0; done < bytes.length; ) done += writeSync(this.#file, bytes, done);
    } catch (error) {
      this.#lost = error as Error;
      this.close();
    }
  }

  close(): void {
    if (this.#open) closeSync(this.#file);
    this.#open = false;
  }
}
