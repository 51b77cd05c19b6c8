import { readFileSync, writeFileSync } from 'node:fs';
import { figures, type Proof } from './proof.ts';

/** The figures of a proof, as the README shows them. */
export function readmeText(proof: Proof): string {
  const { faulty, caught, unusual, certified, requirements, proven, scenarios, failed } = figures(proof);
  return [
    '| proven by the last run of `npm run prove` | |',
    '| --- | --- |',
    `| faulty implementations caught, by exactly the requirements that they break | ${caught} of ${faulty} |`,
    `| correct but unusual implementations certified | ${certified} of ${unusual} |`,
    `| requirements that a faulty implementation breaks | ${proven} of ${requirements} |`,
    `| scenarios that a faulty implementation fails | ${failed} of ${scenarios} |`,
  ].join('\n');
}

/**
 * A text with what stands between its two marks replaced.
 *
 * @param name of the marks
 * @throws Error when the marks are not there once each, in order
 */
export function betweenMarks(text: string, content: string, name = 'prove'): string {
  const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
  const [before, rest, ...more] = text.split(begin);
  const [, after, ...evenMore] = (rest ?? '').split(end);
  if (before === undefined || after === undefined || more.length + evenMore.length > 0)
    throw new Error(`README.md must have the lines ${begin} and ${end} once each, in this order`);
  return `${before}${begin}\n\n${content}\n\n${end}${after}`;
}

/** Puts the figures into the README. @throws Error when it has no place for them */
export function updateReadme(path: string, proof: Proof): void {
  writeFileSync(path, betweenMarks(readFileSync(path, 'utf8'), readmeText(proof)));
}
