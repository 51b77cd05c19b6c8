import { basename, dirname } from 'node:path';
import { counted } from '../harness/text/counted.ts';
import { named } from '../harness/text/named.ts';
import { printable } from '../harness/text/printable.ts';
import type { Requirement } from '../requirements/requirement.ts';
import { mayBeConsequence } from '../verdict/consequences.ts';
import { type Expectations, expectedInWords, withKnown } from '../verdict/expectations.ts';
import { judgeScenario } from '../verdict/judged-scenario.ts';
import { isUnstable, resourcesInWords, unstableInWords } from '../verdict/repeat.ts';
import type { Report, RequirementResult, ScenarioResult, Status } from '../verdict/report.ts';
import type { Execution } from '../verdict/transcript.ts';
import { type FailureTextOptions, failureText, type QuotedRequirement } from './failure-text.ts';
import { type Paint, painterFor, type Style } from './paint.ts';

/** The destination of the text: `process.stdout`, or a test. */
export interface Screen {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** What the console prints. */
export interface ConsoleOptions {
  /** As in `failureText`. */
  readonly command: string;
  /** As in `failureText`. */
  readonly specification?: string;
  /** Print each scenario, each failure in full, and what was not selected. */
  readonly verbose?: boolean;
  /** The run's name in a series: "run 2 of 5". Without --verbose, only its verdict is printed; the series prints the rest at its end. */
  readonly run?: string;
  /** The expected failures, for the failure that is printed at once. */
  readonly expectations?: Expectations;
  readonly env?: NodeJS.ProcessEnv;
}

const styles: Readonly<Record<Status, Style>> = {
  passed: 'good',
  failed: 'bad',
  warning: 'doubtful',
  inapplicable: 'quiet',
  untested: 'doubtful',
  inconclusive: 'doubtful',
};

const statusWidth = 'inapplicable'.length;

/** If more requirements than this were not judged for the same reason, they share one line. */
const mostAlike = 3;

/** Prints the progress of a run, and its results at the end. */
export class Console {
  readonly #screen: Screen;
  readonly #wording: Pick<ConsoleOptions, 'command' | 'specification'>;
  readonly #verbose: boolean;
  readonly #run: string | undefined;
  readonly #expectations: Expectations | undefined;
  readonly #paint: Paint;
  readonly #shown = new Set<string>();
  /** How many scenarios of a requirement have not passed yet. */
  readonly #open = new Map<string, number>();
  #progress = false;

  constructor(screen: Screen, { command, specification, verbose = false, run, expectations, env = process.env }: ConsoleOptions) {
    this.#screen = screen;
    this.#wording = { command, ...(specification === undefined ? {} : { specification }) };
    this.#verbose = verbose;
    this.#run = run;
    this.#expectations = expectations;
    this.#paint = painterFor(screen, env);
  }

  /** The first line: which suite judges which implementation. */
  opening({ suite, target, order }: Pick<Report, 'suite' | 'target' | 'order'>, requirements: number): void {
    if (this.#isBrief) return;
    this.line(
      `${suite.name} ${suite.version}: ${this.#paint('strong', named(target))} (${target.role}, ${target.file}), ${counted(requirements, 'requirement')}${order === undefined ? '' : `, order ${order}`}`,
    );
    if (target.loosened !== undefined) this.line(`loosened: ${target.loosened.join('; ')}`);
  }

  /** Prints one line above the line of progress. The text is made printable, because it may come from anywhere. */
  note(text: string): void {
    this.line(printable(text));
  }

  /** Prints the result of a scenario: the progress on a terminal, and the first failure at once, in full. */
  finished(execution: Execution, requirement: Requirement | undefined, done: number, total: number): void {
    if (requirement !== undefined && this.#shown.size === 0 && !this.#isBrief) this.#firstFailure(execution, requirement);
    if (this.#screen.isTTY !== true) return;
    const text = `  ${this.#run === undefined ? '' : `${this.#run}  `}${done}/${total}  ${requirement?.id ?? ''}: ${execution.title}`;
    this.#screen.write(`\r${cutTo(text, (this.#screen.columns ?? 80) - 1)}\x1b[K`);
    this.#progress = true;
  }

  /**
   * Prints the results of a run: the failures, every requirement with its status, the counts, the reports, and the verdict last.
   *
   * @param files the report files, all in one folder
   * @param uncertified why there is no certificate
   */
  closing(report: Report, files: readonly string[] = [], uncertified?: string): void {
    if (this.#isBrief) {
      this.#verdict(report);
      return;
    }
    this.#list(report.requirements);
    // After the list, so that they are on the last screen.
    for (const requirement of report.requirements) this.#failure(requirement);
    this.line('');
    this.line(countsInWords(report));
    const { requirementSet } = report;
    if (requirementSet !== undefined)
      this.line(this.#paint(requirementSet.modified.length === 0 ? 'quiet' : 'doubtful', setInWords(requirementSet)));
    if (report.target.ended !== undefined) this.line(`the ${report.target.role} ended by itself: ${report.target.ended}`);
    for (const fault of report.faults) this.line(this.#paint('doubtful', `not judged: ${fault}`));
    for (const mistake of report.expectations?.mistakes ?? []) this.line(this.#paint('bad', `outdated: ${mistake}`));
    const resources = report.repeat?.resources;
    if (resources !== undefined) this.line(this.#paint('quiet', resourcesInWords(resources)));
    const [first] = files;
    if (first !== undefined) this.line(`reports in ${dirname(first)}: ${files.map((file) => basename(file)).join(', ')}`);
    // For an incomplete run, the verdict says enough.
    if (uncertified !== undefined && report.verdict !== 'incomplete')
      this.line(this.#paint('quiet', `no certificate, because ${uncertified}`));
    this.#verdict(report);
  }

  get #isBrief(): boolean {
    return this.#run !== undefined && !this.#verbose;
  }

  #verdict({ verdict, because, target, exitCode }: Report): void {
    const style: Style = verdict === 'conforms' ? 'good' : verdict === 'incomplete' ? 'doubtful' : 'bad';
    const passed = verdict === 'does not conform' && exitCode === 0 ? '; --allow-expected lets it pass' : '';
    this.line(`${this.#paint(style, `${this.#run ?? target.name}: ${verdict}`)}, because ${because}${passed}`);
  }

  /** Prints one line unchanged, above the line of progress. */
  line(text: string): void {
    if (this.#progress) this.#screen.write('\r\x1b[K');
    this.#progress = false;
    this.#screen.write(`${text}\n`);
  }

  #firstFailure(execution: Execution, requirement: Requirement): void {
    const scenario = requirement.scenarios.find(({ place }) => place === execution.place) ?? execution;
    const judged = judgeScenario(requirement, scenario, [execution]);
    const { result } = judged;
    if (result.status !== 'failed') this.#met(requirement);
    // It may prove to be the consequence of another failure, and a warning may not affect the verdict: this is known at the end.
    if (result.status !== 'failed' || mayBeConsequence(requirement, judged, (id) => this.#open.get(id) === 0)) return;
    const shown = this.#expectations === undefined ? result : withKnown(result, requirement.id, this.#expectations);
    this.#print(requirement, [shown], { all: true });
    this.#shown.add(placeOf(requirement, result));
  }

  #met({ id, scenarios }: Requirement): void {
    this.#open.set(id, (this.#open.get(id) ?? scenarios.length) - 1);
  }

  #failure(requirement: RequirementResult): void {
    const failed = requirement.scenarios.filter(({ failure }) => failure !== undefined);
    const open = failed.filter((scenario) => !this.#shown.has(placeOf(requirement, scenario)));
    // The failure that was printed at once may have scrolled away.
    if (open.length < failed.length) this.#print(requirement, failed, { brief: true });
    if (open.length === failed.length || this.#verbose) this.#print(requirement, open, { all: this.#verbose });
  }

  #print(
    requirement: QuotedRequirement,
    scenarios: readonly ScenarioResult[],
    how: Pick<FailureTextOptions, 'all' | 'brief'>,
  ): void {
    if (scenarios.length === 0) return;
    this.line('');
    this.line(failureText(requirement, scenarios, { ...this.#wording, paint: this.#paint, ...how }));
  }

  #list(requirements: readonly RequirementResult[]): void {
    const folded = this.#verbose ? [] : alikeIn(requirements);
    const shown = requirements.filter(
      (requirement) => this.#verbose || !(isNotSelected(requirement) || folded.some((alike) => alike.includes(requirement))),
    );
    const width = Math.max(...shown.map(({ id }) => id.length), 0);
    let subject = '';
    for (const requirement of shown) {
      const next = subjectOf(requirement);
      if (next !== subject || requirement === shown[0]) {
        this.line('');
        this.line(this.#paint('strong', next));
      }
      subject = next;
      this.#requirement(requirement, width);
    }
    const notSelected = this.#verbose ? 0 : requirements.filter(isNotSelected).length;
    const lines = [
      ...folded.map((alike) => `${this.#word(alike[0]?.status ?? 'untested')}  ${requirementsOf(alike)}: ${alike[0]?.reason}`),
      ...(notSelected === 0 ? [] : [`${this.#word('untested')}  ${counted(notSelected, 'requirement')} not selected`]),
    ];
    if (lines.length > 0) this.line('');
    for (const line of lines) this.line(`  ${line}`);
  }

  #requirement(requirement: RequirementResult, width: number): void {
    const { id, level, sentence, status, reason, scenarios, expected } = requirement;
    this.line(`  ${this.#word(status)}  ${id.padEnd(width)}  ${level.toUpperCase().padEnd(6)}  ${sentence}`);
    const indent = ' '.repeat(statusWidth + 4);
    if (!this.#verbose) {
      const failed = scenarios.filter(({ failure }) => failure !== undefined).length;
      const why = failed > 0 ? `in ${failed} of ${counted(scenarios.length, 'scenario')}` : reason;
      if (why !== undefined) this.line(`${indent}${this.#paint('quiet', why)}`);
      if (expected !== undefined) this.line(`${indent}${this.#paint('quiet', expectedInWords(expected))}`);
      for (const { title, unstable } of scenarios)
        if (unstable !== undefined)
          this.line(`${indent}${this.#paint('doubtful', 'unstable')}  ${title}: ${unstableInWords(unstable)}`);
      return;
    }
    for (const scenario of scenarios) {
      const why = scenario.reason === undefined ? '' : `: ${scenario.reason}`;
      this.line(`${indent}${this.#word(scenario.status)}  ${scenario.title}${this.#paint('quiet', why)}`);
      const remarks = [
        ...(scenario.expected === undefined ? [] : [expectedInWords(scenario.expected)]),
        ...(scenario.unstable === undefined ? [] : [`unstable: ${unstableInWords(scenario.unstable)}`]),
      ];
      for (const information of [...remarks, ...scenario.information])
        this.line(`${indent}${' '.repeat(statusWidth)}  ${this.#paint('quiet', information)}`);
    }
  }

  #word(status: Status): string {
    return this.#paint(styles[status], status.padEnd(statusWidth));
  }
}

function placeOf({ id }: Pick<Requirement, 'id'>, { place }: ScenarioResult): string {
  return `${id} ${place}`;
}

function isNotSelected({ scenarios }: RequirementResult): boolean {
  return scenarios.every(({ untested }) => untested === 'not selected');
}

/**
 * Groups of requirements that were not judged for the same reason: a line for each of many would hide the rest. Inconclusive requirements
 * always share a line, because their reason is long, and the remedy is the same.
 */
function alikeIn(requirements: readonly RequirementResult[]): (readonly RequirementResult[])[] {
  const open = requirements.filter((one) => ['untested', 'inconclusive'].includes(one.status) && !isNotSelected(one));
  const groups = Map.groupBy(open, ({ status, reason }) => `${status} ${reason}`);
  return [...groups.values()].filter(({ 0: first, length }) => length > (first?.status === 'inconclusive' ? 1 : mostAlike));
}

/** "client-unix-time, client-worked-example", or the number of requirements if there are many. */
function requirementsOf(alike: readonly RequirementResult[]): string {
  return alike.length > mostAlike ? `${alike.length} requirements` : alike.map(({ id }) => id).join(', ');
}

/** The feature of a requirement: `server/qos`. */
function subjectOf({ scenarios }: RequirementResult): string {
  return scenarios[0]?.place.replace(/^features\//, '').replace(/\.feature:\d+$/, '') ?? '';
}

function setInWords({ name, digest, modified }: NonNullable<Report['requirementSet']>): string {
  if (modified.length === 0) return `requirement set ${name} (${digest.slice(0, 12)})`;
  const shown = [...modified.slice(0, 3), ...(modified.length > 3 ? [`${modified.length - 3} more`] : [])].join(', ');
  return `no released requirement set: the features differ from ${name} in ${shown}; this run certifies no set`;
}

function countsInWords({ counts, requirements }: Report): string {
  const parts = Object.entries(counts).filter(([, count]) => count > 0);
  const unstable = requirements.filter(isUnstable).length;
  const expected = requirements.filter((requirement) => requirement.expected !== undefined).length;
  return [
    `${counted(requirements.length, 'requirement')}: ${parts.map(([status, count]) => `${count} ${status}`).join(', ')}`,
    ...(expected === 0 ? [] : [`${expected} expected to fail`]),
    ...(unstable === 0 ? [] : [`${unstable} unstable`]),
  ].join('; ');
}

function cutTo(text: string, columns: number): string {
  return text.length <= columns ? text : `${text.slice(0, Math.max(0, columns - 1))}…`;
}
