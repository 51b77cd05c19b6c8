import type { JudgedRequirement } from './consequences.ts';
import type { LateFinding } from './evidence.ts';
import { isFailure, outcomeOf } from './judged-scenario.ts';

/**
 * Adds the findings that were made after the end of their scenario. They do not count against a requirement that is inapplicable or was not
 * selected.
 */
export function withLateFindings(
  cases: readonly JudgedRequirement[],
  lateFindings: readonly LateFinding[],
): readonly JudgedRequirement[] {
  const placed = new Map(
    cases.flatMap(({ requirement }) => requirement.scenarios.map(({ place, title }) => [place, { title, id: requirement.id }])),
  );
  return lateFindings.reduce(
    (found, lateFinding) => found.map((one) => withLateFinding(one, lateFinding, placed.get(lateFinding.scenario))),
    cases,
  );
}

/** @param during the scenario in which it was found */
function withLateFinding(
  one: JudgedRequirement,
  lateFinding: LateFinding,
  during: { readonly title: string; readonly id: string } | undefined,
): JudgedRequirement {
  const { requirement, scenarios } = one;
  const asked = scenarios.some(({ result: { status, untested } }) => status !== 'inapplicable' && untested !== 'not selected');
  if (lateFinding.requirement !== requirement.id || !asked) return one;
  const outcome = outcomeOf(requirement.level, lateFinding);
  const finding = lateFinding.mistake === undefined ? {} : { finding: { mistake: lateFinding.mistake } };
  const index = scenarios.findIndex(({ result }) => result.place === lateFinding.scenario);
  const own = scenarios[index]?.result;
  if (own === undefined) {
    const late = { title: `late: ${during?.title ?? lateFinding.scenario}`, place: lateFinding.scenario, ...outcome };
    const result = {
      ...late,
      ...(during && { foundDuring: during.id }),
      information: [],
      trace: lateFinding.trace,
      durationMs: 0,
    };
    return { requirement, scenarios: [...scenarios, { result, ...finding }] };
  }
  const { reason: _, untested: _left, ...rest } = own;
  const late = `late: expected ${lateFinding.expected}, received ${lateFinding.received}`;
  // Failures during the scenario come first; the late finding follows.
  const result = isFailure(own) ? { ...own, information: [...own.information, late] } : { ...rest, ...outcome };
  return { requirement, scenarios: scenarios.with(index, { result, ...finding }) };
}
