import type { Level, Requirement, Scenario } from '../requirements/requirement.ts';
import type { Finding, LateFinding } from './evidence.ts';
import { type Expectations, mistakesIn, summaryOf, withExpected } from './expectations.ts';
import type { Failure, Report, RequirementResult, ScenarioResult, Shard, Status, Verdict } from './report.ts';
import type { Execution, Transcript } from './transcript.ts';

/** How the run was made, as far as it matters for what its results prove. */
export interface Circumstances {
  /** Recommendations decide the verdict as well. */
  readonly strict: boolean;
  /** Places of the scenarios that were selected; all of them when absent. */
  readonly selected?: ReadonlySet<string>;
  /** The selected scenarios are this part of all, and the other parts are run elsewhere. */
  readonly shard?: Shard;
  /** The run was told to end at the first failure. */
  readonly failFast?: boolean;
  /** What interrupted the run: "SIGINT". */
  readonly interrupted?: string;
  /** What the suite itself did wrong, in one sentence. */
  readonly fault?: string;
  /** What is known to fail. */
  readonly expectations?: Expectations;
}

/** What a run comes to. */
export interface Judgement {
  readonly verdict: Verdict;
  /** Why, in one sentence. */
  readonly because: string;
  readonly exitCode: 0 | 1 | 4;
  /** What broke besides the scenarios. */
  readonly faults: readonly string[];
  /** Number of requirements of each status. */
  readonly counts: Readonly<Record<Status, number>>;
  readonly requirements: readonly RequirementResult[];
  readonly expectations?: NonNullable<Report['expectations']>;
}

/** A scenario that is judged, and the other requirements without which its finding says nothing. */
export interface Judged {
  readonly result: ScenarioResult;
  readonly needs: readonly string[];
}

/** A requirement whose scenarios are judged each by itself. */
export interface Case {
  readonly requirement: Requirement;
  readonly scenarios: readonly Judged[];
}

/**
 * The verdict, and the only place where one is made. Whatever is not shown to be passed is not passed: a scenario that has not run to
 * its end, that was tried twice or that left evidence which cannot be read counts as inconclusive.
 */
export function judge(requirements: readonly Requirement[], transcript: Transcript, circumstances: Circumstances): Judgement {
  const { strict, interrupted, fault } = circumstances;
  const executions = Map.groupBy(transcript.executions(), ({ place }) => place);
  const declared = [
    ...(interrupted === undefined ? [] : [`the run was interrupted (${interrupted})`]),
    ...(fault === undefined ? [] : [fault]),
    // Whatever failed beside it: what the suite saw after a mistake of its own does not decide against anybody.
    ...transcript.suiteFaults(),
  ];
  const faults = [...declared, ...transcript.faults(), ...strangers(requirements, transcript)];
  const absent = reasonOfAbsence(transcript, circumstances, faults[0]);
  const cases = requirements.map((requirement) => ({
    requirement,
    scenarios: requirement.scenarios.map((scenario) =>
      judgeScenario(
        requirement,
        scenario,
        executions.get(scenario.place) ?? [],
        () => absent(scenario.place),
        circumstances.failFast,
      ),
    ),
  }));
  const judged = concludeCases(withLateFindings(cases, transcript.lateFindings()));
  const { expectations } = circumstances;
  const results = expectations === undefined ? judged : withExpected(judged, expectations);
  const mistakes = expectations === undefined || expectations.oneOfSeveral === true ? [] : mistakesIn(results, expectations);

  const counts = countStatuses(results);
  const conclude = (verdict: Verdict, exitCode: 0 | 1 | 4, because: string): Judgement => {
    const summary = expectations === undefined ? {} : { expectations: summaryOf(expectations, mistakes) };
    return { verdict, because, exitCode, faults, counts, requirements: results, ...summary };
  };
  const broken = brokenOf(results, strict);
  const ran = results.some(({ scenarios }) => scenarios.some(({ status }) => status === 'passed' || status === 'warning'));

  if (declared.length > 0) return conclude('incomplete', 4, declared.join('; '));
  if (broken.length > 0) {
    const known = broken.every(({ expected }) => expected !== undefined) && faults.length + mistakes.length === 0;
    // Expected or not, it does not conform. What is allowed is only to go on, and only after a whole run.
    const goesOn = expectations?.allowed === true && known && results.every(isWhole);
    return conclude('does not conform', goesOn ? 0 : 1, becauseBroken(broken, results.length));
  }
  const { shard } = circumstances;
  // No verdict, and no trouble either: a pipeline that runs the parts goes on to merge them.
  if (shard !== undefined && faults.length === 0 && results.every(isDone))
    return conclude('incomplete', 0, `it is shard ${shard.number} of ${shard.of}, of which nothing failed; merge all of them`);
  if (counts.untested + counts.inconclusive > 0) return conclude('incomplete', 4, becauseOpen(counts, faults));
  if (faults.length > 0) return conclude('incomplete', 4, faults.join('; '));
  if (mistakes.length > 0) return conclude('incomplete', 4, `its expectations are out of step: ${mistakes.join('; ')}`);
  if (!ran) return conclude('incomplete', 4, 'not one scenario was tested');
  return conclude('conforms', 0, becauseMet(counts));
}

/**
 * What one scenario comes to by itself, before charges and consequences: also for a first word while the run lasts.
 *
 * @param absent What to say when it never started.
 */
export function judgeScenario(
  { id, level }: Pick<Requirement, 'id' | 'level'>,
  { title, place }: Pick<Scenario, 'title' | 'place'>,
  executions: readonly Execution[],
  absent: () => Absence = () => ({ status: 'inconclusive', reason: 'it never started' }),
  failFast = false,
): Judged {
  const evidence = executions.flatMap((execution) => execution.evidence);
  const common = {
    title,
    place,
    information: evidence.flatMap((piece) => (piece.kind === 'information' ? [piece.text] : [])),
    trace: evidence.flatMap((piece) => (piece.kind === 'trace' ? piece.lines : [])),
    ...exchangesOf(evidence),
    durationMs: executions.reduce((sum, execution) => sum + execution.durationMs, 0),
  };
  const [execution, ...more] = executions;
  const judged = (outcome: Pick<ScenarioResult, 'status' | 'reason'>): Judged => ({
    result: { ...common, ...outcome },
    needs: [],
  });
  if (execution === undefined) return judged(absent());

  // A finding stands whatever else went wrong: a second attempt does not undo it, nor does a step that swallowed it.
  const findings = evidence.filter((piece) => piece.kind === 'finding');
  const finding = findings.find(({ requirement }) => requirement === id);
  if (finding !== undefined) {
    const result = { ...common, status: statusOfFailure(level), failure: toFailure(finding) };
    return { result, needs: (finding.needs ?? []).filter((other) => other !== id) };
  }

  const broke = (reason: string): Judged => judged({ status: 'inconclusive', reason });
  const [stray] = findings;
  const [unreadable] = executions.flatMap((attempt) => attempt.unreadable);
  const inapplicable = evidence.find((piece) => piece.kind === 'inapplicable');
  if (stray !== undefined) return broke(`the suite broke: the scenario belongs to ${id}, its finding to ${stray.requirement}`);
  if (unreadable !== undefined) return broke(`the suite broke: ${unreadable}`);
  if (more.length > 0 || execution.retried)
    return broke('it was tried more than once, and what counts is that it passes at once');
  if (!execution.finished) return broke('it did not come to its end');
  if (execution.outcome === 'SKIPPED' && inapplicable !== undefined)
    return judged({ status: 'inapplicable', reason: inapplicable.reason });
  if (execution.outcome === 'SKIPPED' && failFast) return judged(notRun);
  if (execution.outcome !== 'PASSED') return broke(inWords(execution));
  if (inapplicable !== undefined) return broke(`the suite broke: it ran although it is inapplicable (${inapplicable.reason})`);
  return judged({ status: 'passed' });
}

function exchangesOf(evidence: Execution['evidence']): Pick<ScenarioResult, 'exchanges' | 'exchangesMade'> {
  const pieces = evidence.filter((piece) => piece.kind === 'exchanges');
  const exchanges = pieces.flatMap((piece) => piece.exchanges);
  const made = pieces.reduce((sum, piece) => sum + piece.made, 0);
  if (exchanges.length === 0) return {};
  return { exchanges, ...(made > exchanges.length ? { exchangesMade: made } : {}) };
}

type Absence = Pick<ScenarioResult, 'status'> & { readonly reason: string };

const notSelected: Absence = { status: 'untested', reason: 'not selected' };
const notRun: Absence = { status: 'untested', reason: 'not run: --fail-fast' };

function reasonOfAbsence(
  transcript: Transcript,
  { selected, failFast = false }: Circumstances,
  fault: string | undefined,
): (place: string) => Absence {
  const stopped = failFast && transcript.executions().some(({ outcome }) => outcome === 'FAILED');
  return (place) => {
    if (selected !== undefined && !selected.has(place)) return notSelected;
    if (stopped) return notRun;
    return { status: 'inconclusive', reason: fault === undefined ? 'it never started' : `it never started: ${fault}` };
  };
}

function inWords({ outcome, trouble }: Execution): string {
  const step = trouble?.step === undefined ? '' : ` (in "${trouble.step}")`;
  switch (outcome) {
    case 'FAILED':
      return `the suite or the set-up broke: ${trouble?.message || 'an exception without a message'}${step}`;
    case 'SKIPPED':
      return `it was skipped, and no reason given${step}`;
    case 'PENDING':
      return `the suite broke: a step is not written yet${step}`;
    case 'UNDEFINED':
      return `the suite broke: a step has no definition${step}`;
    case 'AMBIGUOUS':
      return `the suite broke: a step has several definitions${step}`;
    default:
      return trouble === undefined ? 'the suite broke: it has no step' : `the suite broke: a step has no result${step}`;
  }
}

function statusOfFailure(level: Level): Status {
  return level === 'must' ? 'failed' : 'warning';
}

/** Whether all of a requirement was judged, as far as its failures let anybody judge. */
function isWhole({ scenarios }: RequirementResult): boolean {
  return scenarios.every(({ status, reason = '' }) => {
    return status !== 'inconclusive' && (status !== 'untested' || reason.startsWith(consequence));
  });
}

/** Whether a requirement has no scenario but those that were tested, do not apply, or were not selected. */
function isDone({ scenarios }: RequirementResult): boolean {
  return scenarios.every(
    ({ status, reason }) => status !== 'inconclusive' && (status !== 'untested' || reason === notSelected.reason),
  );
}

function isFailure({ status }: { readonly status: Status }): boolean {
  return status === 'failed' || status === 'warning';
}

function toFailure(evidence: Finding | LateFinding): Failure {
  const { expected, received, likely, trace } = evidence;
  const message = evidence.kind === 'finding' ? evidence.message : undefined;
  return {
    expected,
    received,
    ...(likely === undefined ? {} : { likely }),
    trace,
    ...(message === undefined ? {} : { message }),
  };
}

/**
 * Adds what came to light after its scenario had ended. A requirement that was not selected or that is inapplicable is not charged:
 * nobody asked.
 */
function withLateFindings(cases: readonly Case[], lateFindings: readonly LateFinding[]): readonly Case[] {
  const titles = new Map(cases.flatMap(({ requirement }) => requirement.scenarios.map(({ place, title }) => [place, title])));
  return lateFindings.reduce(
    (found, lateFinding) => found.map((one) => withLateFinding(one, lateFinding, titles.get(lateFinding.scenario))),
    cases,
  );
}

function withLateFinding(one: Case, lateFinding: LateFinding, title: string | undefined): Case {
  const { requirement, scenarios } = one;
  const asked = scenarios.some(({ result }) => result.status !== 'inapplicable' && result.reason !== notSelected.reason);
  if (lateFinding.requirement !== requirement.id || !asked) return one;
  const status = statusOfFailure(requirement.level);
  const failure = toFailure(lateFinding);
  const index = scenarios.findIndex(({ result }) => result.place === lateFinding.scenario);
  const own = scenarios[index]?.result;
  if (own === undefined) {
    const late = { title: `late: ${title ?? lateFinding.scenario}`, place: lateFinding.scenario, status, failure };
    const result = { ...late, information: [], trace: lateFinding.trace, durationMs: 0 };
    return { requirement, scenarios: [...scenarios, { result, needs: [] }] };
  }
  const { reason: _, ...rest } = own;
  const late = `late: expected ${lateFinding.expected}, received ${lateFinding.received}`;
  // What failed in its own time is told first; the charge then takes its place beside it, and no other failure excuses it.
  const result = isFailure(own) ? { ...own, information: [...own.information, late] } : { ...rest, status, failure };
  return { requirement, scenarios: scenarios.with(index, { result, needs: [] }) };
}

/** What requirements come to by their scenarios, when consequences of other failures are taken back. */
export function concludeCases(cases: readonly Case[]): RequirementResult[] {
  return withoutConsequences(cases).map(judgeRequirement);
}

/**
 * Takes back each finding that another failure explains: the finding needs a requirement that is broken by itself, or one that cannot
 * be judged for such a reason in turn. What explains is always a MUST that stays failed, so that two requirements which only need each
 * other both stay failed, and a run never gets better than one failure.
 */
function withoutConsequences(cases: readonly Case[]): readonly Case[] {
  const roots = new Map<string, string>();
  const broken = new Set(cases.flatMap(({ requirement, scenarios }) => (scenarios.some(hasFailed) ? [requirement.id] : [])));
  for (const { requirement, scenarios } of cases) {
    if (scenarios.some((judged) => hasFailed(judged) && judged.needs.every((other) => !broken.has(other))))
      roots.set(requirement.id, requirement.id);
  }
  const rootOf = ({ result, needs }: Judged, { id }: Requirement): string | undefined => {
    return isFailure(result)
      ? needs.map((other) => roots.get(other)).find((root) => root !== undefined && root !== id)
      : undefined;
  };
  for (let before = -1; before < roots.size; ) {
    before = roots.size;
    for (const { requirement, scenarios } of cases) {
      const root = scenarios.map((judged) => rootOf(judged, requirement)).find((id) => id !== undefined);
      if (root !== undefined && !roots.has(requirement.id)) roots.set(requirement.id, root);
    }
  }
  return cases.map(({ requirement, scenarios }) => ({
    requirement,
    scenarios: scenarios.map((judged) => {
      const root = rootOf(judged, requirement);
      if (root === undefined) return judged;
      const { failure: _, ...rest } = judged.result;
      return { result: { ...rest, status: 'untested', reason: `${consequence} ${root} fails` }, needs: [] };
    }),
  }));
}

/** How the reason of a scenario begins that another failure leaves nothing to judge of. */
export const consequence = 'cannot be judged while';

const hasFailed = ({ result }: Judged): boolean => result.status === 'failed';

function judgeRequirement({ requirement, scenarios }: Case): RequirementResult {
  const { id, level, feature, sentence, description, source, mistakes, digest } = requirement;
  const results = scenarios.map(({ result }) => result);
  const text = { id, level, feature, sentence, description, source, mistakes, digest };
  return { ...text, ...statusOf(results), scenarios: results };
}

/** What scenarios come to together, and why. */
export function statusOf(results: readonly ScenarioResult[]): Pick<RequirementResult, 'status' | 'reason'> {
  const status = worst(results);
  const reason = reasonOf(status, results);
  return { status, ...(reason === undefined ? {} : { reason }) };
}

/** From what decides to what does not. Passed only when every scenario that applies has passed, and there is one. */
const order: readonly Status[] = ['failed', 'warning', 'inconclusive', 'untested', 'passed', 'inapplicable'];

function worst(results: readonly ScenarioResult[]): Status {
  return order.find((status) => results.some((result) => result.status === status)) ?? 'inconclusive';
}

function reasonOf(status: Status, results: readonly ScenarioResult[]): string | undefined {
  if (results.length === 0) return 'it has no scenario';
  const reasons = new Set(
    results.flatMap((result) => (result.status === status && result.reason !== undefined ? [result.reason] : [])),
  );
  return reasons.size === 0 ? undefined : [...reasons].join('; ');
}

/** What ran, or is charged, and belongs to no requirement of the list: it was judged by nobody. */
function strangers(requirements: readonly Requirement[], transcript: Transcript): readonly string[] {
  const places = new Set(requirements.flatMap(({ scenarios }) => scenarios.map(({ place }) => place)));
  const ids = new Set(requirements.map(({ id }) => id));
  const ran = new Set(transcript.executions().map(({ place }) => place));
  const found = new Set(transcript.lateFindings().map(({ requirement }) => requirement));
  return [
    ...[...ran].filter((place) => !places.has(place)).map((place) => `${place} ran and belongs to no requirement`),
    ...[...found].filter((id) => !ids.has(id)).map((id) => `${id} is found and is no requirement`),
  ];
}

/** How many requirements came to each status. */
export function countStatuses(results: readonly RequirementResult[]): Record<Status, number> {
  const counts: Record<Status, number> = { passed: 0, failed: 0, warning: 0, inapplicable: 0, untested: 0, inconclusive: 0 };
  for (const { status } of results) counts[status] += 1;
  return counts;
}

/** The requirements whose failure decides the verdict. */
export function brokenOf(results: readonly RequirementResult[], strict: boolean): readonly RequirementResult[] {
  return results.filter(({ status }) => status === 'failed' || (strict && status === 'warning'));
}

function becauseBroken(broken: readonly RequirementResult[], total: number): string {
  const unknown = broken.filter(({ expected }) => expected === undefined);
  const known = broken.filter(({ expected }) => expected !== undefined);
  const share = known.length === 0 ? '' : unknown.length === 0 ? ', as expected' : `, ${known.length} of them as expected`;
  const named = idsInWords([...unknown, ...known]);
  return `${broken.length} of ${requirementsIn(total)} ${broken.length === 1 ? 'is' : 'are'} not met${share}: ${named}`;
}

/** The ids of the first few requirements, and how many more there are. */
export function idsInWords(requirements: readonly Pick<RequirementResult, 'id'>[]): string {
  const named = requirements.slice(0, 3).map(({ id }) => id);
  const list = requirements.length > named.length ? [...named, `${requirements.length - named.length} more`] : named;
  const last = list.pop();
  return list.length === 0 ? `${last}` : `${list.join(', ')} and ${last}`;
}

function becauseOpen({ untested, inconclusive }: Readonly<Record<Status, number>>, faults: readonly string[]): string {
  const open = [
    untested === 0 ? '' : `${requirementsIn(untested)} untested`,
    inconclusive === 0 ? '' : `${requirementsIn(inconclusive)} inconclusive`,
  ];
  return [open.filter((part) => part !== '').join(' and '), ...faults].join('; ');
}

function becauseMet({ warning, inapplicable }: Readonly<Record<Status, number>>): string {
  const applying = inapplicable === 0 ? '' : ' that applies';
  if (warning === 0) return `every requirement${applying} was tested and is met`;
  return `every requirement${applying} was tested and every MUST is met (${warning} ${warning === 1 ? 'recommendation is' : 'recommendations are'} not)`;
}

/** "1 requirement", "2 requirements". */
export function requirementsIn(count: number): string {
  return `${count} ${count === 1 ? 'requirement' : 'requirements'}`;
}
