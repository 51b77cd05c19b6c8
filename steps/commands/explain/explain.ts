import { existsSync } from 'node:fs';
import { didYouMean } from '../../harness/implementation/nearest-name.ts';
import { WrongUse } from '../../harness/text/usage-error.ts';
import { readRequirements, root } from '../../requirements/requirement.ts';

/** The text of `explain`. @throws WrongUse when there is no such requirement */
export function explain(id: string): string {
  const requirements = readRequirements();
  const requirement = requirements.find((candidate) => candidate.id === id.replace(/^@/, ''));
  if (requirement === undefined) {
    const ids = requirements.map((candidate) => candidate.id);
    throw new WrongUse(`explain ${id}: there is no such requirement${didYouMean(id, ids)}; "list" shows them`);
  }
  const { level, sentence, description, source, mistakes, capabilities, scenarios, place, digest } = requirement;
  const applies =
    capabilities.length === 0 ? '' : `\n  applies     if the target file declares the capability ${capabilities.join(', ')}`;
  // The package contains the site; in a checkout, "npm run docs" makes it.
  const file = `${root}docs/${requirement.role}.html`;
  const page = existsSync(file) ? `\n  as a page   ${file}#${requirement.id}` : '';
  return `${requirement.id}  ${level.toUpperCase()}
  ${sentence}

  ${wrap(description)}

  source      ${wrap(source, 14)}${mistakes === '' ? '' : `\n  mistakes    ${wrap(mistakes, 14)}`}${applies}
  defined in  ${place}
  digest      ${digest}${page}

  scenarios
${scenarios.map(({ title, capabilities: own }) => `    ${title}${own.length === 0 ? '' : ` [${own.join(', ')}]`}\n`).join('')}`;
}

/** Breaks a text into lines of at most 100 characters. */
function wrap(text: string, indent = 2): string {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length > 100 - indent) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.join(`\n${' '.repeat(indent)}`);
}
