import { counted } from '../../harness/text/counted.ts';
import { failureText } from '../../report/failure-text.ts';
import type { Paint, Style } from '../../report/paint.ts';
import type { RequirementResult, Status } from '../../verdict/report.ts';
import { type InteropReport, nameOf, type PairResult, type PairVerdict } from './interop-report.ts';

/** What the result does not prove: a sentence that every result shows. */
export const certifiesNothing =
  'interop certifies nothing: it judges only the messages that the two exchanged, and all else is untested';

const styles: Readonly<Record<PairVerdict, Style>> = {
  'work together': 'good',
  'do not work together': 'bad',
  incomplete: 'doubtful',
  inapplicable: 'quiet',
};

const marks: Readonly<Record<PairVerdict, string>> = {
  'work together': '✔',
  'do not work together': '✖',
  incomplete: '?',
  inapplicable: '-',
};

/** How the console shows a pair. */
export interface PairTextOptions {
  readonly paint: Paint;
  /** The command that repeats the pair. */
  readonly command: string;
  /** Show every requirement with its status, and every failure in full. */
  readonly verbose: boolean;
}

/** A pair with its verdict and the reasons. */
export function pairText(report: Pick<InteropReport, 'servers' | 'clients'>, pair: PairResult, telling: PairTextOptions): string {
  const { paint, command, verbose } = telling;
  const { verdict, because, reasons, requirements, starts } = pair;
  const style = styles[verdict];
  const lines = [
    `${paint(style, `${marks[verdict]} ${verdict}`)}  ${paint('strong', nameOf(report, pair))}`,
    `    ${because}`,
    ...reasons
      .filter(({ requirement }) => requirement === undefined)
      .map(({ side, text }) => `    ${side === 'both' ? 'between them' : `the ${side}`}: ${text}`),
  ];
  const told = requirements.filter(({ status }) => status === 'failed' || (status === 'warning' && verbose));
  for (const requirement of told)
    lines.push(
      '',
      indented(
        failureText(requirement, requirement.scenarios, {
          command,
          paint,
          all: verbose,
          whole: true,
          allPackets: 'interop.json',
        }),
      ),
    );
  if (told.length > 0) lines.push('');
  if (requirements.length > 0) lines.push(`    ${paint('quiet', countsOf(requirements))}`);
  if (verbose) {
    for (const { title, right, trouble } of starts)
      lines.push(`    ${title}: ${right === true ? 'the right time' : (trouble ?? 'not the right time')}`);
    for (const { id, status, reason } of requirements)
      lines.push(`    ${status.padEnd(12)}  ${id}${reason === undefined ? '' : `  ${paint('quiet', reason)}`}`);
  }
  return lines.join('\n');
}

/** The last line: the verdict on all pairs. */
export function conclusionText({ verdict, because }: InteropReport, paint: Paint): string {
  return `${paint(styles[verdict], `interop: ${verdict}`)}, because ${because}`;
}

/** How many requirements have each status, in words. */
export function countsOf(requirements: readonly Pick<RequirementResult, 'status'>[]): string {
  const order: readonly Status[] = ['failed', 'warning', 'passed', 'inconclusive', 'untested', 'inapplicable'];
  const counts = order.map((status) => [requirements.filter((one) => one.status === status).length, status] as const);
  const parts = counts.filter(([count]) => count > 0).map(([count, status]) => `${count} ${status}`);
  return `${counted(requirements.length, 'requirement')}: ${parts.join(', ')}`;
}

const indented = (text: string): string => text.replaceAll(/^(?=.)/gm, '    ');
