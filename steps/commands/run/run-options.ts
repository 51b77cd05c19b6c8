import type { KeyObject } from 'node:crypto';
import type { Role, Target } from '../../harness/implementation/target.ts';
import { WrongUse } from '../../harness/text/usage-error.ts';
import { hostedPage } from '../../report/specification/beside-report.ts';
import type { Shard } from '../../verdict/report.ts';
import { readSigningKey } from './signing-key.ts';

/** The options of `run`. */
export interface RunOptions {
  /** Which of the embedded references. */
  readonly role?: Role;
  readonly only?: readonly string[];
  readonly tags?: string;
  /** The part of the scenarios that is run, as the user wrote it: 2/5. */
  readonly shard?: string;
  /** How many devices send a request to a server at the same time; 200 when absent. */
  readonly devices?: number;
  /** Paths of the target file must stay inside this folder. */
  readonly root?: string;
  readonly strict?: true;
  /** The folder for the reports. */
  readonly report: string;
  readonly json?: true;
  readonly verbose?: true;
  readonly failFast?: true;
  /** `defined`, `random` or `random:SEED`, as the user wrote it. */
  readonly order?: string;
  /** How long the run may take, as a duration; overrides the target file. */
  readonly deadline?: string;
  /** The file of the private key that signs the certificate. */
  readonly sign?: string;
  /** The URL of the specification's site; when absent, reports link to a page in their folder. */
  readonly docs?: string;
  /** The file of expectations; the one beside the target file when absent. */
  readonly expectations?: string;
  readonly allowExpected?: true;
  /** Keep the packets of all scenarios, not only those of failures. */
  readonly pcap?: true;
  /** Print how the time was spent. */
  readonly profile?: true;
  /** How many runs are made and judged together. */
  readonly repeat?: number;
}

/** @throws WrongUse for options that exclude a shard */
export function wholeOf(shard: Shard, { only, tags, repeat, failFast }: RunOptions): Shard {
  const other = { only, tags, repeat: repeat === 1 ? undefined : repeat, 'fail-fast': failFast };
  const [name] = Object.entries(other).find(([, value]) => value !== undefined) ?? [];
  if (name === undefined) return shard;
  throw new WrongUse(`--shard runs a part of a whole run, and --${name} changes what a whole run is: leave out one of them`);
}

/** @throws WrongUse for a key that cannot be used, or if the run will have nothing to sign */
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

/** @throws WrongUse for a text that is not the address of a site */
export function readDocs(base: string, role: Role): string {
  try {
    return hostedPage(base, role);
  } catch (error) {
    throw new WrongUse(`--docs ${base}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
