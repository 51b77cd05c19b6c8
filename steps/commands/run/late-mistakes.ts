import type { RunRequests } from '../../harness/device/run-requests.ts';
import { requirementAbout } from '../../requirements/requirement.ts';
import type { LateFinding } from '../../verdict/evidence.ts';
import type { RunPlan } from './run-plan.ts';

/** The mistakes that the ledger found after their scenario, for the requirements that this run judges. */
export function lateFindingsOf({ lateMistakes }: Pick<RunRequests, 'lateMistakes'>, plan: RunPlan): LateFinding[] {
  const { requirements, shard } = plan;
  // A shard may find a mistake against a requirement of another shard: "merge" judges it.
  const judged = shard === undefined ? requirements.filter((requirement) => plan.includes(requirement)) : requirements;
  const ids = new Set(judged.map(({ id }) => id));
  return lateMistakes.flatMap(({ requirement, mistake = '', explained, place, expected, received, trace }): LateFinding[] => {
    const id = requirement ?? requirementAbout(requirements, mistake)?.id;
    if (id === undefined || !ids.has(id)) return [];
    const shown = explained === true ? { mistake } : {};
    return [{ kind: 'lateFinding', requirement: id, scenario: place, expected, received, ...shown, trace }];
  });
}
