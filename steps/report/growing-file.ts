import { closeSync, openSync, writeSync } from 'node:fs';

/** A file that is written during a run, so that a killed run leaves its results so far. */
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

  /** Why a part of the file is missing; undefined if nothing is. */
  get lost(): Error | undefined {
    return this.#lost;
  }

  /** Adds bytes. If writing fails, the file ends here, and `lost` says why; the other reports are still written. */
  write(bytes: Buffer): void {
    if (!this.#open) return;
    try {
      // A nearly full disk writes only a part, without an error: only the returned number shows it.
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
