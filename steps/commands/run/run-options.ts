import type { KeyObject } from 'node:crypto';
import { LONGEST_MS, parseDuration } from '../../harness/implementation/duration.ts';
import type { Role, Target } from '../../harness/implementation/target.ts';
import { WrongUse } from '../../harness/text/usage-error.ts';
import { hostedPage } from '../../report/specification/beside-report.ts';
import type { Shard } from '../../verdict/report.ts';
import { readSigningKey } from './signing-key.ts';

/** What `run` was told. */
export interface RunOptions {
  /** Which of the embedded references. */
  readonly role?: Role;
  readonly only?: readonly string[];
  readonly tags?: string;
  /** Which part of the scenarios is run, as it was written: 2/5. */
  readonly shard?: string;
  /** How many devices ask a server at the same moment; 200 when absent. */
  readonly devices?: number;
  /** The folder that no path of the target file leads out of. */
  readonly root?: string;
  readonly strict?: true;
  /** The folder that the reports are written to. */
  readonly report: string;
  readonly json?: true;
  readonly verbose?: true;
  readonly failFast?: true;
  /** `defined`, `random` or `random:SEED`, as it was written. */
  readonly order?: string;
  /** How long the run may take, as a duration; stronger than the target file's. */
  readonly deadline?: string;
  /** The file of the private key that the certificate is signed by. */
  readonly sign?: string;
  /** Where the specification's site is offered, as a URL; reports lead to a page beside them when absent. */
  readonly docs?: string;
  /** The file of expectations; the one beside the target file when absent. */
  readonly expectations?: string;
  readonly allowExpected?: true;
  /** Keeps the packets of all scenarios, and not only those of failures. */
  readonly pcap?: true;
  /** Prints where the time went. */
  readonly profile?: true;
  /** How many whole runs are made and judged together. */
  readonly repeat?: number;
}

/** @throws WrongUse for what a shard cannot be combined with */
export function wholeOf(shard: Shard, { only, tags, repeat, failFast }: RunOptions): Shard {
  const other = { only, tags, repeat: repeat === 1 ? undefined : repeat, 'fail-fast': failFast };
  const [name] = Object.entries(other).find(([, value]) => value !== undefined) ?? [];
  if (name === undefined) return shard;
  throw new WrongUse(`--shard runs a part of a whole run, and --${name} changes what a whole run is: leave out one of them`);
}

/** @throws WrongUse for a key that cannot be used, or where nothing will be there to sign */
export function readKey({ sign, only, tags, shard }: RunOptions, { start, build }: Target): KeyObject | undefined {
  if (sign === undefined) return undefined;
  if (shard !== undefined) throw new WrongUse('--sign signs a certificate, and a shard gets none: use --sign with "merge"');
  if (only !== undefined || tags !== undefined)
    throw new WrongUse(
      `--sign signs a certificate, and a partial run gets none: leave out --${only === undefined ? 'tags' : 'only'}`,
    );
  if (start.kind !== 'container' && build === undefined)
    throw new WrongUse(
      '--sign signs a certificate, and a certificate needs the digest of a build: declare build: { name, digest } in the target file',
    );
  return readSigningKey(sign);
}

/** @throws WrongUse for what is no address of a site */
export function readDocs(base: string, role: Role): string {
  try {
    return hostedPage(base, role);
  } catch (error) {
    throw new WrongUse(`--docs ${base}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** @throws WrongUse for what is no duration */
export function readDeadline(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = parseDuration(text);
  if (ms === undefined || ms > LONGEST_MS) throw new WrongUse(`--deadline is "${text}"; expected a duration such as 90s or 10m`);
  return ms;
}
