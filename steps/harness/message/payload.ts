import { Json } from './json.ts';

/** One JSON value as it was written: its JSON type, its literal source text, and where it is a whole number, that number. */
export interface Value {
  readonly type: 'number' | 'string' | 'boolean' | 'null' | 'object' | 'array';
  /** The source text of a number, `"…"` of a string, `[…]` and `{…}` of an array and an object. */
  readonly literal: string;
  /**
   * The number that a lenient reader would take from it: digits in a String, a JSON number even when written with a fraction or an
   * exponent (rounded down). Undefined where there is none.
   */
  readonly number: bigint | undefined;
}

/** A payload, read without losing a digit (RFC 8259; a reader that goes through a double would lose some). */
export interface Payload {
  readonly text: string;
  /** Why it is not a JSON object in UTF-8, in words; undefined when it is one. */
  readonly fault: string | undefined;
  /** Top-level members in the order of the text; the last one wins where a name stands twice. */
  readonly members: ReadonlyMap<string, Value>;
  /** The whole text as JSON; undefined where it is not a JSON object. */
  readonly json: Json | undefined;
  /** True where it is longer than the suite reads: nothing can be said of its content. */
  readonly unread?: true;
}

/** The most digits that are read as a number: more than any 64-bit integer has, and cheap to read. */
const mostDigits = 40;

/** How many bytes of a payload are read: no page limits how long a response is, and 200 KiB have been seen. */
export const longestPayload = 512 * 1024;

/** The content of a longer text is not kept, but read again on demand: it may take a hundred times the memory of the text. In characters. */
const mostKept = 8 * 1024;

/** Shared, because creating one takes longer than decoding a payload. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads a payload. Never throws: what is wrong with it stands in `fault`. */
export function readPayload(bytes: Uint8Array): Payload {
  const faulty = (text: string, fault: string): Payload => ({ text, fault, members: new Map(), json: undefined });
  if (bytes.length > longestPayload) {
    const beginning = Buffer.from(bytes.subarray(0, 2_000)).toString();
    return { ...faulty(`${beginning}…`, `${bytes.length} bytes, where at most ${longestPayload} are read`), unread: true };
  }
  if (bytes.length === 0) return faulty('', 'an empty payload');
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return faulty(Buffer.from(bytes).toString('latin1'), 'bytes that are not UTF-8');
  }
  let json: Json;
  try {
    json = Json.read(text);
  } catch (error) {
    if (error instanceof RangeError) return faulty(text, 'JSON that is nested too deeply to be read');
    return faulty(text, `text that is not JSON (${error instanceof Error ? error.message : String(error)})`);
  }
  const { value } = json;
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return faulty(text, `JSON that is ${describe(value)}, not an object`);
  return text.length > mostKept ? new LongPayload(text) : { text, fault: undefined, ...contentOf(json) };
}

type PayloadContent = Pick<Payload, 'members' | 'json'>;

function contentOf(json: Json): PayloadContent {
  const members = Object.entries(json.value as object).map(
    ([name, member]) => [name, toValue(member, json.literalOf(name))] as const,
  );
  return { members: new Map(members), json };
}

/** A JSON object that keeps only its text. */
class LongPayload implements Payload {
  readonly text: string;
  readonly fault = undefined;
  #content: WeakRef<PayloadContent> | undefined;

  constructor(text: string) {
    this.text = text;
  }

  get members(): Payload['members'] {
    return this.#read().members;
  }

  get json(): Payload['json'] {
    return this.#read().json;
  }

  #read(): PayloadContent {
    const content = this.#content?.deref() ?? contentOf(Json.read(this.text));
    this.#content = new WeakRef(content);
    return content;
  }
}

function toValue(value: unknown, source: string | undefined): Value {
  if (typeof value === 'number')
    return { type: 'number', literal: source ?? String(value), number: wholeNumber(source ?? String(value)) };
  if (typeof value === 'string') {
    return { type: 'string', literal: JSON.stringify(value), number: wholeNumber(value.trim()) };
  }
  if (typeof value === 'boolean') return { type: 'boolean', literal: String(value), number: undefined };
  if (value === null) return { type: 'null', literal: 'null', number: undefined };
  return Array.isArray(value)
    ? { type: 'array', literal: '[…]', number: undefined }
    : { type: 'object', literal: '{…}', number: undefined };
}

/** The whole part of a decimal literal, exact at any size up to {@link mostDigits} digits. */
function wholeNumber(literal: string): bigint | undefined {
  return decimal(literal)?.whole;
}

/** Whether a member is exactly this number, however it is written: nothing is rounded, and a String is read as its digits. */
export function isExactly(value: Value, number: bigint): boolean {
  const literal = value.type === 'string' ? (JSON.parse(value.literal) as string).trim() : value.literal;
  const read = decimal(literal);
  return read !== undefined && !read.fraction && read.whole === number;
}

/** A decimal literal: its whole part, and whether there is more than that. */
function decimal(literal: string): { readonly whole: bigint; readonly fraction: boolean } | undefined {
  const match = /^([+-]?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/.exec(literal);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const shift = Number(exponent);
  const digits = whole + fraction;
  const length = whole.length + shift;
  if (length > mostDigits || digits.length > mostDigits * 2) return undefined;
  const magnitude = length <= 0 ? 0n : BigInt(digits.slice(0, length).padEnd(length, '0'));
  return { whole: sign === '-' ? -magnitude : magnitude, fraction: /[1-9]/.test(digits.slice(Math.max(0, length))) };
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}
