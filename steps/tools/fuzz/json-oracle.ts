/** The result of a second reader of payloads, which shares no code with the suite's own reader. */
export interface JsonReading {
  /** False if the bytes are not a JSON object in UTF-8 (RFC 3629, RFC 8259). */
  readonly object: boolean;
  /** The top-level members; if a name occurs twice, the last one. */
  readonly members: ReadonlyMap<string, JsonMember>;
}

/** A value in the text. */
export interface JsonMember {
  readonly type: 'number' | 'string' | 'boolean' | 'null' | 'object' | 'array';
  /** The source text of a number; the content of a string, with its escapes resolved. */
  readonly text: string;
}

const none: JsonReading = { object: false, members: new Map() };

/** Reads a payload character by character, by the grammar of RFC 8259: without JSON.parse, and without recursion. */
export function readJson(bytes: Uint8Array): JsonReading {
  if (!Buffer.from(Buffer.from(bytes).toString('utf8')).equals(bytes)) return none;
  const scanner = new Scanner(Buffer.from(bytes).toString('utf8'));
  const members = scanner.document();
  return members === undefined ? none : { object: true, members };
}

class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The members of the object; undefined if the whole text is not an object. */
  document(): Map<string, JsonMember> | undefined {
    const members = new Map<string, JsonMember>();
    const open: ('{' | '[')[] = [];
    let name: string | undefined;
    this.#space();
    if (this.#text[this.#at] !== '{') return undefined;
    for (;;) {
      // At the begin of a value.
      const value = this.#value();
      if (value === undefined) return undefined;
      if (open.length === 1 && open[0] === '{' && name !== undefined) members.set(name, value);
      let opened = value.type === 'object' || value.type === 'array';
      if (opened) open.push(value.type === 'object' ? '{' : '[');
      // At the end of a value, or after an opening bracket.
      for (;;) {
        this.#space();
        const last = open.at(-1);
        if (last === undefined) return this.#at === this.#text.length ? members : undefined;
        const next = this.#text[this.#at];
        if (next === (last === '{' ? '}' : ']')) {
          this.#at += 1;
          open.pop();
          opened = false;
          continue;
        }
        if (!opened) {
          if (next !== ',') return undefined;
          this.#at += 1;
          this.#space();
        }
        if (last === '{') {
          name = this.#string();
          this.#space();
          if (name === undefined || this.#text[this.#at] !== ':') return undefined;
          this.#at += 1;
          this.#space();
        }
        break;
      }
    }
  }

  /** A value, or the opening bracket of one. */
  #value(): JsonMember | undefined {
    const first = this.#text[this.#at];
    if (first === '{' || first === '[') {
      this.#at += 1;
      return { type: first === '{' ? 'object' : 'array', text: '' };
    }
    if (first === '"') {
      const text = this.#string();
      return text === undefined ? undefined : { type: 'string', text };
    }
    for (const word of ['true', 'false', 'null']) {
      if (!this.#text.startsWith(word, this.#at)) continue;
      this.#at += word.length;
      return { type: word === 'null' ? 'null' : 'boolean', text: word };
    }
    const number = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
    number.lastIndex = this.#at;
    const text = number.exec(this.#text)?.[0];
    if (text === undefined) return undefined;
    this.#at += text.length;
    return { type: 'number', text };
  }

  #string(): string | undefined {
    if (this.#text[this.#at] !== '"') return undefined;
    this.#at += 1;
    let content = '';
    for (;;) {
      const character = this.#text[this.#at];
      if (character === undefined || character < ' ') return undefined;
      this.#at += 1;
      if (character === '"') return content;
      if (character !== '\\') {
        content += character;
        continue;
      }
      const escaped = this.#text[this.#at] ?? '';
      this.#at += 1;
      if (escaped === 'u') {
        const hex = this.#text.slice(this.#at, this.#at + 4);
        if (!/^[0-9a-fA-F]{4}$/.test(hex)) return undefined;
        this.#at += 4;
        content += String.fromCharCode(Number.parseInt(hex, 16));
        continue;
      }
      const plain = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }[escaped];
      if (plain === undefined) return undefined;
      content += plain;
    }
  }

  #space(): void {
    while (' \t\n\r'.includes(this.#text[this.#at] ?? 'x')) this.#at += 1;
  }
}

/** Whether a decimal text is exactly this whole number: `1.50e1` is 15, and `15.5` is not a whole number. */
export function isExactly(text: string, wanted: bigint): boolean {
  const match = /^(-?)([0-9]+)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]+))?$/.exec(text);
  if (match === null) return false;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const digits = (whole + fraction).replace(/^0+/, '');
  const power = Number(exponent) - fraction.length;
  if (digits === '') return wanted === 0n;
  if (digits.length + power > 100 || digits.length + power < 1 || digits.length > 1000) return false;
  const magnitude = power >= 0 ? BigInt(digits) * 10n ** BigInt(power) : BigInt(digits);
  const divisor = power >= 0 ? 1n : 10n ** BigInt(-power);
  return magnitude % divisor === 0n && (sign === '-' ? -1n : 1n) * (magnitude / divisor) === wanted;
}
