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
  return candidate === undefined ? '' : ` (did you mean "${candidate}"?)`;
}

/** Letters added, removed or replaced. Two swapped letters count once: the library counts two replacements. */
function editsBetween(from: string, to: string): number {
  const edits = distance(from, to);
  return edits === 2 && letters(from) === letters(to) ? 1 : edits;
}

function letters(word: string): string {
  return word.split('').sort().join('');
}
