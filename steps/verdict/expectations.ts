import type { ExpectationEntry } from './expectations-document.ts';
import type { Expected, Report, RequirementResult, ScenarioResult } from './report.ts';

/** A failure that the vendor expects: an entry of `expectations.yaml`. */
export interface Expectation extends ExpectationEntry {
  /** Its place: `expectations.yaml:3:5: expectations[0]`. */
  readonly at: string;
}

/** All failures that the vendor expects, and how they count in a run. */
export interface Expectations {
  /** The file's name, without a folder. */
  readonly file: string;
  /** The entries of the judged role. */
  readonly entries: readonly Expectation[];
  /** `--allow-expected`: expected failures do not fail the process. */
  readonly allowed: boolean;
  /** The day of the run in UTC, in the format of `until`: 2027-03-31. */
  readonly today: string;
  /** Set for one run of several. A single run cannot show that an unstable requirement no longer fails; only all runs together can. */
  readonly oneOfSeveral?: true;
}

/** Whether an entry covers a scenario of its requirement. */
export function covers(
  { scenario }: Pick<Expectation, 'scenario'>,
  { title, place }: Pick<ScenarioResult, 'title' | 'place'>,
): boolean {
  return scenario === undefined || scenario === title || scenario === place;
}

/** The expectation for a failure in a scenario; undefined if it is not expected. An entry that is out of date counts no more. */
function knownOf(
  { entries, today }: Expectations,
  id: string,
  scenario: Pick<ScenarioResult, 'title' | 'place'>,
): Expected | undefined {
  const entry = entries.find((candidate) => candidate.id === id && !isPast(candidate, today) && covers(candidate, scenario));
  return entry === undefined ? undefined : { reason: entry.reason, until: entry.until };
}

/** The same results, with every expected failure marked. */
export function withExpected(results: readonly RequirementResult[], expectations: Expectations): readonly RequirementResult[] {
  return results.map((result) => {
    const scenarios = result.scenarios.map((scenario) => withKnown(scenario, result.id, expectations));
    const expected = expectedOf(scenarios);
    return { ...result, scenarios, ...(expected === undefined ? {} : { expected }) };
  });
}

/** The same result, with its failure marked if it is expected. */
export function withKnown(scenario: ScenarioResult, id: string, expectations: Expectations): ScenarioResult {
  const expected = scenario.failure === undefined ? undefined : knownOf(expectations, id, scenario);
  return expected === undefined ? scenario : { ...scenario, expected };
}

/** The expectation for a whole requirement: only if each of its failures is expected, and until the earliest date. */
export function expectedOf(scenarios: readonly ScenarioResult[]): Expected | undefined {
  const failed = scenarios.filter(({ failure }) => failure !== undefined);
  const known = failed.flatMap(({ expected }) => (expected === undefined ? [] : [expected]));
  const [until] = known.map((one) => one.until).sort();
  if (until === undefined || known.length < failed.length) return undefined;
  return { reason: [...new Set(known.map(({ reason }) => reason))].join('; '), until };
}

/** The entries that contradict the results, one line each. */
export function mistakesIn(results: readonly RequirementResult[], { entries, today }: Expectations): readonly string[] {
  return entries.flatMap((entry) => {
    const { id, scenario, until, at } = entry;
    const own = results.find((result) => result.id === id)?.scenarios.filter((candidate) => covers(entry, candidate)) ?? [];
    const what = scenario === undefined ? id : `${id} in "${scenario}"`;
    // A scenario that was not judged, or that broke, may still fail.
    const judged = own.length > 0 && own.every(({ status }) => status === 'passed' || status === 'inapplicable');
    if (judged && own.every(({ status }) => status === 'inapplicable'))
      return [`${at}: ${what} is inapplicable here, so nothing can fail; remove the entry`];
    if (judged) return [`${at}: ${what} no longer fails; remove the entry`];
    if (isPast(entry, today))
      return [`${at}.until: ${until} has passed, so ${what} must not fail any more; fix it, or agree on a later date`];
    return [];
  });
}

function isPast({ until }: Expectation, today: string): boolean {
  return until < today;
}

/** The part of a report about the file of expectations. */
export function summaryOf(
  { file, allowed, entries }: Expectations,
  mistakes: readonly string[],
): NonNullable<Report['expectations']> {
  return { file, allowed, entries: entries.length, mistakes };
}

/** "expected to fail until 2027-03-31: the serializer writes Strings". */
export function expectedInWords({ until, reason }: Expected): string {
  return `expected to fail until ${until}: ${reason}`;
}
