import { named } from '../../harness/text/named.ts';
import { isFailure } from '../../verdict/judged-scenario.ts';
import type { Report, RequirementResult, ScenarioResult, Status } from '../../verdict/report.ts';

/** A requirement in the new report and in the old one. */
export interface Change {
  readonly id: string;
  readonly level: 'must' | 'should';
  readonly sentence: string;
  /** Absent if only the new report has the requirement. */
  readonly old?: Status;
  /** Absent if only the old report has the requirement. */
  readonly new?: Status;
  /** True if the text of the requirement is different. */
  readonly reworded: boolean;
  /** Titles of the scenarios with a different result. */
  readonly scenarios: readonly string[];
}

/** What differs between two reports. */
export interface Comparison {
  readonly old: ComparedReport;
  readonly new: ComparedReport;
  /** Requirements that got worse, each MUST before each SHOULD. */
  readonly worse: readonly Change[];
  readonly better: readonly Change[];
  /** Requirements with a different result that is neither better nor worse: for example, failed before and untested now. */
  readonly other: readonly Change[];
  /** Requirements that only the new report has. */
  readonly added: readonly Change[];
  /** Requirements that only the old report has. */
  readonly removed: readonly Change[];
  /** Ids of requirements with a different text. */
  readonly reworded: readonly string[];
  /** True if a MUST got worse. */
  readonly mustGotWorse: boolean;
}

/** One of the two reports. */
export interface ComparedReport {
  readonly name: string;
  readonly verdict: string;
  /** The released requirement set, or that there is none. */
  readonly set: string;
  readonly finished: string;
  readonly durationMs: number;
}

/**
 * Compares two reports of implementations of one role.
 *
 * A requirement gets worse when it passed before and now does not, for any reason, and when it fails and did not fail before. It gets
 * better only when it passes now: one that is no longer tested has shown nothing.
 */
export function compareReports(old: Report, now: Report): Comparison {
  const before = new Map(old.requirements.map((requirement) => [requirement.id, requirement]));
  const after = new Map(now.requirements.map((requirement) => [requirement.id, requirement]));
  const both = now.requirements.flatMap((requirement) => {
    const earlier = before.get(requirement.id);
    return earlier === undefined ? [] : [changeOf(earlier, requirement)];
  });
  const differing = both.filter((change) => change.old !== change.new);
  const isWorse = (change: Change): boolean => change.old === 'passed' || (isBad(change.new) && !isBad(change.old));
  const worse = differing.filter(isWorse).toSorted((a, b) => a.level.localeCompare(b.level));
  return {
    old: sideOf(old),
    new: sideOf(now),
    worse,
    better: differing.filter((change) => change.new === 'passed'),
    other: differing.filter((change) => !isWorse(change) && change.new !== 'passed'),
    added: now.requirements.filter(({ id }) => !before.has(id)).map((requirement) => changeOf(undefined, requirement)),
    removed: old.requirements.filter(({ id }) => !after.has(id)).map((requirement) => changeOf(requirement, undefined)),
    reworded: both.filter(({ reworded }) => reworded).map(({ id }) => id),
    mustGotWorse: worse.some(({ level }) => level === 'must'),
  };
}

/**
 * Compares a report with an earlier one of the same implementation. Requirements that one of the runs did not select are left out.
 *
 * @returns undefined for another implementation, or if one of the runs was interrupted or broke
 */
export function changesSince(earlier: Report, now: Report): Comparison | undefined {
  const [before, after] = [earlier.target, now.target];
  if (before.role !== after.role || before.name !== after.name) return undefined;
  if (earlier.finished === undefined || earlier.faults.length > 0 || now.faults.length > 0) return undefined;
  const isUnselected = ({ scenarios }: RequirementResult): boolean =>
    scenarios.every(({ untested }) => untested === 'not selected');
  const unselected = new Set([earlier, now].flatMap((report) => report.requirements.filter(isUnselected).map(({ id }) => id)));
  const selected = (report: Report): Report => ({
    ...report,
    requirements: report.requirements.filter(({ id }) => !unselected.has(id)),
  });
  return compareReports(selected(earlier), selected(now));
}

const isBad = (status?: Status): boolean => status !== undefined && isFailure({ status });

function changeOf(old: RequirementResult | undefined, now: RequirementResult | undefined): Change {
  const { id = '', level = 'must', sentence = '' } = now ?? old ?? {};
  const before = new Map((old?.scenarios ?? []).map(({ title, status }) => [title, status]));
  const moved = ({ title, status }: ScenarioResult): boolean => before.has(title) && before.get(title) !== status;
  return {
    id,
    level,
    sentence,
    ...(old === undefined ? {} : { old: old.status }),
    ...(now === undefined ? {} : { new: now.status }),
    reworded: old !== undefined && now !== undefined && old.digest !== now.digest,
    scenarios: (now?.scenarios ?? []).filter(moved).map(({ title }) => title),
  };
}

function sideOf({ target, verdict, requirementSet, started, finished, durationMs }: Report): ComparedReport {
  return {
    name: named(target),
    verdict,
    set: requirementSet?.modified.length === 0 ? requirementSet.name : 'no released set',
    finished: finished ?? started,
    durationMs,
  };
}
