import type { Envelope } from '@cucumber/messages';
import { GrowingFile } from '../../report/growing-file.ts';
import type { RecordedFile } from './write-reports.ts';

/** `messages.ndjson`: every message of the run, written each time a scenario ends. */
export class MessageFile implements RecordedFile {
  readonly #file: GrowingFile;
  /** Messages that are not written yet, because their scenarios have not ended. */
  #waiting = '';

  /** @throws Error of `node:fs` when the file cannot be written */
  constructor(path: string) {
    this.#file = new GrowingFile(path);
  }

  get path(): string {
    return this.#file.path;
  }

  get lost(): Error | undefined {
    return this.#file.lost;
  }

  /** Takes a message. */
  write(envelope: Envelope): void {
    this.#waiting += `${JSON.stringify(envelope)}\n`;
    if (envelope.testCaseFinished !== undefined) this.#flush();
  }

  close(): void {
    this.#flush();
    this.#file.close();
  }

  #flush(): void {
    this.#file.write(Buffer.from(this.#waiting));
    this.#waiting = '';
  }
}
