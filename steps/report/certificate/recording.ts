import type { Envelope } from '@cucumber/messages';
import { specifiedBy } from '../../requirements/page-statements.ts';
import { digestOfFeatures, type Requirement, type Role, requirementsOf, root } from '../../requirements/requirement.ts';
import { type Judgement, judge, type RunCircumstances } from '../../verdict/judge.ts';
import type { Report, RequirementResult } from '../../verdict/report.ts';
import { Transcript } from '../../verdict/transcript.ts';
import { withLinks } from '../report-json.ts';

/** The result of judging a recorded run again. */
export interface Rejudged {
  /** The requirements of the features that are recorded with the run. */
  readonly requirements: readonly Requirement[];
  readonly featuresDigest: string;
  readonly judgement: Judgement;
}

/**
 * Judges a recorded run again, by the features that are recorded with it, as a run without interruption.
 *
 * @param messages the messages of `messages.ndjson`
 * @param circumstances of the run; it gets the recorded requirements
 * @throws Error that says what cannot be read, FeatureError
 */
export function rejudge(
  messages: Iterable<Envelope>,
  role: Role,
  circumstances: (requirements: readonly Requirement[]) => RunCircumstances,
): Rejudged {
  const transcript = new Transcript({ cwd: root });
  const features = new Map<string, string>();
  for (const envelope of messages) {
    const { source } = envelope;
    if (source?.uri.startsWith(`features/${role}/`) === true) features.set(source.uri, source.data);
    transcript.add(envelope);
  }
  const requirements = requirementsOf(features);
  const judgement = judge(requirements, transcript, circumstances(requirements));
  return { requirements, featuresDigest: digestOfFeatures(features), judgement };
}

/**
 * The messages of a recorded run.
 *
 * @param text the text of `messages.ndjson`
 * @throws Error that says which line is not a message
 */
export function* recordedMessages(text: string): Generator<Envelope> {
  for (const [index, line] of text.split('\n').entries()) if (line !== '') yield readLine(line, index + 1);
}

function readLine(line: string, number: number): Envelope {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return value as Envelope;
  } catch {
    // Reported below, as every other line that is not a message.
  }
  throw new Error(`line ${number} is not a message`);
}

/**
 * The differences between a report and the recorded run, one line each.
 *
 * @param whole whether this is the version of the suite that wrote the report: then every text must be the same; otherwise only the
 *   results
 */
export function contradictions(report: Report, { featuresDigest, judgement }: Rejudged, whole: boolean): string[] {
  const says = (what: string, said: unknown, recorded: unknown): string[] =>
    JSON.stringify(said) === JSON.stringify(recorded)
      ? []
      : [`${what} is ${JSON.stringify(said)}; the recorded messages give ${JSON.stringify(recorded)}`];
  const general = [
    ...says('suite.featuresDigest', report.suite.featuresDigest, featuresDigest),
    ...says('verdict', report.verdict, judgement.verdict),
    ...says('exitCode', report.exitCode, judgement.exitCode),
    ...says('faults', report.faults, judgement.faults),
    ...says('counts', report.counts, judgement.counts),
    ...(whole ? says('because', report.because, judgement.because) : []),
    ...(whole && JSON.stringify(report.specifiedBy) !== JSON.stringify(specifiedBy())
      ? [
          `specifiedBy is ${JSON.stringify(report.specifiedBy)}; the requirements of this suite are from ${JSON.stringify(specifiedBy())}`,
        ]
      : []),
    ...says(
      'the list of requirements',
      report.requirements.map(({ id }) => id),
      judgement.requirements.map(({ id }) => id),
    ),
  ];
  const recorded = new Map(
    withLinks(judgement.requirements, report.specification).map((requirement) => [requirement.id, requirement]),
  );
  const single = report.requirements.flatMap((requirement) => {
    const other = recorded.get(requirement.id);
    if (other === undefined) return [];
    const differences = says(`the result of ${requirement.id}`, core(requirement), core(other));
    if (differences.length > 0 || !whole || JSON.stringify(requirement) === JSON.stringify(other)) return differences;
    return [`its text about ${requirement.id} differs from the recorded messages`];
  });
  return [...general, ...single];
}

/** The part of a result that must be the same in every version of the suite. */
function core({ digest, status, scenarios }: RequirementResult): unknown {
  return { status, digest, scenarios: scenarios.map(({ place, status: own }) => `${place} ${own}`) };
}
