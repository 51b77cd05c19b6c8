import { distance } from 'fastest-levenshtein';

/**
 * The known name that a misspelt one most probably stands for.
 *
 * @returns undefined when none is near: at most a third of a known name's letters may differ, ignoring case
 */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({ candidate, edits: editsBetween(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, edits }) => edits <= Math.max(1, Math.ceil(candidate.length / 3)))
    .sort((a, b) => a.edits - b.edits);
  return ranked[0]?.candidate;
}

/** @returns ` (did you mean "x"?)`, or an empty text when no known name is near */
export function didYouMean(name: string, known: readonly string[]): string {
  const candidate = nearest(name, known);
  return candidate === undefined ? question(withAllWords(name, known)) : question([candidate]);
}

/** The most names that a question offers. */
const mostOffered = 4;

function question(names: readonly string[]): string {
  const quoted = names.slice(0, mostOffered).map((name) => `"${name}"`);
  const last = quoted.pop();
  if (last === undefined) return '';
  return ` (did you mean ${quoted.length === 0 ? '' : `${quoted.join(', ')} or `}${last}?)`;
}

/** Known names that have every word of a shorter name, as a beginning at least: `a-b` stands for `a-x-b2`. */
function withAllWords(name: string, known: readonly string[]): string[] {
  const wordsOf = (text: string): string[] => text.toLowerCase().split('-');
  const words = wordsOf(name);
  if (words.length < 2 || words.includes('')) return [];
  const alike = (a: string, b: string): boolean => a.startsWith(b) || (b.startsWith(a) && a.length > 2);
  return known.filter((candidate) => words.every((word) => wordsOf(candidate).some((other) => alike(other, word))));
}

/** Letters added, removed or replaced. Two swapped letters count once: the library counts two replacements. */
function editsBetween(from: string, to: string): number {
  const edits = distance(from, to);
  return edits === 2 && letters(from) === letters(to) ? 1 : edits;
}

function letters(word: string): string {
  return word.split('').sort().join('');
}
