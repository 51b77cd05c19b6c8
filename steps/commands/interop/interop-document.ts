// Generated from schemas/interop.schema.json by "npm run generate". Change the schema, never this file.

import type { Report, RequirementResult } from '../../verdict/report.ts';

/** The result of a client and a server together. */
export type PairVerdict = 'work together' | 'do not work together' | 'incomplete' | 'inapplicable';

/** The results of clients that were connected to servers, each to each: interop.json. It certifies nothing. It is written when the run starts and after each pair, and says incomplete until the run has ended. */
export interface InteropReport {
  /** Where this description is. */
  readonly $schema: 'https://iot-ntp-conformance.invalid/schemas/interop.schema.json';
  /** work together: every pair that applies does; do not work together: some pair does not; incomplete: some pair could not be judged. */
  readonly verdict: 'work together' | 'do not work together' | 'incomplete';
  /** Why the verdict is what it is, in one sentence. */
  readonly because: string;
  /** 0 all pairs work together, 1 some do not, 3 something did not start, 4 incomplete or interrupted; the highest that applies. */
  readonly exitCode: 0 | 1 | 3 | 4;
  /** Interop judges only the messages between two implementations. */
  readonly certifies: false;
  /** Which suite judged, and which text of the requirements of both roles. */
  readonly suite: Report['suite'];
  /** The rows of the matrix. */
  readonly servers: readonly Report['target'][];
  /** The columns of the matrix. */
  readonly clients: readonly Report['target'][];
  /** Those that were tried, server by server. */
  readonly pairs: readonly PairResult[];
  /** ISO 8601, in UTC. */
  readonly started: string;
  /** ISO 8601, in UTC; absent while the run lasts, or when it died. */
  readonly finished?: string;
  /** In ms; 0 while the run lasts. */
  readonly durationMs: number;
  /** Where the suite ran. */
  readonly environment: Report['environment'];
}

/** What is wrong, and on which side. */
export interface Reason {
  /** The side that is at fault; both if neither is at fault alone. */
  readonly side: 'server' | 'client' | 'both';
  /** The id of the failed requirement, if one failed. */
  readonly requirement?: string;
  /** In words; printable, secrets as (secret). */
  readonly text: string;
}

/** The result of a client with a server. */
export interface PairResult {
  /** Its place in servers, from 0. */
  readonly server: number;
  /** Its place in clients, from 0. */
  readonly client: number;
  /** work together: neither breaks a MUST in the recorded messages, and every start gave the time of the formula; inapplicable: the target files do not allow a connection. */
  readonly verdict: PairVerdict;
  /** In one sentence. */
  readonly because: string;
  /** Why they do not work together; empty if they do, or if it is unknown. */
  readonly reasons: readonly Reason[];
  /** Every start of the client, in order. */
  readonly starts: readonly StartResult[];
  /** Of both roles, in the order of the features; empty where nothing was started. What the messages do not show is untested. */
  readonly requirements: readonly RequirementResult[];
  /** In ms. */
  readonly durationMs: number;
}

/** One start of the client, with the times of its first exchange as they were recorded. */
export interface StartResult {
  /** What is special about this start. */
  readonly title: string;
  /** The type of timestamp that the client was told to send. */
  readonly type: 'long' | 'string';
  /** Of the link, in ms. */
  readonly forthMs: number;
  /** Of the link, in ms. */
  readonly backMs: number;
  /** As in the request, in decimal digits; absent if it has no such number. */
  readonly deviceSendTime?: string;
  /** As in the response, in decimal digits; absent if the client got none. */
  readonly serverRecvTime?: string;
  /** As in the response, in decimal digits; absent if the client got none. */
  readonly serverSendTime?: string;
  /** The calculated time, as the client wrote it. */
  readonly reported?: string;
  /** What the formula gives for the recorded times, in words, with the uncertainty. */
  readonly expected?: string;
  /** Whether the reported time is the expected one; absent if that is unknown. */
  readonly right?: boolean;
  /** Why the time is not right, or could not be judged; printable, secrets as (secret). */
  readonly trouble?: string;
  /** The packets as the client saw them, one line each: → was delivered to the client. */
  readonly trace: readonly string[];
}
