import { closeSync, createWriteStream, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CucumberHtmlStream } from '@cucumber/html-formatter';
import type { Envelope } from '@cucumber/messages';
import { htmlHeading, readable } from '../../report/html-page.ts';
import type { Report } from '../../verdict/report.ts';

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

  /**
   * Renders what was written as Cucumber's own page, with the report's verdict above it.
   *
   * @throws Error of `node:fs` when the page cannot be written
   */
  async toHtml(path: string, report: Report): Promise<void> {
    const lines = readFileSync(this.path, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
    const draft = `${path}.${process.pid}.tmp`;
    try {
      await pipeline(
        Readable.from(lines.map((line) => readable(JSON.parse(line) as Envelope))),
        new CucumberHtmlStream(),
        (page: AsyncIterable<string | Buffer>) => withHeading(page, htmlHeading(report)),
        createWriteStream(draft),
      );
      renameSync(draft, path);
    } catch (error) {
      rmSync(draft, { force: true });
      throw error;
    }
  }
}

/** The page's parts, with the heading where the body begins. The template comes in whole pieces, so the tag is never cut. */
async function* withHeading(page: AsyncIterable<string | Buffer>, heading: string): AsyncGenerator<string> {
  let open = true;
  for await (const part of page) {
    const text = part.toString();
    yield open ? text.replace('<body>', () => `<body>\n${heading}`) : text;
    open &&= !text.includes('<body>');
  }
}
