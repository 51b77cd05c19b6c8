// Generated from schemas/interop.schema.json by "npm run generate". Change the schema, never this file.

import type { Report, RequirementResult } from '../../verdict/report.ts';

/** What a client and a server come to together. */
export type PairVerdict = 'work together' | 'do not work together' | 'incomplete' | 'inapplicable';

/** What clients and servers came to when each client was put in front of each server: interop.json. It certifies nothing. It is written when the run starts and says incomplete until the run has ended. */
export interface InteropReport {
  /** Where this description is. */
  readonly $schema: 'https://iot-ntp-conformance.invalid/schemas/interop.schema.json';
  /** work together: every pair that applies does; do not work together: some pair does not; incomplete: some pair could not be judged. */
  readonly verdict: 'work together' | 'do not work together' | 'incomplete';
  /** Why the verdict is what it is, in one sentence. */
  readonly because: string;
  /** 0 all pairs work together, 1 some do not, 3 something did not start, 4 incomplete or interrupted; the highest that applies. */
  readonly exitCode: 0 | 1 | 3 | 4;
  /** Interop judges what two implementations said to each other, and nothing else. */
  readonly certifies: false;
  /** Which suite judged, and which text of the requirements of both roles. */
  readonly suite: Report['suite'];
  /** The rows of the matrix. */
  readonly servers: readonly Report['target'][];
  /** The columns of the matrix. */
  readonly clients: readonly Report['target'][];
  /** Those that were begun, server by server. */
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

/** What is wrong, and at whose side it is seen. */
export interface Reason {
  /** Whose doing it is; both where neither alone is at fault. */
  readonly side: 'server' | 'client' | 'both';
  /** The id of the one that is broken, where one is. */
  readonly requirement?: string;
  /** In words; printable, secrets as (secret). */
  readonly text: string;
}

/** What came of a client in front of a server. */
export interface PairResult {
  /** Its place in servers, from 0. */
  readonly server: number;
  /** Its place in clients, from 0. */
  readonly client: number;
  /** work together: neither breaks a MUST in what was seen, and every start brought the time that the formula gives; inapplicable: by the target files the two cannot be put together. */
  readonly verdict: PairVerdict;
  /** In one sentence. */
  readonly because: string;
  /** Why they do not work together; empty where they do, or where nobody can know. */
  readonly reasons: readonly Reason[];
  /** Every start of the client, in order. */
  readonly starts: readonly StartResult[];
  /** Of both roles, in the order of the features; empty where nothing was started. What the wire does not show is untested. */
  readonly requirements: readonly RequirementResult[];
  /** In ms. */
  readonly durationMs: number;
}

/** One start of the client, with the stamps of its first exchange as they were seen on the wire. */
export interface StartResult {
  /** What is special about this start. */
  readonly title: string;
  /** The type of timestamp that the client was told to send. */
  readonly type: 'long' | 'string';
  /** Of the link, in ms. */
  readonly forthMs: number;
  /** Of the link, in ms. */
  readonly backMs: number;
  /** As the request says it, in decimal digits; absent where it holds no number of that name. */
  readonly deviceSendTime?: string;
  /** As the response says it, in decimal digits; absent where none was handed to the client. */
  readonly serverRecvTime?: string;
  /** As the response says it, in decimal digits; absent where none was handed to the client. */
  readonly serverSendTime?: string;
  /** The time that the client says it calculated, as it wrote it. */
  readonly reported?: string;
  /** What the formula gives for the stamps on the wire, in words, with how well it is known. */
  readonly expected?: string;
  /** Whether the reported time is the expected one; absent where nobody can know. */
  readonly right?: boolean;
  /** What kept the time from being right, or from being judged; printable, secrets as (secret). */
  readonly trouble?: string;
  /** The packets as the client saw them, one line each: → is what was handed to it. */
  readonly trace: readonly string[];
}
