import { randomInt } from 'node:crypto';
import { WrongUse } from '../../harness/text/usage-error.ts';

/** A random order that can be repeated. */
export type RandomOrder = `random:${string}`;

/**
 * The order of the scenarios by `--order`.
 *
 * @returns `random:SEED`, with a random seed if none was given; undefined for the order of the features
 * @throws WrongUse for anything else
 */
export function readOrder(order: string | undefined): RandomOrder | undefined {
  if (order === undefined || order === 'defined') return undefined;
  if (order === 'random') return `random:${randomInt(1_000_000_000)}`;
  const [, seed] = /^random:([0-9A-Za-z_-]{1,40})$/.exec(order) ?? [];
  if (seed !== undefined) return `random:${seed}`;
  throw new WrongUse(
    `--order ${order}: expected defined, random, or random:SEED with a seed of at most 40 letters, digits, "-" and "_"`,
  );
}
