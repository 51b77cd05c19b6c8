import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { conceal } from '../text/secrets.ts';

/** How many lines of output are kept, and how many characters of each. */
const MOST_LINES = 200;
/** How many of them are the first ones. */
const FIRST_LINES = 20;
const LONGEST_LINE = 2_000;

/** Which of its two streams an implementation printed a line to. */
export type OutputStream = 'stdout' | 'stderr';

/** Hears every line as it arrives, cut at 2,000 characters (it then ends in "…") but otherwise as it was printed: secrets are still in it. */
export type LineListener = (line: string, stream: OutputStream) => void;

/** A line with the bytes of a packet. */
const hexDump = /(?:\b[\da-f]{2}[ :,-]){12,}|\b[\da-f]{48,}\b/i;

/** Whether a line dumps the bytes of a packet. */
export function isHexDump(line: string): boolean {
  return hexDump.test(line);
}

/**
 * What an implementation prints: heard line by line, and only its beginning and its end kept, however much that is. What it dumps of its
 * packets is left out first.
 */
export class Output {
  readonly #first: string[] = [];
  readonly #rest: { readonly line: string; readonly dump: boolean }[] = [];
  #leftOut = 0;
  readonly #listeners = new Set<LineListener>();
  readonly #secrets: readonly string[];

  constructor(secrets: readonly string[]) {
    this.#secrets = secrets;
  }

  /** Reads a stream to its end. */
  read(stream: Readable, name: OutputStream): void {
    const decoder = new StringDecoder('utf8');
    let rest = '';
    stream.on('data', (chunk: Buffer) => {
      const lines = (rest + decoder.write(chunk)).split('\n');
      // A line without an end must not grow: what is beyond the bound is dropped as it comes.
      rest = (lines.pop() ?? '').slice(0, LONGEST_LINE + 1);
      for (const line of lines) this.#add(line, name);
    });
    stream.once('end', () => {
      if (rest !== '') this.#add(rest, name);
      rest = '';
    });
    // A stream that breaks off has ended; that its owner is gone is seen elsewhere.
    stream.on('error', () => {});
  }

  /** Has every further line told. Gives back how to stop. */
  listen(listener: LineListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The last ones of the lines that were kept, secrets replaced by `(secret)`. */
  last(count = MOST_LINES): readonly string[] {
    const gap = this.#leftOut === 0 ? [] : [`… ${this.#leftOut} lines left out`];
    const lines = [...this.#first, ...gap, ...this.#rest.map(({ line }) => line)];
    return lines.slice(-count).map((line) => conceal(line, this.#secrets));
  }

  #add(whole: string, stream: OutputStream): void {
    const line = cut(whole.replace(/\r$/, ''));
    if (this.#first.length < FIRST_LINES) this.#first.push(line);
    else this.#keep(line);
    for (const listener of this.#listeners) listener(line, stream);
  }

  #keep(line: string): void {
    this.#rest.push({ line, dump: isHexDump(line) });
    if (this.#rest.length < MOST_LINES - FIRST_LINES) return;
    const dump = this.#rest.findIndex((kept) => kept.dump);
    this.#rest.splice(Math.max(dump, 0), 1);
    this.#leftOut += 1;
  }
}

/** The mark at the end says that a secret may be cut in two there. */
function cut(line: string): string {
  return line.length <= LONGEST_LINE ? line : `${line.slice(0, LONGEST_LINE - 1)}…`;
}
