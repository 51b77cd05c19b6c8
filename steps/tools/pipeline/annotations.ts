import { dirname, join } from 'node:path';
import { printable } from '../../harness/text/printable.ts';
import { expectedInWords } from '../../verdict/expectations.ts';
import type { Report, RequirementResult } from '../../verdict/report.ts';

/** A problem that a pipeline shows at a line of a file. Its texts are printable, and only the suite adds line ends. */
export interface Annotation {
  /** error: the step fails because of it; notice: it is allowed. */
  readonly level: 'error' | 'warning' | 'notice';
  readonly title: string;
  readonly message: string;
  /** Relative to the repository. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** The files in the repository that can get annotations. */
export interface AnnotatedFiles {
  readonly target: string;
  /** The file of expectations that the user named; by default that in the folder of the target file. */
  readonly expectations?: string;
}

/** GitHub shows at most so many annotations of each level for a step. */
const mostOfLevel = 10;

/** The longest title and received text, in characters. */
const longest = { title: 250, text: 600 } as const;

/**
 * The problems of a run: why it is incomplete, each requirement that is not met, and outdated expectations. They refer to the vendor's own
 * files, because the files of the suite are not in the vendor's repository.
 */
export function annotationsOf(report: Report, sources: AnnotatedFiles): readonly Annotation[] {
  const { verdict, because, exitCode, faults, requirements } = report;
  const at = { file: sources.target, line: 1 };
  // A shard without failures is incomplete, but has no problem.
  const broken =
    verdict === 'incomplete' && exitCode !== 0
      ? [{ ...at, level: 'error' as const, title: 'incomplete', lines: [...new Set([because, ...faults])] }]
      : [];
  const unmet = requirements
    .filter(({ status }) => status === 'failed' || status === 'warning')
    .map((requirement) => ({
      ...at,
      level: levelOf(requirement, report),
      title: titleOf(requirement),
      lines: linesOf(requirement),
    }));
  const all = [...broken, ...mistakes(report, sources), ...unmet];
  return ['error' as const, 'warning' as const, 'notice' as const].flatMap((level) =>
    withinLimit(
      all
        .filter((one) => one.level === level)
        .map(({ lines, title, ...one }) => ({
          ...one,
          title: printable(title, longest.title),
          message: lines.map((line) => printable(line)).join('\n'),
        })),
    ),
  );
}

function levelOf({ status, expected }: RequirementResult, { strict, expectations }: Report): Annotation['level'] {
  const decides = status === 'failed' || strict;
  if (decides && expected !== undefined && expectations?.allowed === true) return 'notice';
  return decides ? 'error' : 'warning';
}

function titleOf({ id, sentence }: RequirementResult): string {
  return `${id}: ${sentence}`;
}

function linesOf({ scenarios, expected, source, specification }: RequirementResult): readonly string[] {
  const failed = scenarios.filter(({ failure }) => failure !== undefined);
  const [first] = failed;
  return [
    ...(first?.failure === undefined
      ? []
      : [
          `scenario: ${first.title}`,
          `expected: ${first.failure.expected}`,
          `received: ${printable(first.failure.received, longest.text)}`,
          ...(first.failure.likely === undefined ? [] : [`likely: ${first.failure.likely}`]),
        ]),
    ...(failed.length > 1 ? [`in ${failed.length} of ${scenarios.length} scenarios`] : []),
    ...(expected === undefined ? [] : [expectedInWords(expected)]),
    `source: ${source}`,
    ...(specification === undefined ? [] : [`explained: ${specification}`]),
  ];
}

function mistakes({ expectations }: Report, { target, expectations: named }: AnnotatedFiles) {
  const file = named ?? join(dirname(target), expectations?.file ?? '');
  return (expectations?.mistakes ?? []).map((mistake) => {
    // The text begins with its place: `expectations.yaml:3:5: …`.
    const line = Number(/:(\d+):\d+: /.exec(mistake)?.[1] ?? 1);
    return { file, line, level: 'error' as const, title: 'expectations out of step', lines: [mistake] };
  });
}

/** Cuts the annotations to the limit; the last one says how many are left out. */
function withinLimit(annotations: readonly Annotation[]): readonly Annotation[] {
  const [last] = annotations.slice(mostOfLevel - 1);
  if (last === undefined || annotations.length === mostOfLevel) return annotations;
  const kept = annotations.slice(0, mostOfLevel - 1);
  const others = annotations.slice(mostOfLevel - 1).map(({ title }) => title);
  return [...kept, { ...last, title: `${others.length} more`, message: others.join('\n') }];
}
