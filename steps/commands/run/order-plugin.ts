import type { Plugin } from '@cucumber/cucumber/api';
import { readRequirements } from '../../requirements/requirement.ts';

/** As much of a scenario as its place in the order depends on. */
interface Placed {
  readonly pickle: { readonly uri: string; readonly tags: readonly { readonly name: string }[] };
  readonly location: { readonly line: number };
}

/** Tags of the requirements that depend on no other. */
const bases = new Set(
  readRequirements('server')
    .filter(({ dependsOn }) => dependsOn.length === 0)
    .map(({ id }) => `@${id}`),
);

/**
 * When a scenario has its turn, whatever the order: what all others stand on first, and last what a server may not survive, in the
 * order of the features. After that nothing could be learnt from it, and what killed it could not be told from what found it dead.
 */
function turnOf({ pickle: { uri, tags } }: Placed): number {
  if (tags.some(({ name }) => bases.has(name))) return 0;
  if (uri.endsWith('server/restart.feature')) return 4;
  if (uri.endsWith('server/faults.feature')) return 3;
  return tags.some(({ name }) => name.startsWith('@server-outlives-')) ? 2 : 1;
}

/** The scenarios in an order of chance, with those of fixed turns put in their places. */
export function inTurn<T extends Placed>(scenarios: readonly T[]): T[] {
  return scenarios.toSorted((a, b) => {
    const turn = turnOf(a);
    if (turn !== turnOf(b)) return turn - turnOf(b);
    return turn === 1 ? 0 : a.location.line - b.location.line;
  });
}

/** For runs with `--order random`: Cucumber has shuffled the scenarios when it comes to this. */
const plugin: Plugin = {
  type: 'plugin',
  coordinator: async ({ operation, transform }) => {
    if (operation === 'runCucumber') transform('pickles:order', async (scenarios) => inTurn(scenarios));
    return undefined;
  },
};

export default plugin;
