type Reviver = (this: unknown, key: string, value: unknown, context: { readonly source?: string }) => unknown;

/** A JSON text, read once and without losing a digit: its value, and how each of its numbers is written. */
export class Json {
  readonly value: unknown;
  /** By the object or array that holds a number, and its name there. */
  readonly #holders: ReadonlyMap<unknown, ReadonlyMap<string, string>>;
  /** The literal of a text that is nothing but a number. */
  readonly #own: string | undefined;
  #literals: ReadonlyMap<string, string> | undefined;

  private constructor(value: unknown, holders: ReadonlyMap<unknown, ReadonlyMap<string, string>>, own: string | undefined) {
    this.value = value;
    this.#holders = holders;
    this.#own = own;
  }

  /** @throws SyntaxError for what is not JSON; RangeError for what is nested too deeply */
  static read(text: string): Json {
    const holders = new Map<unknown, Map<string, string>>();
    let own: string | undefined;
    // A reviver knows the holder of a value but not its path.
    const keepLiteral: Reviver = function (key, member, { source }) {
      if (typeof member === 'number' && source !== undefined) {
        const siblings = holders.get(this) ?? new Map<string, string>();
        holders.set(this, siblings.set(key, source));
        own = source;
      }
      return member;
    };
    const value: unknown = JSON.parse(text, keepLiteral as (this: unknown, key: string, value: unknown) => unknown);
    return new Json(value, holders, typeof value === 'number' ? own : undefined);
  }

  /** How a number is written that is a member of the outermost object; undefined for anything else. */
  literalOf(name: string): string | undefined {
    return this.#holders.get(this.value)?.get(name);
  }

  /** How each number is written, by JSON Pointer (RFC 6901). */
  get literals(): ReadonlyMap<string, string> {
    this.#literals ??= this.#collect();
    return this.#literals;
  }

  #collect(): ReadonlyMap<string, string> {
    const literals = new Map<string, string>(this.#own === undefined ? [] : [['', this.#own]]);
    const walk = (holder: unknown, path: string): void => {
      if (typeof holder !== 'object' || holder === null) return;
      for (const [key, member] of Object.entries(holder)) {
        const pointer = `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
        const literal = this.#holders.get(holder)?.get(key);
        if (literal !== undefined) literals.set(pointer, literal);
        walk(member, pointer);
      }
    };
    walk(this.value, '');
    return literals;
  }
}
