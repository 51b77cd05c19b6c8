import { closeSync, createWriteStream, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CucumberHtmlStream } from '@cucumber/html-formatter';
import type { Envelope } from '@cucumber/messages';
import { htmlHeading, readable } from '../verdict/html-page.ts';
import type { Report } from '../verdict/report.ts';

/** `messages.ndjson`: every message of the run, written as it comes, so that a run which dies leaves what it measured. */
export class MessageFile {
  readonly path: string;
  readonly #file: number;
  #open = true;

  /** @throws Error of `node:fs` when the file cannot be written */
  constructor(path: string) {
    this.path = path;
    this.#file = openSync(path, 'w');
  }

  write(envelope: Envelope): void {
    if (this.#open) writeSync(this.#file, `${JSON.stringify(envelope)}\n`);
  }

  close(): void {
    if (this.#open) closeSync(this.#file);
    this.#open = false;
  }

  /** Renders what was written as Cucumber's own page, with the report's verdict above it. */
  async toHtml(path: string, report: Report): Promise<void> {
    const lines = readFileSync(this.path, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
    const draft = `${path}.${process.pid}.tmp`;
    await pipeline(
      Readable.from(lines.map((line) => readable(JSON.parse(line) as Envelope))),
      new CucumberHtmlStream(),
      (page: AsyncIterable<string | Buffer>) => withHeading(page, htmlHeading(report)),
      createWriteStream(draft),
    );
    renameSync(draft, path);
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
