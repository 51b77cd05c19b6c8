import { counted } from '../harness/text/counted.ts';
import { expectedInWords } from '../verdict/expectations.ts';
import { frameInWords } from '../verdict/frame-in-words.ts';
import { unstableInWords } from '../verdict/repeat.ts';
import { repeatCommand } from '../verdict/repeat-command.ts';
import type { RequirementResult, ScenarioResult } from '../verdict/report.ts';
import { type Paint, plain } from './paint.ts';

/** Of more packets than this, only the first and the last are shown; the report has all. */
const mostPackets = 24;

/** The longest text in a brief failure text, in characters: two and a half lines of a terminal. */
const longestBrief = 200;

/** What a failure text contains besides the results. */
export interface FailureTextOptions {
  /** The command that runs the suite on this target again: `npx iot-ntp-conformance run target.yaml`. */
  readonly command: string;
  /** The address of the page that explains the requirements; absent if there is none. */
  readonly specification?: string;
  /** The command cannot repeat a single requirement, so it is shown without --only. */
  readonly whole?: boolean;
  /** The file in the report folder that has every packet; by default `report.json`. */
  readonly allPackets?: string;
  readonly paint?: Paint;
  /** Show every failed scenario in full; otherwise the first one, and a line for each of the others. */
  readonly all?: boolean;
  /** For a failure that was shown in full before: without packets, the place in the specification, and the end of long texts. */
  readonly brief?: boolean;
}

/** The members of a requirement that a failure text quotes. */
export type QuotedRequirement = Pick<RequirementResult, 'id' | 'level' | 'sentence' | 'source'>;

/**
 * The text about a failed requirement: the expected behaviour, where it is specified, what was expected and received, and how to repeat
 * it. It does not end with a line feed.
 */
export function failureText(
  requirement: QuotedRequirement,
  scenarios: readonly ScenarioResult[],
  options: FailureTextOptions,
): string {
  const {
    command,
    specification,
    whole = false,
    paint = plain,
    all = false,
    brief = false,
    allPackets = 'report.json',
  } = options;
  const failed = scenarios.filter(({ failure }) => failure !== undefined);
  const full = all ? failed : failed.slice(0, 1);
  const warning = requirement.level === 'should';
  const style = warning ? 'doubtful' : 'bad';
  return [
    `${paint(style, `${warning ? '!' : '✖'} ${requirement.id}`)}  ${requirement.level.toUpperCase()}  ${paint('strong', requirement.sentence)}`,
    ...(brief ? [] : [`    (${requirement.source})`]),
    ...full.flatMap((scenario) => scenarioLines(scenario, paint, brief, allPackets)),
    ...alsoFailed(failed.slice(full.length), brief).flatMap((line) => entry('also', [line], paint)),
    ...(specification === undefined ? [] : entry('explained', [`${specification}#${requirement.id}`], paint)),
    ...entry('repeat', [whole ? command : repeatCommand(command, requirement.id, scenarios)], paint),
  ].join('\n');
}

function alsoFailed(scenarios: readonly ScenarioResult[], brief: boolean): string[] {
  if (brief) return scenarios.length === 0 ? [] : [counted(scenarios.length, 'further scenario')];
  return scenarios.map(({ title, failure }) => `${title}: received ${failure?.received}`);
}

function scenarioLines(
  { title, failure, expected, unstable }: ScenarioResult,
  paint: Paint,
  brief: boolean,
  allPackets: string,
): string[] {
  if (failure === undefined) return [];
  const packet = frameInWords(failure);
  const shown = (text: string): string => (brief && text.length > longestBrief ? `${text.slice(0, longestBrief - 1)}…` : text);
  return [
    ...entry('scenario', [title], paint),
    ...entry('expected', [shown(failure.expected)], paint),
    ...entry('received', [shown(failure.received)], paint),
    ...(failure.likely === undefined ? [] : entry('likely', [failure.likely], paint)),
    ...(expected === undefined ? [] : entry('known', [expectedInWords(expected)], paint)),
    ...(unstable === undefined ? [] : entry('unstable', [unstableInWords(unstable)], paint)),
    ...(brief ? [] : entry('trace', packets(failure.trace, allPackets), paint)),
    ...(brief || packet === undefined ? [] : entry('packet', [packet], paint)),
  ];
}

/** A label, and its lines in one column. */
function entry(label: string, lines: readonly string[], paint: Paint): string[] {
  return lines.map((line, index) => `    ${index === 0 ? paint('quiet', label.padEnd(9)) : ' '.repeat(9)}  ${line}`);
}

function packets(trace: readonly string[], file: string): readonly string[] {
  if (trace.length <= mostPackets) return trace;
  const half = mostPackets / 2;
  return [...trace.slice(0, half), `… ${trace.length - mostPackets} more, see ${file} …`, ...trace.slice(-half)];
}
