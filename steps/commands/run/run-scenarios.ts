import type { Envelope } from '@cucumber/messages';
import type { Requirement } from '../../requirements/requirement.ts';
import { type Owned, turnOf } from '../../requirements/scenario-turn.ts';
import { evidenceEnvelope } from '../../verdict/attachment.ts';
import type { LateFinding } from '../../verdict/evidence.ts';
import { failedBesideOthers } from '../../verdict/judged-scenario.ts';
import type { Execution, Transcript } from '../../verdict/transcript.ts';
import type { RunPlan } from './run-plan.ts';
import { pathsOf } from './selection.ts';

/** How often a scenario is repeated if the suite stood still. */
const mostAgain = 2;

/** How many of the scenarios that ran at the same time as another one are listed. */
const mostNamed = 5;

/** The recipients of the results of scenarios. */
export interface Listeners {
  /** Receives the messages of Cucumber. */
  readonly transcript: Transcript;
  readonly onMessage: (envelope: Envelope) => void;
  /** A scenario has its result. @param done how many have one */
  readonly onJudged: (execution: Execution, owner: Requirement | undefined, done: number) => void;
  /** The first round is over: scenarios without a result are run again, one at a time. */
  readonly onAgain?: () => void;
}

/**
 * Runs the scenarios of a plan. Scenarios without a result are run again: those in which the suite stood still, and those that did not
 * pass while others ran at the same time.
 *
 * @param lanes how many run at the same time
 */
export async function runScenarios(plan: RunPlan, lanes: number, listeners: Listeners): Promise<void> {
  const { onMessage, onJudged, onAgain, transcript } = listeners;
  const { options, order, requirements, selected, shard, target } = plan;
  const { runFeatures } = await import('./cucumber.ts');
  const scenarios = new Map(plan.scenarios.map((owned) => [owned[1].place, owned]));
  const touched = new Set<string>();
  const crowded = new Map<string, Execution>();
  const alone: Execution[] = [];
  let done = 0;
  transcript.onFinished((execution) => {
    const { place, evidence } = execution;
    if (failedBesideOthers(execution)) crowded.set(place, execution);
    else if (evidence.some(({ kind }) => kind === 'standstill')) touched.add(place);
    else {
      if (crowded.has(place)) alone.push(execution);
      done += 1;
      onJudged(execution, scenarios.get(place)?.[0], done);
    }
  });
  const common = { failFast: options.failFast === true, order, onMessage };
  const paths = pathsOf(requirements, shard === undefined ? selected : undefined);
  await runFeatures({ ...common, paths, shard, lanes, inTurn: lanes > 1 && target.role === 'server' });
  for (const place of crowded.keys()) touched.add(place);
  for (let again = 0; again < mostAgain && touched.size > 0; again += 1) {
    onAgain?.();
    const left = [...touched];
    touched.clear();
    await runFeatures({ ...common, paths: left, shard: undefined, lanes: 1, inTurn: false });
  }
  for (const finding of unexplained([...crowded.values()], alone, scenarios)) onMessage(evidenceEnvelope(finding));
}

/**
 * If the server ended while several scenarios ran, and none of them ends it alone, the suite cannot tell which one did: each of them gets
 * the finding. Scenarios of another turn ran at another time.
 */
function unexplained(
  crowded: readonly Execution[],
  alone: readonly Execution[],
  scenarios: ReadonlyMap<string, Owned>,
): LateFinding[] {
  const passed = new Set(alone.filter(({ outcome }) => outcome === 'PASSED').map(({ place }) => place));
  const suspects = crowded.flatMap((execution) => {
    const beside = execution.evidence.find((piece) => piece.kind === 'beside');
    const owned = scenarios.get(execution.place);
    return beside?.ended === undefined || owned === undefined
      ? []
      : [{ execution, owned, ended: beside.ended, places: beside.places }];
  });
  const byTurn = [...Map.groupBy(suspects, ({ owned }) => turnOf(owned).number).values()];
  const unsolved = byTurn.filter((some) => some.every(({ execution }) => passed.has(execution.place)));
  return unsolved.flat().flatMap(({ execution: { place, evidence }, owned: [{ id }], ended, places }): LateFinding[] => {
    const finding = evidence.find((piece) => piece.kind === 'finding');
    if (finding === undefined) return [];
    const more = places.length > mostNamed ? ` and ${places.length - mostNamed} more` : '';
    const others = `${places.slice(0, mostNamed).join(', ')}${more}`;
    const received = `the server ${ended} while this scenario and others ran: ${others}. None of them ends it when it runs alone`;
    const { expected, trace } = finding;
    return [{ kind: 'lateFinding', requirement: id, scenario: place, expected, received, trace }];
  });
}
