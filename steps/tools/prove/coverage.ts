import type { Requirement } from '../../requirements/requirement.ts';
import type { ScenarioResult } from '../../verdict/report.ts';
import type { Implementation } from './proof-implementation.ts';
import type { Trial } from './trial.ts';

/** A scenario, and the implementations that failed it. */
export interface ScenarioProof {
  readonly requirement: string;
  readonly place: string;
  readonly title: string;
  readonly failedBy: readonly string[];
  /** Why no implementation can fail it, where that is so. */
  readonly exempt?: string;
}

/** Every scenario of these requirements, and who failed it in these trials. */
export function proveScenarios(requirements: readonly Requirement[], trials: readonly Trial[]): ScenarioProof[] {
  const results = new Map<string, { readonly name: string; readonly result: ScenarioResult }[]>();
  // What came to light late has the place of the scenario that ran then: it says nothing of the requirement that this place belongs to.
  const key = (id: string, place: string): string => `${id} ${place}`;
  for (const { implementation, report } of trials) {
    // a run that crashed has no report here, and says nothing of any scenario
    for (const { id, scenarios } of report?.requirements ?? []) {
      for (const result of scenarios) {
        const seen = results.get(key(id, result.place)) ?? [];
        results.set(key(id, result.place), seen);
        seen.push({ name: implementation.name, result });
      }
    }
  }
  return requirements.flatMap(({ id, capabilities, scenarios }) =>
    scenarios.map((scenario) => {
      const seen = results.get(key(id, scenario.place)) ?? [];
      const failedBy = seen.filter(({ result }) => result.failure !== undefined).map(({ name }) => name);
      const needed = [...capabilities, ...scenario.capabilities];
      const exempt = exemption(
        needed,
        seen.map(({ result }) => result),
      );
      return {
        requirement: id,
        place: scenario.place,
        title: scenario.title,
        failedBy,
        ...(failedBy.length > 0 || exempt === undefined ? {} : { exempt }),
      };
    }),
  );
}

/**
 * Whether a scenario cannot be failed, as the trials themselves show: no list says so, and none could say so of a scenario that
 * judges an implementation.
 */
function exemption(capabilities: readonly string[], results: readonly ScenarioResult[]): string | undefined {
  const applied = results.filter(({ status }) => status !== 'inapplicable');
  if (results.length > 0 && applied.length === 0 && capabilities.length > 0)
    return `no implementation declares the capability ${capabilities.join(', ')}`;
  const passed = applied.filter(({ status }) => status === 'passed');
  // What exchanges no packet has no evidence of the implementation, and so cannot fail it.
  if (passed.length > 0 && passed.every(({ trace }) => trace.length === 0))
    return 'it exchanges no packet: it judges the suite and not the implementation';
  return undefined;
}

/** Requirements that no faulty implementation breaks, and scenarios of a MUST that none fails, in words. */
export function gaps(
  requirements: readonly Requirement[],
  implementations: readonly Implementation[],
  scenarios: readonly ScenarioProof[],
): string[] {
  const broken = new Set(
    implementations.filter(({ kind }) => kind === 'faulty').flatMap(({ fails, warns }) => [...fails, ...warns]),
  );
  const mute = requirements.filter(({ id }) => !broken.has(id));
  const musts = new Set(requirements.filter(({ id, level }) => level === 'must' && broken.has(id)).map(({ id }) => id));
  const survived = scenarios.filter(
    ({ requirement, failedBy, exempt }) => musts.has(requirement) && failedBy.length === 0 && exempt === undefined,
  );
  return [
    ...mute.map(({ id, role }) => `${id}: no implementation in fixtures/faulty/${role}/ breaks it`),
    ...survived.map(({ requirement, place, title }) => `${requirement}: no implementation fails "${title}" (${place})`),
  ];
}
