import type { Plugin } from '@cucumber/cucumber/api';
import { scenarioAt, turnOf } from '../../requirements/scenario-turn.ts';

/** The members of a scenario that its place in the order depends on. */
interface PlacedScenario {
  readonly pickle: { readonly uri: string; readonly steps: readonly { readonly text: string }[] };
  readonly location: { readonly line: number };
}

/** The number of a lane, from 0, and the number of all lanes. */
export interface Lane {
  readonly number: number;
  readonly of: number;
}

const turnNumber = ({ pickle, location }: PlacedScenario): number => turnOf(scenarioAt(pickle.uri, location.line)).number;

/** Sorts the scenarios by their turns. Those of turn 1 keep their order; in every other turn, the lines of the feature decide. */
export function inTurn<T extends PlacedScenario>(scenarios: readonly T[]): T[] {
  return scenarios.toSorted((a, b) => {
    const [turn, other] = [turnNumber(a), turnNumber(b)];
    if (turn !== other) return turn - other;
    return turn === 1 ? 0 : a.location.line - b.location.line;
  });
}

/** An estimate of how many exchanges a step makes one after the other, by its text; a step with a link first measures the link. */
function exchangesOf(text: string): number {
  const [, times] = / (\d+) times, one after the other\b/.exec(text) ?? [];
  const [, seconds] = / for at most (\d+) s\b/.exec(text) ?? [];
  const inTurn = text.endsWith(' in turn') ? text.match(/\b(?:Long|String)\b/g) : null;
  const link = text.startsWith('a link of ') ? 5 : 0;
  return Math.max(Number(times ?? 0), 2 * Number(seconds ?? 0), inTurn?.length ?? 0, link);
}

/** An estimate of how long a scenario takes, in exchanges. */
const lengthOf = ({ pickle: { steps } }: PlacedScenario): number =>
  1 + Math.max(0, ...steps.map(({ text }) => exchangesOf(text)));

/** The scenarios of a lane. In each turn, the longest scenario comes first, and goes to the lane that has the least to do. */
export function ofLane<T extends PlacedScenario>(scenarios: readonly T[], { number, of }: Lane): T[] {
  const turns = Map.groupBy(inTurn(scenarios), turnNumber);
  return [...turns.values()].flatMap((turn) => {
    const work = Array.from({ length: of }, () => 0);
    const byLength = turn.toSorted((a, b) => lengthOf(b) - lengthOf(a));
    return byLength.filter((scenario) => {
      const free = work.indexOf(Math.min(...work));
      work[free] = (work[free] ?? 0) + lengthOf(scenario);
      return free === number;
    });
  });
}

/** For runs with `--order random`, in which Cucumber has shuffled the scenarios before, and for runs with several lanes. */
const plugin: Plugin<{ readonly lane?: Lane }> = {
  type: 'plugin',
  optionsKey: 'turns',
  coordinator: async ({ operation, options: { lane }, transform }) => {
    if (operation === 'runCucumber')
      transform('pickles:order', async (scenarios) => (lane === undefined ? inTurn(scenarios) : ofLane(scenarios, lane)));
    return undefined;
  },
};

export default plugin;
