import type { Requirement } from '../../requirements/requirement.ts';
import type { SituationResult } from '../../verdict/report.ts';
import type { Implementation } from './proof-implementation.ts';
import type { Trial } from './trial.ts';

/** A situation, and the implementations that failed it. */
export interface SituationProof {
  readonly requirement: string;
  readonly place: string;
  readonly title: string;
  readonly failedBy: readonly string[];
  /** Why no implementation can fail it, where that is so. */
  readonly exempt?: string;
}

/** Every situation of these requirements, and who failed it in these trials. */
export function proveSituations(requirements: readonly Requirement[], trials: readonly Trial[]): SituationProof[] {
  const results = new Map<string, { readonly name: string; readonly result: SituationResult }[]>();
  // What came to light late is told with the place of whatever ran then: it says nothing of the requirement that this place belongs to.
  const key = (id: string, place: string): string => `${id} ${place}`;
  for (const { implementation, report } of trials) {
    // a run that crashed has no report here, and says nothing of any situation
    for (const { id, situations } of report?.requirements ?? []) {
      for (const result of situations) {
        const seen = results.get(key(id, result.place)) ?? [];
        results.set(key(id, result.place), seen);
        seen.push({ name: implementation.name, result });
      }
    }
  }
  return requirements.flatMap(({ id, capabilities, situations }) =>
    situations.map((situation) => {
      const seen = results.get(key(id, situation.place)) ?? [];
      const failedBy = seen.filter(({ result }) => result.failure !== undefined).map(({ name }) => name);
      const needed = [...capabilities, ...situation.capabilities];
      const exempt = exemption(
        needed,
        seen.map(({ result }) => result),
      );
      return {
        requirement: id,
        place: situation.place,
        title: situation.title,
        failedBy,
        ...(failedBy.length > 0 || exempt === undefined ? {} : { exempt }),
      };
    }),
  );
}

/**
 * Whether a situation cannot be failed, as the trials themselves show: nobody has to say so, and nobody can say so of a situation that
 * judges an implementation.
 */
function exemption(capabilities: readonly string[], results: readonly SituationResult[]): string | undefined {
  const applied = results.filter(({ status }) => status !== 'inapplicable');
  if (results.length > 0 && applied.length === 0 && capabilities.length > 0)
    return `no implementation declares the capability ${capabilities.join(', ')}`;
  const passed = applied.filter(({ status }) => status === 'passed');
  // What exchanges no packet has no evidence of the implementation, and so cannot blame it.
  if (passed.length > 0 && passed.every(({ wire }) => wire.length === 0))
    return 'it exchanges no packet: it judges the suite and not the implementation';
  return undefined;
}

/** Requirements that no faulty implementation breaks, and situations of a MUST that none fails, in words. */
export function gaps(
  requirements: readonly Requirement[],
  implementations: readonly Implementation[],
  situations: readonly SituationProof[],
): string[] {
  const broken = new Set(
    implementations.filter(({ kind }) => kind === 'faulty').flatMap(({ fails, warns }) => [...fails, ...warns]),
  );
  const mute = requirements.filter(({ id }) => !broken.has(id));
  const musts = new Set(requirements.filter(({ id, level }) => level === 'must' && broken.has(id)).map(({ id }) => id));
  const survived = situations.filter(
    ({ requirement, failedBy, exempt }) => musts.has(requirement) && failedBy.length === 0 && exempt === undefined,
  );
  return [
    ...mute.map(({ id, role }) => `${id}: no implementation in fixtures/faulty/${role}/ breaks it`),
    ...survived.map(({ requirement, place, title }) => `${requirement}: no implementation fails "${title}" (${place})`),
  ];
}
