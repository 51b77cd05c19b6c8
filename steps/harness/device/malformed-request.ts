import type { Request } from '../message/exchange.ts';

/** A malformed request that was published. */
export interface MalformedRequest {
  readonly request: Request;
  /** Length of its payload. */
  readonly bytes: number;
  /** How often the device had connected before. */
  readonly connections: number;
}

/**
 * The bytes of a payload as a feature writes them: `\x00` stands for a byte, everything else for itself in UTF-8.
 */
export function bytesOf(text: string): Buffer {
  const parts = text.split(/\\x([0-9A-F]{2})/);
  return Buffer.concat(parts.map((part, index) => (index % 2 === 0 ? Buffer.from(part) : Buffer.from(part, 'hex'))));
}

/** What a request can have too much of, by the words of the features; the number says how much. */
const excesses: Readonly<Record<string, (amount: number) => string>> = {
  /** Arrays in arrays, in a further member. */
  'levels of nested arrays': (levels: number) =>
    `{"deviceSendTime":1571724098000,"ext":${'['.repeat(levels)}${']'.repeat(levels)}}`,
  'levels of nested objects': (levels: number) => `{"deviceSendTime":${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}}`,
  'levels of arrays that are never closed': (levels: number) => '['.repeat(levels),
  'digits in a Long': (digits: number) => `{"deviceSendTime":${'7'.repeat(digits)}}`,
  'digits in a String': (digits: number) => `{"deviceSendTime":"${'7'.repeat(digits)}"}`,
  'KiB of white space': (kib: number) => `{"deviceSendTime":${' '.repeat(kib * 1024)}1571724098000}`,
  'KiB of text in a further member': (kib: number) => `{"deviceSendTime":1571724098000,"ext":"${'x'.repeat(kib * 1024)}"}`,
  'KiB that are no JSON': (kib: number) => 'x'.repeat(kib * 1024),
};

/**
 * A request that has too much of something.
 *
 * @param words of what: "digits in a Long", "KiB of white space"
 * @throws Error for words that it does not know
 */
export function excessOf(amount: number, words: string): string {
  const make = excesses[words];
  if (make === undefined) throw new Error(`"${words}" is none of: ${Object.keys(excesses).join(', ')}`);
  return make(amount);
}

/** How much longer than usual a server may take that reads so many bytes first: a small one reads 256 bytes in a ms. */
export function readingTime(bytes: number): number {
  return Math.ceil(bytes / 256);
}
