import type { Report, RequirementResult } from '../../verdict/report.ts';
import type { Side } from './starts.ts';

/** What a client and a server come to together. */
export type PairVerdict = 'work together' | 'do not work together' | 'incomplete' | 'inapplicable';

/** Why a pair does not work together. */
export interface Reason {
  /** At whose side it is seen; `both` where neither alone is at fault. */
  readonly side: Side;
  /** The requirement that is broken, where one is. */
  readonly requirement?: string;
  readonly text: string;
}

/** One start of the client, with the stamps of its first exchange as they were seen on the wire: decimal digits, in ms. */
export interface StartResult {
  readonly title: string;
  readonly type: 'long' | 'string';
  /** Latency of the link in ms, to the server and back. */
  readonly forthMs: number;
  readonly backMs: number;
  readonly deviceSendTime?: string;
  readonly serverRecvTime?: string;
  readonly serverSendTime?: string;
  /** The time that the client says it calculated, as it wrote it. */
  readonly reported?: string;
  /** What the formula gives, in words. */
  readonly expected?: string;
  /** Whether that is what was reported; absent where nobody can know. */
  readonly right?: boolean;
  /** What kept it from being so. */
  readonly trouble?: string;
  /** One line a packet, as the client saw them: → is what was handed to it. */
  readonly trace: readonly string[];
}

/** What came of a client in front of a server. */
export interface PairResult {
  /** Their places in {@link InteropReport.servers} and {@link InteropReport.clients}, from 0. */
  readonly server: number;
  readonly client: number;
  readonly verdict: PairVerdict;
  /** In one sentence. */
  readonly because: string;
  readonly reasons: readonly Reason[];
  readonly starts: readonly StartResult[];
  /** Of both roles; empty where nothing was started. */
  readonly requirements: readonly RequirementResult[];
  readonly durationMs: number;
}

/** `interop.json`; described by `schemas/interop.schema.json`. */
export interface InteropReport {
  readonly $schema: string;
  readonly verdict: Exclude<PairVerdict, 'inapplicable'>;
  readonly because: string;
  readonly exitCode: 0 | 1 | 3 | 4;
  /** Interop certifies nothing, and this says so to whoever reads the file only. */
  readonly certifies: false;
  readonly suite: Report['suite'];
  readonly servers: readonly Report['target'][];
  readonly clients: readonly Report['target'][];
  readonly pairs: readonly PairResult[];
  readonly started: string;
  readonly finished?: string;
  readonly durationMs: number;
  readonly environment: Report['environment'];
}

/** A pair in words. */
export function nameOf(
  { servers, clients }: Pick<InteropReport, 'servers' | 'clients'>,
  pair: Pick<PairResult, 'server' | 'client'>,
): string {
  const named = (target: Report['target'] | undefined): string =>
    target?.version === undefined ? `${target?.name}` : `${target.name} ${target.version}`;
  return `${named(clients[pair.client])} in front of ${named(servers[pair.server])}`;
}
