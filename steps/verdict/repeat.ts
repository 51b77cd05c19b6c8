import { counted } from '../harness/text/counted.ts';
import { idsInWords } from './because.ts';
import { type Expectations, expectedOf, mistakesIn, summaryOf } from './expectations.ts';
import { brokenOf, countStatuses, statusOf } from './judge.ts';
import type { Report, RequirementResult, ScenarioResult, Status, Unstable } from './report.ts';

/** A series of runs so far. */
export interface RunSeries {
  /** How many runs were asked for. */
  readonly asked: number;
  /** The reports of the runs so far, in their order. */
  readonly reports: readonly [Report, ...Report[]];
  /** The folder of each report, relative to the combined report. */
  readonly folders: readonly string[];
  /** The last run was interrupted, or could not start. */
  readonly cut: boolean;
  readonly expectations?: Expectations;
  /** The resources that the suite's process used, if the series is long enough. */
  readonly resources?: NonNullable<Report['repeat']>['resources'];
}

/** The result of a run: verdict, reason and exit code. */
type Conclusion = Pick<Report, 'verdict' | 'because' | 'exitCode'>;

/**
 * Combines the reports of several runs. Each requirement has its worst result: one failure in any run fails it. If results differ between
 * the runs and none of them decides, the series is incomplete.
 */
export function combine(series: RunSeries): Report {
  const { asked, reports, folders, expectations } = series;
  const [first] = reports;
  const last = reports.at(-1) ?? first;
  const requirements = first.requirements.map((requirement) => worstOf(requirement, reports, folders));
  const unstable = requirements.filter(isUnstable).map(({ id }) => id);
  const changes = changesIn(reports);
  const mistakes = expectations === undefined ? [] : mistakesIn(requirements, expectations);
  const { verdict, because, exitCode } = conclude(series, requirements, changes, mistakes);
  const { order, ...common } = last;
  return {
    ...common,
    // Each run may have its own order.
    ...(order !== undefined && reports.every((report) => report.order === order) ? { order } : {}),
    verdict,
    because,
    exitCode,
    faults: [...reports.flatMap(({ faults }, index) => faults.map((fault) => `run ${index + 1}: ${fault}`)), ...changes],
    ...(expectations === undefined ? {} : { expectations: summaryOf(expectations, mistakes) }),
    repeat: {
      asked,
      runs: reports.map((report, index) => {
        return { folder: folders[index] ?? '', verdict: report.verdict, because: report.because, exitCode: report.exitCode };
      }),
      unstable,
      ...(series.resources === undefined ? {} : { resources: series.resources }),
    },
    started: first.started,
    durationMs: reports.reduce((sum, { durationMs }) => sum + durationMs, 0),
    counts: countStatuses(requirements),
    requirements,
  };
}

/** Whether the result of a requirement differs between runs. */
export function isUnstable({ scenarios }: Pick<RequirementResult, 'scenarios'>): boolean {
  return scenarios.some(({ unstable }) => unstable !== undefined);
}

/** "passed in 3 and failed in 2 of 5 runs; run 2 is shown". */
export function unstableInWords({ counts, run }: Unstable): string {
  const told = Object.entries(counts).map(([status, count]) => `${status} in ${count}`);
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return `${told.slice(0, -1).join(', ')} and ${told.at(-1)} of ${total} runs; run ${run} is shown`;
}

/** One line: "resources of the suite, medians of the first and the last 2 runs: resident memory 190.1 → 191.0 MiB, …". */
export function resourcesInWords({ runs, first, last }: NonNullable<RunSeries['resources']>): string {
  const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
  const told = [
    `resident memory ${mebibytes(first.residentBytes)} → ${mebibytes(last.residentBytes)} MiB`,
    `heap ${mebibytes(first.heapBytes)} → ${mebibytes(last.heapBytes)} MiB`,
    ...(first.openFiles === undefined ? [] : [`open files ${first.openFiles} → ${last.openFiles ?? 'unknown'}`]),
  ];
  return `resources of the suite, medians of the first and the last ${runs} runs: ${told.join(', ')}`;
}

function conclude(
  { asked, reports, cut, expectations }: RunSeries,
  requirements: readonly RequirementResult[],
  changes: readonly string[],
  mistakes: readonly string[],
): Conclusion {
  const incomplete = (because: string, exitCode: 3 | 4 = 4): Conclusion => ({ verdict: 'incomplete', because, exitCode });
  const openRun = (index: number): string => `run ${index + 1} of ${asked} is incomplete: ${reports[index]?.because}`;
  const { strict } = reports[0];

  // As for a single run: an unfinished run decides nothing.
  if (cut) return incomplete(openRun(reports.length - 1), reports.at(-1)?.exitCode === 3 ? 3 : 4);
  if (reports.length < asked) return incomplete(`only ${reports.length} of ${asked} runs were made`);
  if (changes.length > 0) return incomplete(changes.join('; '));

  const unstable = requirements.filter(isUnstable);
  const deciding = reports.filter(({ verdict }) => verdict === 'does not conform');
  if (deciding.length > 0) {
    const often = (id: string): number => deciding.filter((report) => fails(id, report)).length;
    const broken = brokenOf(requirements, strict).filter(({ id }) => often(id) > 0);
    const goesOn =
      expectations?.allowed === true &&
      mistakes.length === 0 &&
      reports.every(({ exitCode }) => exitCode === 0) &&
      unstable.every(({ expected }) => expected !== undefined);
    const ids = idsInWords(broken.map(({ id }) => ({ id: `${id} (in ${often(id)} of ${asked} runs)` })));
    const are = `${broken.length === 1 ? 'is' : 'are'} not met${goesOn ? ', as expected' : ''}`;
    const because = `${broken.length} of ${counted(requirements.length, 'requirement')} ${are}: ${ids}`;
    return { verdict: 'does not conform', because, exitCode: goesOn ? 0 : 1 };
  }
  const open = reports.findIndex(({ verdict }) => verdict === 'incomplete');
  if (open >= 0) return incomplete(openRun(open));
  if (unstable.length > 0)
    return incomplete(
      `${counted(unstable.length, 'requirement')} did not have the same result in all ${asked} runs: ${idsInWords(unstable)}`,
    );
  if (mistakes.length > 0) return incomplete(`its expectations are outdated: ${mistakes.join('; ')}`);
  return { verdict: 'conforms', because: `${reports[0].because}, in each of ${asked} runs`, exitCode: 0 };
}

function fails(id: string, { requirements, strict }: Report): boolean {
  return brokenOf(requirements, strict).some((broken) => broken.id === id);
}

/** What should be the same in all runs, but is not, in words. */
function changesIn(reports: readonly Report[]): string[] {
  const changed = (what: string, of: (report: Report) => string | undefined): string[] => {
    const index = reports.findIndex((report) => of(report) !== undefined && of(report) !== of(reports[0] as Report));
    return index < 1 ? [] : [`${what} differs in run ${index + 1} from run 1`];
  };
  return [
    ...changed('the image', ({ target }) => target.imageDigest),
    ...changed('the target file', ({ target }) => target.fileDigest),
    ...changed('the text of the features', ({ suite }) => suite.featuresDigest),
  ];
}

function worstOf({ id }: RequirementResult, reports: readonly Report[], folders: readonly string[]): RequirementResult {
  const results = reports.flatMap(({ requirements }) => requirements.find((requirement) => requirement.id === id) ?? []);
  // A run that broke as a whole says nothing about the stability of the implementation.
  const broke = reports.map(({ verdict, faults }) => verdict === 'incomplete' && faults.length > 0);
  const keys = new Set(results.flatMap(({ scenarios }) => scenarios.map(keyOf)));
  const scenarios = [...keys].map((key) => worstScenario(results, key, broke, folders));
  const expected = expectedOf(scenarios);
  const { reason: _, expected: __, ...rest } = results[0] as RequirementResult;
  return { ...rest, ...statusOf(scenarios), ...(expected === undefined ? {} : { expected }), scenarios };
}

/** The key of a scenario. The title is part of it, because a late finding has the place of another scenario. */
function keyOf({ title, place }: ScenarioResult): string {
  return `${place} ${title}`;
}

/** The same result, with the capture in the folder of its run. */
function inFolder(result: ScenarioResult, folder: string): ScenarioResult {
  const { failure } = result;
  if (failure?.capture === undefined) return result;
  const { file, frame } = failure.capture;
  return { ...result, failure: { ...failure, capture: { file: `${folder}/${file}`, frame } } };
}

function worstScenario(
  results: readonly RequirementResult[],
  key: string,
  broke: readonly boolean[],
  folders: readonly string[],
): ScenarioResult {
  const runs = results.map(({ scenarios }) => scenarios.find((scenario) => keyOf(scenario) === key));
  const { status } = statusOf(runs.filter((run) => run !== undefined));
  const index = runs.findIndex((run) => run?.status === status);
  const shown = inFolder(runs[index] as ScenarioResult, folders[index] ?? '');
  // Only late findings can be missing in a run: without one, the scenario counts as passed.
  const statuses = runs.map((run): Status => run?.status ?? 'passed').filter((_, run) => broke[run] !== true);
  // An untested scenario contradicts no other result.
  if (new Set(statuses.filter((one) => one !== 'untested')).size <= 1) return shown;
  const counts: Partial<Record<Status, number>> = {};
  for (const one of statuses) counts[one] = (counts[one] ?? 0) + 1;
  return { ...shown, unstable: { counts, run: index + 1 } };
}
