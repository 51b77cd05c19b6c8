import { printable } from './printable.ts';

/** Replaces a secret. */
const mask = '(secret)';

/** The mark at the end of a cut text. */
const cut = '…';

/** Shorter values are parts of ordinary words: hiding them would make a report unreadable. In characters. */
const shortest = 4;

/** Shorter values that a client shows are taken for words, in characters. */
const shortestLearnt = 6;

/** Shorter pieces of base64, or lines of a secret, may be parts of ordinary words too. In characters. */
const shortestPiece = 8;

/** Up to this number of beginnings, one regular expression is faster than a look-up at every character. */
const mostInOnePattern = 200;

/**
 * Replaces every secret in a text by `(secret)`: as it is, and as it looks inside JSON, inside JSON in JSON, inside a URL, in printable
 * form, in hexadecimal digits, in base64 and line by line; also the beginning of one where the text is cut and says so by "…". Values
 * of fewer than four characters stay. Applying it twice changes nothing.
 */
export function conceal(text: string, secrets: readonly string[]): string {
  return secrets.length === 0 ? text : maskOf(secrets).apply(text);
}

/** The values of at least four characters, each once, the longest first. */
export function secretsOf(values: readonly (string | undefined)[]): string[] {
  const secrets = new Set(values.filter((value) => value !== undefined && value.length >= shortest) as string[]);
  return [...secrets].sort((a, b) => b.length - a.length);
}

/**
 * Adds a secret that was not known when the run began, such as a password that a client derives from its device secret.
 *
 * @param secrets the target's list, which grows
 */
export function learnSecret(secrets: string[], value: string): void {
  if (value.length >= shortestLearnt && !maskOf(secrets).hides(value)) secrets.push(value);
}

/** One mask per list: a run keeps one list, and applies its mask to every line of every scenario. */
const masks = new WeakMap<readonly string[], Mask>();

function maskOf(secrets: readonly string[]): Mask {
  const known = masks.get(secrets);
  const current = known ?? new Mask();
  if (known === undefined) masks.set(secrets, current);
  current.learn(secrets);
  return current;
}

/** Finds all forms of a list of secrets in one pass. */
class Mask {
  /** Forms by their first characters and their length. */
  readonly #forms = new Map<string, Map<number, Set<string>>>();
  #learnt = 0;
  #finder: RegExp | undefined;

  constructor() {
    // The mask replaces itself, so that a secret like "secret" does not change it.
    this.#add(mask);
  }

  /** Adds the new secrets of the list, which only grows. */
  learn(secrets: readonly string[]): void {
    if (secrets.length === this.#learnt) return;
    for (const secret of secrets.slice(this.#learnt)) for (const form of formsOf(secret)) this.#add(form);
    this.#learnt = secrets.length;
    const heads = this.#forms.size <= mostInOnePattern ? [...this.#forms.keys()] : undefined;
    this.#finder = heads === undefined ? undefined : new RegExp(heads.map(quote).join('|'), 'g');
  }

  /** Whether the text is one of the forms. */
  hides(text: string): boolean {
    return this.#forms.get(text.slice(0, shortest))?.get(text.length)?.has(text) === true;
  }

  apply(text: string): string {
    let shown = '';
    let from = 0;
    for (let at = this.#next(text, 0); at >= 0; ) {
      const length = this.#lengthAt(text, at);
      if (length > 0) {
        shown += text.slice(from, at) + mask;
        from = at + length;
      }
      at = this.#next(text, length > 0 ? from : at + 1);
    }
    return from === 0 ? text : shown + text.slice(from);
  }

  #add(form: string): void {
    const head = form.slice(0, shortest);
    const same = this.#forms.get(head) ?? new Map<number, Set<string>>();
    const ofLength = same.get(form.length) ?? new Set();
    this.#forms.set(head, same.set(form.length, ofLength.add(form)));
  }

  /** The index where the next form may begin; -1 when there is none. */
  #next(text: string, from: number): number {
    if (this.#finder !== undefined) {
      this.#finder.lastIndex = from;
      return this.#finder.exec(text)?.index ?? -1;
    }
    for (let at = from; at + shortest <= text.length; at += 1) if (this.#forms.has(text.slice(at, at + shortest))) return at;
    return -1;
  }

  /** The length of the form at this index, in characters; 0 when there is none. */
  #lengthAt(text: string, at: number): number {
    const forms = this.#forms.get(text.slice(at, at + shortest));
    if (forms === undefined) return 0;
    // The longest first: one form may be the beginning of another.
    const lengths = [...forms.keys()].sort((a, b) => b - a);
    const whole = lengths.find((length) => forms.get(length)?.has(text.slice(at, at + length)));
    if (whole !== undefined) return whole;
    const end = text.indexOf(cut, at);
    if (end < 0 || end - at >= (lengths[0] ?? 0)) return 0;
    const rest = text.slice(at, end);
    return [...forms.values()].some((same) => [...same].some((form) => form.startsWith(rest))) ? rest.length : 0;
  }
}

function formsOf(secret: string): string[] {
  if (secret.length < shortest) return [];
  const lines = secret.split(/\r?\n/).filter((line) => line.length >= shortestPiece && !line.startsWith('-----'));
  const pieces = lines.length > 1 ? [secret, ...lines] : [secret];
  const forms = pieces.flatMap((piece) => {
    const once = inJson(piece);
    const bytes = Buffer.from(piece);
    const hex = bytes.toString('hex');
    return [
      piece,
      once,
      inJson(once),
      encodeURIComponent(piece.toWellFormed()),
      printable(piece, Number.POSITIVE_INFINITY),
      hex,
      hex.toUpperCase(),
      ...inBase64(bytes),
      // A signature in hexadecimal digits is the same in either case.
      ...(/^[0-9a-f]{32,}$/i.test(piece) ? [piece.toLowerCase(), piece.toUpperCase()] : []),
    ];
  });
  return [...new Set(forms)];
}

/** How base64 encodes bytes at any offset in a larger text, without the characters that depend on neighbouring bytes. */
function inBase64(bytes: Buffer): string[] {
  const pieces = [0, 1, 2].map((before) => {
    const whole = Math.floor((before + bytes.length) / 3) * 4;
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    return text.slice(before === 0 ? 0 : 4, whole);
  });
  return pieces
    .filter((piece) => piece.length >= shortestPiece)
    .flatMap((piece) => [piece, piece.replaceAll('+', '-').replaceAll('/', '_')]);
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function quote(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
