import { WrongUse } from '../../harness/text/usage-error.ts';
import type { Requirement } from '../../requirements/requirement.ts';
import type { Shard } from '../../verdict/report.ts';

/**
 * Reads `--shard 2/5`.
 *
 * @throws WrongUse
 */
export function readShard(text: string | undefined): Shard | undefined {
  if (text === undefined) return undefined;
  const [, number, of] = /^(\d{1,3})\/(\d{1,3})$/.exec(text) ?? [];
  const shard = { number: Number(number), of: Number(of) };
  if (shard.number >= 1 && shard.number <= shard.of) return shard;
  throw new WrongUse(`--shard is "${text}"; expected the number of a part and that of all parts, such as 2/5`);
}

/**
 * The places of the scenarios of a shard: every n-th one in the order of the features, so that all shards take about the same time.
 *
 * @throws WrongUse for a shard without scenarios
 */
export function placesOf(requirements: readonly Requirement[], { number, of }: Shard): ReadonlySet<string> {
  const places = requirements.flatMap(({ scenarios }) => scenarios.map(({ place }) => place));
  const own = places.filter((_, index) => index % of === number - 1);
  if (own.length === 0)
    throw new WrongUse(`--shard ${number}/${of}: there are ${places.length} scenarios, so this part has none`);
  return new Set(own);
}

/** The option `shard` of Cucumber for one lane in a shard: Cucumber takes every n-th scenario, as {@link placesOf} does. */
export function laneOf(lane: number, lanes: number, { number, of }: Shard = { number: 1, of: 1 }): string {
  return `${number + of * lane}/${of * lanes}`;
}
