/**
 * Splits a line into words as a shell does, without any substitution. White space separates words; single and double quotes group.
 * Outside single quotes, a backslash escapes a quote, a space or a backslash.
 *
 * @throws SyntaxError for a quote that is not closed
 */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  const part = /\s+|'([^']*)'|"((?:\\["\\]|[^"])*)"|\\(["'\\\s])|(\\|[^\s'"\\]+)/gy;
  let word: string | undefined;
  let end = 0;
  for (const match of line.matchAll(part)) {
    const [text, single, double, escaped, plain] = match;
    end = match.index + text.length;
    const more = single ?? double?.replaceAll(/\\(["\\])/g, '$1') ?? escaped ?? plain;
    if (more === undefined) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + more;
  }
  if (end < line.length) throw new SyntaxError(`the quote at ${line.slice(end)} is not closed`);
  return word === undefined ? words : [...words, word];
}

/** Joins words to a line that {@link splitWords} splits into the same words. */
export function joinWords(words: readonly string[]): string {
  return words.map((word) => (/^[^\s'"\\]+$/.test(word) ? word : `"${word.replaceAll(/(["\\])/g, '\\$1')}"`)).join(' ');
}
