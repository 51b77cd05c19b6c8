import type { Requirement } from '../requirements/requirement.ts';
import { becauseBroken, becauseMet, becauseOpen } from './because.ts';
import { type JudgedRequirement, withoutConsequences } from './consequences.ts';
import { type Expectations, mistakesIn, summaryOf, withExpected } from './expectations.ts';
import { judgeScenario, notRun, notSelected, type UnrunResult } from './judged-scenario.ts';
import { withLateFindings } from './late-findings.ts';
import type { Report, RequirementResult, ScenarioResult, Shard, Status, Verdict } from './report.ts';
import type { Transcript } from './transcript.ts';

/** The circumstances of a run that matter for its verdict. */
export interface RunCircumstances {
  /** Recommendations affect the verdict as well. */
  readonly strict: boolean;
  /** Places of the scenarios that were selected; all of them when absent. */
  readonly selected?: ReadonlySet<string>;
  /** The selected scenarios are this part of all; the other parts run elsewhere. */
  readonly shard?: Shard;
  /** The run ends at the first failure: `--fail-fast`. */
  readonly failFast?: boolean;
  /** What interrupted the run: "SIGINT". */
  readonly interrupted?: string;
  /** A fault of the suite, in one sentence. */
  readonly fault?: string;
  /** The expected failures. */
  readonly expectations?: Expectations;
}

/** The result of a run. */
export interface Judgement {
  readonly verdict: Verdict;
  /** Why, in one sentence. */
  readonly because: string;
  readonly exitCode: 0 | 1 | 4;
  /** Faults besides the scenarios. */
  readonly faults: readonly string[];
  /** Number of requirements of each status. */
  readonly counts: Readonly<Record<Status, number>>;
  readonly requirements: readonly RequirementResult[];
  readonly expectations?: NonNullable<Report['expectations']>;
}

/**
 * Computes the verdict. No other code does. A scenario passes only if that is proven: if it did not finish, ran twice, or left unreadable
 * evidence, it is inconclusive.
 */
export function judge(requirements: readonly Requirement[], transcript: Transcript, circumstances: RunCircumstances): Judgement {
  const { strict, interrupted, fault } = circumstances;
  const executions = Map.groupBy(transcript.executions(), ({ place }) => place);
  const declared = [
    ...(interrupted === undefined ? [] : [`the run was interrupted (${interrupted})`]),
    ...(fault === undefined ? [] : [fault]),
    // A fault of the suite overrides all findings.
    ...transcript.suiteFaults(),
  ];
  const faults = [...declared, ...transcript.faults(), ...withoutRequirement(requirements, transcript)];
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
  const concluded = withoutConsequences(withLateFindings(cases, transcript.lateFindings()));
  const judged = concluded.map(judgeRequirement);
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
    // Even with expected failures only, it does not conform. --allow-expected changes only the exit code, and only of a whole run.
    const goesOn = expectations?.allowed === true && known && concluded.every((one) => isClosed(one, 'consequence'));
    return conclude('does not conform', goesOn ? 0 : 1, becauseBroken(broken, results.length));
  }
  const { shard } = circumstances;
  // No verdict, but no problem either: the exit code lets a pipeline go on and merge the shards.
  if (shard !== undefined && faults.length === 0 && concluded.every((one) => isClosed(one, 'not selected')))
    return conclude('incomplete', 0, `it is shard ${shard.number} of ${shard.of} and nothing failed in it; merge all shards`);
  if (counts.untested + counts.inconclusive > 0) return conclude('incomplete', 4, becauseOpen(counts, faults));
  if (faults.length > 0) return conclude('incomplete', 4, faults.join('; '));
  if (mistakes.length > 0) return conclude('incomplete', 4, `its expectations are outdated: ${mistakes.join('; ')}`);
  if (!ran) return conclude('incomplete', 4, 'no scenario was tested');
  return conclude('conforms', 0, becauseMet(counts));
}

function reasonOfAbsence(
  transcript: Transcript,
  { selected, failFast = false }: RunCircumstances,
  fault: string | undefined,
): (place: string) => UnrunResult {
  const stopped = failFast && transcript.executions().some(({ outcome }) => outcome === 'FAILED');
  return (place) => {
    if (selected !== undefined && !selected.has(place)) return notSelected;
    if (stopped) return notRun;
    return { status: 'inconclusive', reason: fault === undefined ? 'it never started' : `it never started: ${fault}` };
  };
}

/** Whether every scenario of a requirement was judged, or is untested for this reason. */
function isClosed({ scenarios }: JudgedRequirement, reason: ScenarioResult['untested']): boolean {
  return scenarios.every(
    ({ result: { status, untested } }) => status !== 'inconclusive' && (status !== 'untested' || untested === reason),
  );
}

/** The results of requirements, from the results of their scenarios, without the consequences of other failures. */
export function concludeRequirements(cases: readonly JudgedRequirement[]): RequirementResult[] {
  return withoutConsequences(cases).map(judgeRequirement);
}

function judgeRequirement({ requirement, scenarios }: JudgedRequirement): RequirementResult {
  const { id, level, feature, sentence, description, source, mistakes, digest } = requirement;
  const results = scenarios.map(({ result }) => result);
  const text = { id, level, feature, sentence, description, source, mistakes, digest };
  return { ...text, ...statusOf(results), scenarios: results };
}

/** The result of several scenarios together, and the reason. */
export function statusOf(results: readonly ScenarioResult[]): Pick<RequirementResult, 'status' | 'reason'> {
  const status = worst(results);
  const reason = reasonOf(status, results);
  return { status, ...(reason === undefined ? {} : { reason }) };
}

/** The status of a requirement is the first of these that one of its scenarios has. */
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

/** Scenarios and findings that were not judged, because they belong to no requirement of the list. */
function withoutRequirement(requirements: readonly Requirement[], transcript: Transcript): readonly string[] {
  const places = new Set(requirements.flatMap(({ scenarios }) => scenarios.map(({ place }) => place)));
  const ids = new Set(requirements.map(({ id }) => id));
  const ran = new Set(transcript.executions().map(({ place }) => place));
  const found = new Set(transcript.lateFindings().map(({ requirement }) => requirement));
  return [
    ...[...ran].filter((place) => !places.has(place)).map((place) => `${place} ran and belongs to no requirement`),
    ...[...found].filter((id) => !ids.has(id)).map((id) => `there is a finding for ${id}, which is not a requirement`),
  ];
}

/** How many requirements have each status. */
export function countStatuses(results: readonly RequirementResult[]): Record<Status, number> {
  const counts: Record<Status, number> = { passed: 0, failed: 0, warning: 0, inapplicable: 0, untested: 0, inconclusive: 0 };
  for (const { status } of results) counts[status] += 1;
  return counts;
}

/** The failed requirements that affect the verdict. */
export function brokenOf(results: readonly RequirementResult[], strict: boolean): readonly RequirementResult[] {
  return results.filter(({ status }) => status === 'failed' || (strict && status === 'warning'));
}
