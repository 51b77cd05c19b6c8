import { stripVTControlCharacters } from 'node:util';
import { RE2JS } from 're2js';

/**
 * A regular expression of a target file, matched in time that grows with the line and not with what the expression makes of it (RE2):
 * neither a careless nor a hostile one holds up the suite.
 */
export interface Pattern {
  readonly source: string;
  /** Names of its groups. */
  readonly names: readonly string[];
  /** Whether it matches anywhere in a text, without its colours or with them. */
  matches(text: string): boolean;
  /** The named groups of its first match that took part in it; undefined when nothing matches. */
  groups(text: string): Readonly<Record<string, string>> | undefined;
}

/** What RE2 refuses because no engine can match it in linear time: look-around and back-references. */
const unbounded = /\(\?<?[=!]|\\[1-9]|\\k</;

/**
 * Reads a regular expression in JavaScript's notation, as far as RE2 knows it: all but look-ahead, look-behind and back-references.
 *
 * @throws SyntaxError whose message says what is wrong, to be put behind "is"
 */
export function readPattern(source: string): Pattern {
  if (source.includes('\\k<')) throw new SyntaxError(refusal);
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(RE2JS.translateRegExp(source));
  } catch (error) {
    if (unbounded.test(source)) throw new SyntaxError(refusal);
    // RE2 writes named groups in another way.
    const reason = (error as Error).message.replace(/^error parsing regexp: /, '').replaceAll('(?P<', '(?<');
    throw new SyntaxError(`not a regular expression: ${reason}; expected one as JavaScript has them`);
  }
  const names = Object.keys(compiled.namedGroups());
  const found = (text: string): ReturnType<typeof compiled.matcher> | undefined =>
    [...new Set([stripVTControlCharacters(text), text])].map((one) => compiled.matcher(one)).find((matcher) => matcher.find());
  return {
    source,
    names,
    matches: (text) => found(text) !== undefined,
    groups: (text) => {
      const matcher = found(text);
      if (matcher === undefined) return undefined;
      const all = names.map((name) => [name, matcher.group(name)] as const);
      return Object.fromEntries(all.filter((entry): entry is readonly [string, string] => typeof entry[1] === 'string'));
    },
  };
}

const refusal =
  'a regular expression with look-ahead, look-behind or a back-reference, which may take forever; expected one without, such as (?<time>\\d+) with the words around it';
