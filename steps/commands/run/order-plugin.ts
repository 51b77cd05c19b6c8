import type { Plugin } from '@cucumber/cucumber/api';
import { scenarioAt, turnOf } from '../../requirements/scenario-turn.ts';

/** As much of a scenario as its place in the order depends on. */
interface PlacedScenario {
  readonly pickle: { readonly uri: string; readonly steps: readonly { readonly text: string }[] };
  readonly location: { readonly line: number };
}

/** One of so many lanes, from 0. */
export interface Lane {
  readonly number: number;
  readonly of: number;
}

const turnNumber = ({ pickle, location }: PlacedScenario): number => turnOf(scenarioAt(pickle.uri, location.line)).number;

/** The scenarios in any order, with those of fixed turns put in their places. */
export function inTurn<T extends PlacedScenario>(scenarios: readonly T[]): T[] {
  return scenarios.toSorted((a, b) => {
    const [turn, other] = [turnNumber(a), turnNumber(b)];
    if (turn !== other) return turn - other;
    return turn === 1 ? 0 : a.location.line - b.location.line;
  });
}

/** About how many exchanges one after the other a step takes: it says so, or for how many seconds it asks; a link of its own is measured first. */
function exchangesOf(text: string): number {
  const [, times] = / (\d+) times, one after the other\b/.exec(text) ?? [];
  const [, seconds] = / for at most (\d+) s\b/.exec(text) ?? [];
  const inTurn = text.endsWith(' in turn') ? text.match(/\b(?:Long|String)\b/g) : null;
  const link = text.startsWith('a link of ') ? 5 : 0;
  return Math.max(Number(times ?? 0), 2 * Number(seconds ?? 0), inTurn?.length ?? 0, link);
}

/** About how long a scenario takes, in exchanges. */
const lengthOf = ({ pickle: { steps } }: PlacedScenario): number =>
  1 + Math.max(0, ...steps.map(({ text }) => exchangesOf(text)));

/** Those of the scenarios that a lane runs: in each turn, the longest first, each goes to the lane that has the least to do. */
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

/** For runs with `--order random`, where Cucumber has shuffled the scenarios when it comes to this, and for those with several lanes. */
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
