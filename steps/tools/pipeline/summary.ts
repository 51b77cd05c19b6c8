import { named } from '../../harness/text/named.ts';
import { printable } from '../../harness/text/printable.ts';
import { expectedInWords } from '../../verdict/expectations.ts';
import { unstableInWords } from '../../verdict/repeat.ts';
import type { Report, RequirementResult, Status } from '../../verdict/report.ts';

/** How many requirements are shown with their failures; the table has all requirements. */
const mostTold = 20;

/** The order of the table: what needs fixing comes first. */
const order: readonly Status[] = ['failed', 'inconclusive', 'warning', 'untested', 'passed', 'inapplicable'];

/** The longest text of an implementation that is shown, in characters. */
const longest = 600;

/**
 * A run as Markdown, for the summary of a GitHub job: the verdict, the requirements that are not met, and all requirements. Texts of an
 * implementation or its target file are escaped, so that they are neither Markdown nor HTML.
 */
export function summaryOf(report: Report): string {
  const { verdict, because, target, requirements, faults, expectations } = report;
  const name = named(target);
  const sorted = order.flatMap((status) => requirements.filter((requirement) => requirement.status === status));
  const unmet = sorted.filter(({ status }) => status === 'failed' || status === 'warning');
  const wrong = [...faults, ...(expectations?.mistakes ?? [])];
  return [
    `## ${escaped(name)}: ${verdict}`,
    `Because ${escaped(because)}.`,
    facts(report),
    ...(wrong.length === 0 ? [] : [list(wrong.map((fault) => escaped(fault)))]),
    ...(unmet.length === 0 ? [] : ['### Not met', ...unmet.slice(0, mostTold).map((requirement) => told(requirement))]),
    ...(unmet.length > mostTold ? [`And ${unmet.length - mostTold} more; the report has all of them.`] : []),
    `### All ${requirements.length} requirements`,
    table(
      ['status', 'level', 'requirement', 'scenarios'],
      sorted.map((requirement) => row(requirement)),
    ),
    '',
  ].join('\n\n');
}

function facts({ target, suite, requirementSet, counts, strict, repeat }: Report): string {
  const { role, file, start, imageDigest, build } = target;
  const counted = order.filter((status) => counts[status] > 0).map((status) => `${counts[status]} ${status}`);
  return list([
    `${role}, ${code(start)}, described by ${code(file)}`,
    ...(imageDigest === undefined ? [] : [`image ${code(imageDigest)}`]),
    ...(build === undefined ? [] : [`build ${code(`${build.name} ${build.digest}`)}`]),
    counted.join(', ') + (strict ? '; recommendations decide (strict)' : ''),
    ...(repeat === undefined ? [] : [`${repeat.runs.length} of ${repeat.asked} runs`]),
    `${escaped(`${suite.name} ${suite.version}`)}${requirementSet === undefined ? '' : `, requirement set ${escaped(requirementSet.name)}`}`,
  ]);
}

function told({ id, level, sentence, scenarios, expected }: RequirementResult): string {
  const failed = scenarios.filter(({ failure }) => failure !== undefined);
  const [first] = failed;
  return [
    `**${escaped(id)}** (${level.toUpperCase()}): ${escaped(sentence)}`,
    list([
      ...(first?.failure === undefined
        ? []
        : [
            `scenario: ${escaped(first.title)}`,
            `expected: ${escaped(first.failure.expected)}`,
            `received: ${code(first.failure.received)}`,
            ...(first.failure.likely === undefined ? [] : [`likely: ${escaped(first.failure.likely)}`]),
          ]),
      ...(first?.unstable === undefined ? [] : [`unstable: ${escaped(unstableInWords(first.unstable))}`]),
      ...(failed.length > 1 ? [`in ${failed.length} of ${scenarios.length} scenarios`] : []),
      ...(expected === undefined ? [] : [escaped(expectedInWords(expected))]),
    ]),
  ].join('\n\n');
}

function row({ id, level, status, reason, sentence, scenarios }: RequirementResult): readonly string[] {
  const passed = scenarios.filter((scenario) => scenario.status === 'passed').length;
  const why = reason === undefined ? '' : `<br>${escaped(reason)}`;
  return [
    `${status}${why}`,
    level.toUpperCase(),
    `${code(id)}<br>${escaped(sentence)}`,
    `${passed} of ${scenarios.length} passed`,
  ];
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function code(text: string): string {
  return `<code>${escaped(text)}</code>`;
}

/**
 * Escapes a text for one line of Markdown. A character reference is never part of Markdown's structure (CommonMark 0.31.2, 6.2), nor of a
 * link that GitHub recognises automatically.
 */
function escaped(text: string): string {
  return printable(text, longest).replaceAll(/[!-/:-@[-`{-~]/g, (character) => `&#${character.charCodeAt(0)};`);
}
