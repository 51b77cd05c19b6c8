import type { ExpectationEntry } from './expectations-document.ts';
import type { Expected, Report, RequirementResult, ScenarioResult } from './report.ts';

/** What the vendor says is known to fail: an entry of `expectations.yaml`. */
export interface Expectation extends ExpectationEntry {
  /** Where it stands: `expectations.yaml:3:5: expectations[0]`. */
  readonly at: string;
}

/** All that the vendor says is known to fail, and how it counts in a run. */
export interface Expectations {
  /** The file's name, without a folder. */
  readonly file: string;
  /** Of the role that is judged. */
  readonly entries: readonly Expectation[];
  /** What is expected to fail does not fail the process: `--allow-expected`. */
  readonly allowed: boolean;
  /** The day of the run in UTC, as `until` is written: 2027-03-31. */
  readonly today: string;
  /** One run of several shows nothing of what fails now and then: all of them together say what no longer fails. */
  readonly oneOfSeveral?: true;
}

/** Whether an entry speaks of a scenario of its requirement. */
export function covers(
  { scenario }: Pick<Expectation, 'scenario'>,
  { title, place }: Pick<ScenarioResult, 'title' | 'place'>,
): boolean {
  return scenario === undefined || scenario === title || scenario === place;
}

/** Why and until when a failure in a scenario is known; undefined where it is not. An entry that is out of date excuses nothing. */
function knownOf(
  { entries, today }: Expectations,
  id: string,
  scenario: Pick<ScenarioResult, 'title' | 'place'>,
): Expected | undefined {
  const entry = entries.find((candidate) => candidate.id === id && !isPast(candidate, today) && covers(candidate, scenario));
  return entry === undefined ? undefined : { reason: entry.reason, until: entry.until };
}

/** The same results, in which every failure that is known says so. */
export function withExpected(results: readonly RequirementResult[], expectations: Expectations): readonly RequirementResult[] {
  return results.map((result) => {
    const scenarios = result.scenarios.map((scenario) => withKnown(scenario, result.id, expectations));
    const expected = expectedOf(scenarios);
    return { ...result, scenarios, ...(expected === undefined ? {} : { expected }) };
  });
}

/** The same result, which says that its failure is known where it is. */
export function withKnown(scenario: ScenarioResult, id: string, expectations: Expectations): ScenarioResult {
  const expected = scenario.failure === undefined ? undefined : knownOf(expectations, id, scenario);
  return expected === undefined ? scenario : { ...scenario, expected };
}

/** What a requirement's failures have in common: known as a whole only where each of them is; until the first of their days. */
export function expectedOf(scenarios: readonly ScenarioResult[]): Expected | undefined {
  const failed = scenarios.filter(({ failure }) => failure !== undefined);
  const known = failed.flatMap(({ expected }) => (expected === undefined ? [] : [expected]));
  const [until] = known.map((one) => one.until).sort();
  if (until === undefined || known.length < failed.length) return undefined;
  return { reason: [...new Set(known.map(({ reason }) => reason))].join('; '), until };
}

/** Where the file and the results disagree, one line an entry. */
export function mistakesIn(results: readonly RequirementResult[], { entries, today }: Expectations): readonly string[] {
  return entries.flatMap((entry) => {
    const { id, scenario, until, at } = entry;
    const own = results.find((result) => result.id === id)?.scenarios.filter((candidate) => covers(entry, candidate)) ?? [];
    const what = scenario === undefined ? id : `${id} in "${scenario}"`;
    // What was not judged, or broke, may fail still.
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

/** What a report says of the file of expectations. */
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
