import type { Plugin } from '@cucumber/cucumber/api';
import { scenarioAt, turnOf } from '../../requirements/scenario-turn.ts';

/** As much of a scenario as its place in the order depends on. */
interface Placed {
  readonly pickle: { readonly uri: string };
  readonly location: { readonly line: number };
}

/** The scenarios in any order, with those of fixed turns put in their places. */
export function inTurn<T extends Placed>(scenarios: readonly T[]): T[] {
  return scenarios.toSorted((a, b) => {
    const [turn, other] = [a, b].map(({ pickle, location }) => turnOf(scenarioAt(pickle.uri, location.line)).number);
    if (turn === undefined || other === undefined || turn !== other) return (turn ?? 0) - (other ?? 0);
    return turn === 1 ? 0 : a.location.line - b.location.line;
  });
}

/** For runs with `--order random`, where Cucumber has shuffled the scenarios when it comes to this, and for those with several lanes. */
const plugin: Plugin = {
  type: 'plugin',
  coordinator: async ({ operation, transform }) => {
    if (operation === 'runCucumber') transform('pickles:order', async (scenarios) => inTurn(scenarios));
    return undefined;
  },
};

export default plugin;
