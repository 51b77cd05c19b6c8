// Generated from schemas/load.schema.json by "npm run generate". Change the schema, never this file.

import type { Report } from '../../verdict/report.ts';

/** The answers of a server to many devices, and their times: load.json. It certifies nothing. It is written when the load starts, and says incomplete until the load has ended. */
export interface LoadReport {
  /** Where this description is. */
  readonly $schema: 'https://iot-ntp-conformance.invalid/schemas/load.schema.json';
  /** answered: every device got exactly one answer to each request; not answered: any other result; incomplete: it was interrupted, this machine could not do it, or the server did not start or refused a device and said why. */
  readonly outcome: 'answered' | 'not answered' | 'incomplete';
  /** Why the outcome is what it is, in one sentence. */
  readonly because: string;
  /** 0 answered, 1 not answered, 3 this machine could not do it, or the server did not start or refused a device and said why, 4 interrupted. */
  readonly exitCode: 0 | 1 | 3 | 4;
  /** A load counts answers and measures time. */
  readonly certifies: false;
  /** Which suite asked. */
  readonly suite: {
    /** Of its package. */
    readonly name: string;
    /** Of its package. */
    readonly version: string;
  };
  /** Which server was asked, as its target file describes it. */
  readonly target: Report['target'];
  /** What the command line said. */
  readonly plan: LoadPlan;
  /** How many machines the devices were on: more than one in a merged report. */
  readonly machines: number;
  /** Those that the server accepted at the beginning, also where it refused others. */
  readonly connected: number;
  /** Each request is answered, lost or open. */
  readonly counts: Counts;
  /** At the end each device asks once more, so that a duplicate answer arrives before the answer to this request. Not part of the other figures. */
  readonly afterwards: {
    /** Those whose requests were all answered. */
    readonly asked: number;
    /** Of these. */
    readonly answered: number;
  };
  /** When it was due; absent where nothing was asked. */
  readonly began?: string;
  /** From the first request to the last request or answer, in ms. */
  readonly loadMs: number;
  /** From the moment at which a request was due to its answer: a request that had to wait because the suite or the server was late includes that wait. */
  readonly latency: DurationSummary;
  /** From the moment at which a request was due to that at which the suite sent it: the suite's share of the latency. */
  readonly lateness: DurationSummary;
  /** From the moment at which the suite sent a request to that at which it read the answer: the latency without the suite's lateness. */
  readonly response: DurationSummary;
  /** Requests and answers in each step of the time. */
  readonly course: Course;
  /** Of its process; of several machines the highest. */
  readonly memory: Memory;
  /** One line each, at most 20 of a machine. */
  readonly faults: readonly string[];
  /** Answers per second, from the first request to the last answer. */
  readonly ratePerSecond: number;
  /** Sentences that help to read the figures. */
  readonly remarks: readonly string[];
  /** In UTC. */
  readonly started: string;
  /** In UTC; absent while it lasts. */
  readonly finished?: string;
  /** In ms. */
  readonly durationMs: number;
  /** Where the suite ran. */
  readonly environment: Report['environment'];
}

/** What the command line said. */
export interface LoadPlan {
  /** Of all machines together. */
  readonly devices: number;
  /** Requests per second of all machines together (--rate); absent without one. */
  readonly ratePerSecond?: number;
  /** How long the devices asked, in ms (--for); absent where each asked once. */
  readonly forMs?: number;
  /** Which part of the devices and of the rate it had; absent where it had all of them. */
  readonly shard?: Report['shard'];
  /** open: by the clock, regardless of answers; closed: each device asks again when it gets its answer; once: all at the same time. */
  readonly schedule: 'open' | 'closed' | 'once';
}

/** Each request is answered, lost or open. */
export interface Counts {
  /** Those that were sent. Each is answered, lost or open. */
  readonly asked: number;
  /** Those that were due after the connection of their device had ended. They are in no other count. */
  readonly unsent: number;
  /** Those that got their own answer. */
  readonly answered: number;
  /** Those without an answer when nothing had arrived for ten seconds (or responseDeadline, if longer), or whose connection ended. */
  readonly lost: number;
  /** Those that were not yet answered when the load was interrupted. */
  readonly open: number;
  /** Answers to requests that were answered before. */
  readonly doubled: number;
  /** Answers to requests of other devices, and messages on the response topic of another device. */
  readonly foreign: number;
  /** Messages that are not a valid answer to any request. */
  readonly unfit: number;
  /** By the server, or on the way to it. */
  readonly disconnected: number;
}

/** Of its process; of several machines the highest. */
export interface Memory {
  /** In bytes. */
  readonly peakBytes: number;
  /** In bytes, from the peak; absent below 1,000 devices, where the suite's own memory hides it. */
  readonly perDeviceBytes?: number;
}

/** Requests and answers in each step of the time. */
export interface Course {
  /** In ms. */
  readonly stepMs: number;
  /** Sent in each step. */
  readonly asked: readonly number[];
  /** Come in each step. */
  readonly answered: readonly number[];
}

/** Durations of many exchanges, each at most 0.1 % too high. */
export interface DurationSummary {
  /** Values in the histogram. */
  readonly count: number;
  /** In ms. */
  readonly p50Ms: number;
  /** In ms. */
  readonly p90Ms: number;
  /** In ms. */
  readonly p99Ms: number;
  /** In ms. */
  readonly p999Ms: number;
  /** In ms. */
  readonly maxMs: number;
  /** Values in µs, three significant digits: an HdrHistogram in its compressed encoding V2, in base64. Histograms of several machines can be added. */
  readonly histogram: string;
}
