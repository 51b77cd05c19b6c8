import { join } from 'node:path';
import type { Envelope } from '@cucumber/messages';
import type { Target } from '../../harness/implementation/target.ts';
import { CaptureFile } from '../../report/capture/capture-file.ts';
import { captureFile, messagesFile } from '../../report/report-folder.ts';
import { currentRun } from '../../support/current-run.ts';
import { MessageFile } from './message-file.ts';
import type { RunOptions } from './run-options.ts';
import type { RecordedFile } from './write-reports.ts';

/** The files that a run writes while it lasts: Cucumber's messages, and packets. */
export class RecordedFiles {
  readonly files: readonly RecordedFile[];
  readonly #messages: MessageFile;

  /**
   * Creates the files; from now on, the scenarios of the run write their packets into them.
   *
   * @throws Error of `node:fs` when the messages cannot be written
   */
  constructor({ report: folder, pcap }: Pick<RunOptions, 'report' | 'pcap'>, target: Target) {
    this.#messages = new MessageFile(join(folder, messagesFile));
    const capture = new CaptureFile(join(folder, captureFile), target, pcap === true);
    currentRun.capture = capture;
    this.files = [this.#messages, capture];
  }

  /** Keeps a message of Cucumber. */
  write(envelope: Envelope): void {
    this.#messages.write(envelope);
  }
}
