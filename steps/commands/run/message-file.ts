import { closeSync, openSync, writeSync } from 'node:fs';
import type { Envelope } from '@cucumber/messages';

/** `messages.ndjson`: every message of the run, written when a scenario has ended, so that a run which dies leaves what it measured. */
export class MessageFile {
  readonly path: string;
  readonly #file: number;
  #open = true;
  /** Messages that are not written yet: those of scenarios that have not ended. */
  #waiting = '';
  #lost: Error | undefined;

  /** @throws Error of `node:fs` when the file cannot be written */
  constructor(path: string) {
    this.path = path;
    this.#file = openSync(path, 'w');
  }

  /** Why messages are missing in the file; undefined while none is. */
  get lost(): Error | undefined {
    return this.#lost;
  }

  /** Takes a message. Where writing fails the file ends here, and `lost` says why: what was measured goes on to the other reports. */
  write(envelope: Envelope): void {
    if (!this.#open) return;
    this.#waiting += `${JSON.stringify(envelope)}\n`;
    if (envelope.testCaseFinished !== undefined) this.#flush();
  }

  close(): void {
    if (!this.#open) return;
    this.#flush();
    if (this.#open) closeSync(this.#file);
    this.#open = false;
  }

  #flush(): void {
    const bytes = Buffer.from(this.#waiting);
    this.#waiting = '';
    try {
      // A disk that is nearly full takes a part and says so by a number only.
      for (let done = 0; done < bytes.length; ) done += writeSync(this.#file, bytes, done);
    } catch (error) {
      this.#lost = error as Error;
      this.#open = false;
      closeSync(this.#file);
    }
  }
}
