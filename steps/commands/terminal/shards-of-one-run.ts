import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WrongUse } from '../../harness/text/usage-error.ts';
import type { Shard } from '../../verdict/report.ts';
import { isSystemError } from './failed-writes.ts';

/** What a shard is a part of. */
type Whole = 'run' | 'load';

/** A shard as it is merged with the others. */
export interface ShardFolder {
  readonly folder: string;
  readonly shard: Shard;
  /** What must be the same in all shards: its name in words, and a value that can be compared. */
  readonly identity: readonly (readonly [name: string, value: unknown])[];
}

/** A file of the report folder of a shard. @throws WrongUse */
export function readReported(whole: Whole, folder: string, name: string): string {
  try {
    return readFileSync(join(folder, name), 'utf8');
  } catch (error) {
    if (isSystemError(error)) throw new WrongUse(`${folder}: expected the reports of "${whole} --shard": ${error.message}`);
    throw error;
  }
}

/**
 * The shards by their numbers.
 *
 * @throws WrongUse unless they are all shards of one run or load, each once
 */
export function shardsOfOne<Part extends ShardFolder>(whole: Whole, parts: readonly Part[]): readonly [Part, ...Part[]] {
  const [first, ...others] = parts;
  if (first === undefined) throw new WrongUse('there is nothing to merge');
  for (const other of others) requireSame(whole, first, other);
  const { of } = first.shard;
  const byNumber = Map.groupBy(parts, ({ shard }) => shard.number);
  for (const [number, same] of byNumber)
    if (same.length > 1)
      throw new WrongUse(`shard ${number}/${of} is given more than once: ${same.map(({ folder }) => folder).join(', ')}`);
  const missing = Array.from({ length: of }, (_, index) => index + 1).filter((number) => !byNumber.has(number));
  if (missing.length > 0)
    throw new WrongUse(`shard ${missing.join(', ')} of ${of} is missing: merge needs all of them, also those that failed`);
  const [lowest = first, ...higher] = parts.toSorted((a, b) => a.shard.number - b.shard.number);
  return [lowest, ...higher];
}

/** @throws WrongUse for shards of different runs or loads */
function requireSame(whole: Whole, first: ShardFolder, other: ShardFolder): void {
  const identityOf = ({ identity, shard }: ShardFolder) => [...identity, ['the number of shards', shard.of] as const];
  const own = new Map(identityOf(first));
  for (const [name, value] of identityOf(other)) {
    const said = [own.get(name), value].map((one) => JSON.stringify(one) ?? 'nothing');
    if (said[0] !== said[1])
      throw new WrongUse(
        `${other.folder} is not a shard of the same ${whole} as ${first.folder}: ${name} is ${said[1]}, not ${said[0]}`,
      );
  }
}
