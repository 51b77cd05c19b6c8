/**
 * The words of a line, as a shell would take them apart that fills nothing in: between white space, or in quotes of either kind; a
 * backslash before a quote, a space or another backslash, outside single quotes, stands for what follows.
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

/** The words in one line that {@link splitWords} takes apart again. */
export function joinWords(words: readonly string[]): string {
  return words.map((word) => (/^[^\s'"\\]+$/.test(word) ? word : `"${word.replaceAll(/(["\\])/g, '\\$1')}"`)).join(' ');
}
