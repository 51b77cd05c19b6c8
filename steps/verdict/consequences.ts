import { mistakesOf, type Requirement } from '../requirements/requirement.ts';
import { isFailure, type JudgedScenario } from './judged-scenario.ts';

/** A requirement with the results of its scenarios. */
export interface JudgedRequirement {
  readonly requirement: Requirement;
  readonly scenarios: readonly JudgedScenario[];
}

/** Why a scenario cannot be judged, in words. */
export function becauseOf(id: string): string {
  return `cannot be judged while ${id} fails`;
}

/**
 * Makes a scenario untested if another failure explains its own. A failure is explained in two cases:
 *
 * - its requirement depends, directly or indirectly, on a requirement that failed;
 * - it shows a mistake that another failed requirement lists as usual.
 *
 * A scenario that is too uncertain to judge is explained in the first case only. The explanation is always a MUST that stays failed.
 * Therefore two requirements that explain each other both stay failed, and at least one failure always remains.
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

/** Whether a failure may prove to be a consequence. @param isMet whether it is already known that a requirement is met */
export function mayBeConsequence(
  requirement: Pick<Requirement, 'dependsOn' | 'mistakes'>,
  { finding }: JudgedScenario,
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
  { result, finding, undecided }: JudgedScenario,
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
    // Silence explains other silence only: it does not explain a message that arrived and was wrong.
    const alike = failures.filter((one) => cause === 'silence' || one.finding?.cause !== 'silence');
    // If this requirement lists the mistake and the other does not, the failure of the other is the consequence, not the cause.
    return alike.some((one) => !own || one.finding?.mistake !== mistake || others.includes(other));
  };
  return [...(own ? others.filter((other) => dependsOn.includes(other)) : others), ...dependsOn.filter(explains)];
}

const hasFailed = ({ result }: JudgedScenario): boolean => result.status === 'failed';
