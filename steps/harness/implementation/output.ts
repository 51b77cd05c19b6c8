import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { conceal } from '../text/secrets.ts';
import { Deadline } from '../time/deadline.ts';
import { now, type Time } from '../time/now.ts';

/** How many lines of output are kept, and how many characters of each. */
const MOST_LINES = 200;
/** How many of them are the first ones. */
const FIRST_LINES = 20;
const LONGEST_LINE = 2_000;

/** How long nothing is added to a line without an end until it counts as one, in ms. */
const QUIET_MS = 200;

/** Stands before the lines of an output that is UTF-16. */
export const utf16Note =
  'its output is UTF-16, in which no pattern matches: let it print UTF-8 (PYTHONIOENCODING=utf-8, chcp 65001)';

/** Which of its two streams an implementation printed a line to. */
export type OutputStream = 'stdout' | 'stderr';

/**
 * Hears every line, and when it arrived, cut at 2,000 characters (it then ends in "…") but otherwise as it was printed: secrets are still
 * in it.
 */
export type LineListener = (line: string, stream: OutputStream, time: Time) => void;

/** The fewest characters of a dump. */
const SHORTEST_DUMP = 36;

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
  /** How many of the rest are dumps. */
  #dumps = 0;
  readonly #listeners = new Set<LineListener>();
  readonly #secrets: readonly string[];
  /** The lines that have no end yet, one of each stream. */
  readonly #open = new Set<{ text: string }>();
  #utf16 = false;

  constructor(secrets: readonly string[]) {
    this.#secrets = secrets;
  }

  /** True once a stream looked like UTF-16: no pattern reads that. */
  get utf16(): boolean {
    return this.#utf16;
  }

  /**
   * Reads a stream to its end. A line ends in LF, CR LF or CR. One without an end is told when nothing was added to it for 200 ms, and
   * again as a whole if more comes.
   */
  read(stream: Readable, name: OutputStream): void {
    const decoder = new StringDecoder('utf8');
    const open = { text: '' };
    this.#open.add(open);
    let told = '';
    let afterReturn = false;
    let quiet: Deadline | undefined;
    /** When the last bytes came. */
    let time = now();
    const tell = (): void => {
      if (open.text === '' || open.text === told) return;
      told = open.text;
      this.#tell(told, name, time);
    };
    const end = (): void => {
      quiet?.clear();
      tell();
      if (open.text !== '') this.#keep(open.text);
      open.text = '';
      this.#open.delete(open);
    };
    stream.on('data', (chunk: Buffer) => {
      quiet?.clear();
      time = now();
      this.#utf16 ||= looksLikeUtf16(chunk);
      const text = decoder.write(chunk);
      // A line end that came in two pieces.
      const [first = '', ...lines] = (afterReturn ? text.replace(/^\n/, '') : text).split(/\r\n|\n|\r/);
      if (text !== '') afterReturn = text.endsWith('\r');
      // A line without an end must not grow: what is beyond the bound is dropped as it comes.
      open.text = (open.text + first).slice(0, LONGEST_LINE + 1);
      for (const line of lines) {
        // Empty lines are told as well, but not the end of a line that was told before.
        if (open.text !== told || told === '') this.#tell(open.text, name, time);
        this.#keep(open.text);
        told = '';
        open.text = line.slice(0, LONGEST_LINE + 1);
      }
      if (open.text !== '') quiet = new Deadline(QUIET_MS, tell);
    });
    stream.once('end', end);
    stream.once('close', end);
    // A stream that breaks off has ended; that its owner is gone is seen elsewhere.
    stream.on('error', () => {});
  }

  /** Has every further line told. Gives back how to stop. */
  listen(listener: LineListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * The last ones of the lines that were kept, secrets replaced by `(secret)`, with those that have no end yet. That it is UTF-16 stands
   * first.
   */
  last(count = MOST_LINES): readonly string[] {
    const gap = this.#leftOut === 0 ? [] : [`… ${this.#leftOut} lines left out`];
    const open = [...this.#open].flatMap(({ text }) => (text === '' ? [] : [cut(text)]));
    const lines = [...this.#first, ...gap, ...this.#rest.map(({ line }) => line), ...open];
    const shown = lines.slice(-count).map((line) => conceal(line, this.#secrets));
    return this.#utf16 ? [utf16Note, ...shown] : shown;
  }

  #tell(whole: string, stream: OutputStream, time: Time): void {
    const line = cut(whole);
    for (const listener of this.#listeners) listener(line, stream, time);
  }

  #keep(whole: string): void {
    const line = cut(whole);
    if (this.#first.length < FIRST_LINES) this.#first.push(line);
    else this.#keepRest(line);
  }

  /** Quick, however much is printed: a dump is looked for only where there is one. */
  #keepRest(line: string): void {
    const dump = line.length >= SHORTEST_DUMP && isHexDump(line);
    this.#rest.push({ line, dump });
    if (dump) this.#dumps += 1;
    if (this.#rest.length < MOST_LINES - FIRST_LINES) return;
    const at = this.#dumps > 0 ? this.#rest.findIndex((kept) => kept.dump) : 0;
    const gone = at === 0 ? this.#rest.shift() : this.#rest.splice(at, 1)[0];
    if (gone?.dump === true) this.#dumps -= 1;
    this.#leftOut += 1;
  }
}

/** The mark at the end says that a secret may be cut in two there. */
function cut(line: string): string {
  return line.length <= LONGEST_LINE ? line : `${line.slice(0, LONGEST_LINE - 1)}…`;
}

/** A byte order mark, or a zero in every second byte of what is otherwise text. */
function looksLikeUtf16(bytes: Buffer): boolean {
  if (bytes.length >= 2 && (bytes.readUInt16BE(0) === 0xfffe || bytes.readUInt16BE(0) === 0xfeff)) return true;
  const start = bytes.subarray(0, 64);
  if (start.length < 8) return false;
  return [0, 1].some((odd) => start.every((byte, index) => (byte === 0) === (index % 2 === odd)));
}
