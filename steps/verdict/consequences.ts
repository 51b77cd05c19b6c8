import { mistakesOf, type Requirement } from '../requirements/requirement.ts';
import { isFailure, type Judged } from './judged-scenario.ts';

/** A requirement whose scenarios are judged each by itself. */
export interface JudgedRequirement {
  readonly requirement: Requirement;
  readonly scenarios: readonly Judged[];
}

/** Why a scenario cannot be judged, in words. */
export function becauseOf(id: string): string {
  return `cannot be judged while ${id} fails`;
}

/**
 * Takes back each finding that another failure explains: it is one of a requirement that depends on another which is broken by itself, or
 * which cannot be judged for such a reason in turn, or it shows a mistake that another broken requirement is about. What is too uncertain to
 * be judged is a consequence in the same way, where the requirement depends on a broken one. What explains is always
 * a MUST that stays failed, so that two requirements which explain each other both stay failed, and a run never gets better than one
 * failure.
 */
export function withoutConsequences(cases: readonly JudgedRequirement[]): readonly JudgedRequirement[] {
  const broken = new Map(cases.filter(({ scenarios }) => scenarios.some(hasFailed)).map((one) => [one.requirement.id, one]));
  const explained = cases.map((one) => ({
    ...one,
    scenarios: one.scenarios.map((judged) => ({ judged, by: explanationsOf(one.requirement, judged, broken) })),
  }));
  const roots = new Map<string, string>();
  for (const { requirement, scenarios } of explained)
    if (scenarios.some(({ judged, by }) => hasFailed(judged) && by.length === 0)) roots.set(requirement.id, requirement.id);
  const rootOf = (by: readonly string[], own: string): string | undefined =>
    by.map((other) => roots.get(other)).find((root) => root !== undefined && root !== own);
  for (let before = -1; before < roots.size; ) {
    before = roots.size;
    for (const { requirement, scenarios } of explained) {
      const root = scenarios.map(({ by }) => rootOf(by, requirement.id)).find((id) => id !== undefined);
      if (root !== undefined && !roots.has(requirement.id)) roots.set(requirement.id, root);
    }
  }
  return explained.map(({ requirement, scenarios }) => ({
    requirement,
    scenarios: scenarios.map(({ judged, by }) => {
      const root = rootOf(by, requirement.id);
      if (root === undefined) return judged;
      const { failure: _, ...rest } = judged.result;
      return { result: { ...rest, status: 'untested', reason: becauseOf(root), untested: 'consequence' } };
    }),
  }));
}

/** Whether a failure may turn out to be a consequence, as far as it is known which requirements are met. */
export function mayBeConsequence(
  requirement: Pick<Requirement, 'dependsOn' | 'mistakes'>,
  { finding }: Judged,
  isMet: (id: string) => boolean,
): boolean {
  if (finding === undefined) return false;
  const { mistake } = finding;
  const foreign = mistake !== undefined && !mistakesOf(requirement).includes(mistake);
  return foreign || requirement.dependsOn.some((id) => !isMet(id));
}

/** Ids of the broken requirements that may explain a failure. */
function explanationsOf(
  { id, dependsOn, mistakes }: Requirement,
  { result, finding, undecided }: Judged,
  broken: ReadonlyMap<string, JudgedRequirement>,
): readonly string[] {
  if (undecided === true) return dependsOn;
  if (!isFailure(result) || finding === undefined) return [];
  const { cause, mistake } = finding;
  const about = [...broken.values()].filter((one) => mistake !== undefined && mistakesOf(one.requirement).includes(mistake));
  const own = mistake !== undefined && mistakesOf({ mistakes }).includes(mistake);
  const others = about.map(({ requirement }) => requirement.id).filter((other) => other !== id);
  const explains = (other: string): boolean => {
    const failures = broken.get(other)?.scenarios.filter(hasFailed) ?? [];
    // Silence leaves nothing to judge, but it says nothing of a message that came and was wrong.
    const alike = failures.filter((one) => cause === 'silence' || one.finding?.cause !== 'silence');
    // What breaks by the very mistake that this requirement is about, and is not about it, is the consequence and not the cause.
    return alike.some((one) => !own || one.finding?.mistake !== mistake || others.includes(other));
  };
  return [...(own ? others.filter((other) => dependsOn.includes(other)) : others), ...dependsOn.filter(explains)];
}

const hasFailed = ({ result }: Judged): boolean => result.status === 'failed';
