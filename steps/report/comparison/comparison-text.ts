import { printable } from '../../harness/text/printable.ts';
import type { Change, ComparedReport, Comparison } from './report-comparison.ts';

/** The parts of a comparison, with their titles. */
export const parts = [
  ['worse', 'Worse'],
  ['better', 'Better'],
  ['other', 'Other changes'],
  ['added', 'New requirements'],
  ['removed', 'Removed requirements'],
] as const;

/** A comparison as the console prints it. */
export function comparisonText(comparison: Comparison): string {
  const { old, new: now, reworded } = comparison;
  const sections = parts.flatMap(([part, title]) => {
    const changes = comparison[part];
    return changes.length === 0 ? [] : [`${title}:`, ...changes.flatMap(lines), ''];
  });
  return [
    `old  ${sideLine(old)}`,
    `new  ${sideLine(now)}`,
    '',
    ...sections,
    ...(reworded.length === 0 ? [] : [`The text of these requirements changed: ${reworded.join(', ')}`, '']),
    durations(old, now),
    conclusion(comparison),
    '',
  ]
    .map((line) => printable(line))
    .join('\n');
}

function sideLine({ name, verdict, set, finished }: ComparedReport): string {
  return `${name}: ${verdict}, requirement set ${set}, ${finished}`;
}

function lines({ id, level, sentence, scenarios, old, new: now }: Change): string[] {
  const way = [old, now].filter((status) => status !== undefined).join(' → ');
  return [
    `  ${id}  ${level.toUpperCase()}  ${way}`,
    `      ${sentence}`,
    ...scenarios.map((title) => `      scenario: ${title}`),
  ];
}

/** How long both runs took. */
export function durations(old: ComparedReport, now: ComparedReport): string {
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
  return `The old run took ${seconds(old.durationMs)}, the new one ${seconds(now.durationMs)}.`;
}

/** The result of a comparison, in one sentence. */
export function conclusion({ worse, better, mustGotWorse }: Comparison): string {
  const counts = `${worse.length} worse, ${better.length} better`;
  if (!mustGotWorse) return `No MUST got worse: ${counts}.`;
  const ids = worse.filter(({ level }) => level === 'must').map(({ id }) => id);
  return `A MUST got worse: ${counts}. ${ids.join(', ')}`;
}
