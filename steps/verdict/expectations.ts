import type { Expected, Report, RequirementResult, SituationResult } from './report.ts';

/** What the vendor says is known to fail: an entry of `expectations.yaml`. */
export interface Expectation extends Expected {
  /** Of the requirement. */
  readonly id: string;
  /** Title or place of one of its situations; all of them when absent. */
  readonly situation?: string;
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

/** Whether an entry speaks of a situation of its requirement. */
export function covers(
  { situation }: Pick<Expectation, 'situation'>,
  { title, place }: Pick<SituationResult, 'title' | 'place'>,
): boolean {
  return situation === undefined || situation === title || situation === place;
}

/** Why and until when a failure in a situation is known; undefined where it is not. An entry that is out of date excuses nothing. */
function knownOf(
  { entries, today }: Expectations,
  id: string,
  situation: Pick<SituationResult, 'title' | 'place'>,
): Expected | undefined {
  const entry = entries.find((candidate) => candidate.id === id && !isPast(candidate, today) && covers(candidate, situation));
  return entry === undefined ? undefined : { reason: entry.reason, until: entry.until };
}

/** The same results, in which every failure that is known says so. */
export function withExpected(results: readonly RequirementResult[], expectations: Expectations): readonly RequirementResult[] {
  return results.map((result) => {
    const situations = result.situations.map((situation) => withKnown(situation, result.id, expectations));
    const expected = expectedOf(situations);
    return { ...result, situations, ...(expected === undefined ? {} : { expected }) };
  });
}

/** The same result, which says that its failure is known where it is. */
export function withKnown(situation: SituationResult, id: string, expectations: Expectations): SituationResult {
  const expected = situation.failure === undefined ? undefined : knownOf(expectations, id, situation);
  return expected === undefined ? situation : { ...situation, expected };
}

/** What a requirement's failures have in common: known as a whole only where each of them is; until the first of their days. */
export function expectedOf(situations: readonly SituationResult[]): Expected | undefined {
  const failed = situations.filter(({ failure }) => failure !== undefined);
  const known = failed.flatMap(({ expected }) => (expected === undefined ? [] : [expected]));
  const [until] = known.map((one) => one.until).sort();
  if (until === undefined || known.length < failed.length) return undefined;
  return { reason: [...new Set(known.map(({ reason }) => reason))].join('; '), until };
}

/** Where the file and the results disagree, one line an entry. */
export function mistakesIn(results: readonly RequirementResult[], { entries, today }: Expectations): readonly string[] {
  return entries.flatMap((entry) => {
    const { id, situation, until, at } = entry;
    const own = results.find((result) => result.id === id)?.situations.filter((candidate) => covers(entry, candidate)) ?? [];
    const what = situation === undefined ? id : `${id} in "${situation}"`;
    // What was not judged, or broke, may fail still.
    const judged = own.length > 0 && own.every(({ status }) => status === 'passed' || status === 'inapplicable');
    if (judged && own.every(({ status }) => status === 'inapplicable'))
      return [`${at}: ${what} is inapplicable here, so that nothing fails; remove the entry`];
    if (judged) return [`${at}: ${what} no longer fails; remove the entry`];
    if (isPast(entry, today))
      return [`${at}.until: ${until} is past, and ${what} is expected to fail no more; mend it, or agree on a later day`];
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
