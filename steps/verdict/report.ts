import type { Build } from '../harness/implementation/target.ts';
import type { Level, Role } from '../requirements/requirement.ts';
import type { JudgedSet } from '../requirements/requirement-set.ts';
import type { MessageAtFault } from './evidence.ts';
import type { ExchangeRecord } from './exchange-record.ts';

/** What a requirement or a scenario comes to. */
export type Status = 'passed' | 'failed' | 'warning' | 'inapplicable' | 'untested' | 'inconclusive';

/** What a whole run comes to. */
export type Verdict = 'conforms' | 'does not conform' | 'incomplete';

/** What was expected of the implementation under test, and what it did instead. */
export interface Failure {
  readonly expected: string;
  readonly received: string;
  readonly likely?: string;
  /** One line a packet, since the scenario began. */
  readonly trace: readonly string[];
  /** The message that is at fault, where it is a message. */
  readonly message?: MessageAtFault;
}

/** A failure is known, by the word of the vendor's file of expectations. It is a failure all the same. */
export interface Expected {
  /** Printable, without secrets. */
  readonly reason: string;
  /** The last day (UTC) on which it is expected: 2027-03-31. */
  readonly until: string;
}

/** A scenario did not go the same way in every run of a series. */
export interface Unstable {
  /** How many of the runs came to each status. */
  readonly counts: Readonly<Partial<Record<Status, number>>>;
  /** The run, from 1, whose result and evidence stand here: the first of those that went worst. */
  readonly run: number;
}

/** One of several runs that share the scenarios; `merge` makes one report of all of them. */
export interface Shard {
  /** From 1. */
  readonly number: number;
  readonly of: number;
}

/** One scenario of a requirement, as it went in this run. */
export interface ScenarioResult {
  readonly title: string;
  /** `features/server/qos.feature:17` */
  readonly place: string;
  readonly status: Status;
  /** Why it is inapplicable, untested or inconclusive. */
  readonly reason?: string;
  readonly failure?: Failure;
  readonly expected?: Expected;
  readonly unstable?: Unstable;
  /** Measured or seen, never judged. */
  readonly information: readonly string[];
  /** One line a packet. */
  readonly trace: readonly string[];
  /** Every request and what came back for it; absent where nobody asked. */
  readonly exchanges?: readonly ExchangeRecord[];
  /** How many exchanges were made, where not all of them stand here. */
  readonly exchangesMade?: number;
  readonly durationMs: number;
}

/** One requirement, as it went in this run. */
export interface RequirementResult {
  readonly id: string;
  readonly level: Level;
  /** The title of the feature that it stands in. */
  readonly feature: string;
  readonly sentence: string;
  /** Why it is so, and how the suite reads the source: paragraphs, an empty line between two; may be empty. */
  readonly description: string;
  readonly source: string;
  /** What implementations usually do wrong here; empty where nothing is known. */
  readonly mistakes: string;
  readonly digest: string;
  /** Where it is explained with all its scenarios: an address, relative to the report; absent where the report names none. */
  readonly specification?: string;
  readonly status: Status;
  readonly reason?: string;
  /** Where every failure of it is expected. */
  readonly expected?: Expected;
  readonly scenarios: readonly ScenarioResult[];
}

/** Medians of several runs: what the suite's process used when a run was over. */
export interface SeriesResources {
  readonly residentBytes: number;
  /** After a garbage collection. */
  readonly heapBytes: number;
  /** Absent where the system does not list them. */
  readonly openFiles?: number;
}

/** `report.json`; described by `schemas/report.schema.json`. */
export interface Report {
  readonly $schema: string;
  readonly verdict: Verdict;
  /** Why the verdict is what it is, in one sentence. */
  readonly because: string;
  readonly exitCode: number;
  /** What broke besides the scenarios (an interruption, a hook, a stream that was cut short); a run with any of them is no proof. */
  readonly faults: readonly string[];
  readonly strict: boolean;
  /** The vendor's file of expectations; absent where there is none. */
  readonly expectations?: {
    /** Its name, without a folder. */
    readonly file: string;
    /** Whether a run whose only failures are expected exits with 0: `--allow-expected`. */
    readonly allowed: boolean;
    /** How many entries are about this role. */
    readonly entries: number;
    /** What in it is not, or no longer, so; a run with any of them does not go well. */
    readonly mistakes: readonly string[];
  };
  /** For a series of runs (`--repeat`), of which this is the report of all together. */
  readonly repeat?: {
    /** How many runs were asked for. */
    readonly asked: number;
    /** Those that were begun, each with a folder of its own beside this report. */
    readonly runs: readonly (Pick<Report, 'verdict' | 'because' | 'exitCode'> & { readonly folder: string })[];
    /** Ids of the requirements with an unstable scenario. */
    readonly unstable: readonly string[];
    /** What the suite's process used; absent for fewer than 20 runs. */
    readonly resources?: {
      /** How many runs the first and the last tenth have. */
      readonly runs: number;
      readonly first: SeriesResources;
      readonly last: SeriesResources;
    };
  };
  /** Which part of the scenarios was run; absent where it was not one of several parts. */
  readonly shard?: Shard;
  /** `random:SEED` where the scenarios ran in an order of chance; absent where they ran in that of the features. */
  readonly order?: `random:${string}`;
  /** The page that explains the requirements: an address, relative to the report; `#` and an id lead to one of them. */
  readonly specification?: string;
  readonly suite: {
    readonly name: string;
    readonly version: string;
    readonly featuresDigest: string;
    /** Of the suite's own program and schemas, as `suiteDigest` makes it; absent where nobody asked. */
    readonly digest?: string;
  };
  /** The released set that this run judged by, and what is different where it did not. Absent where the package holds no set. */
  readonly requirementSet?: JudgedSet;
  readonly target: {
    readonly name: string;
    readonly version?: string;
    readonly role: Role;
    /** The target file's name (no folder), or "embedded reference". */
    readonly file: string;
    /** SHA-256 of the target file, in hex. */
    readonly fileDigest?: string;
    readonly start: string;
    readonly imageDigest?: string;
    /** Which build it is, by the target file's word. */
    readonly build?: Build;
    /** For containers: in what they were confined less than by default, a phrase each. */
    readonly loosened?: readonly string[];
    /** True for a server that reads the very clock that the suite reads. */
    readonly sharedClock?: boolean;
    readonly capabilities: readonly string[];
    /** Its last lines of output. */
    readonly output: readonly string[];
    readonly ended?: string;
  };
  /** ISO 8601, and a duration in ms. */
  readonly started: string;
  readonly finished?: string;
  readonly durationMs: number;
  readonly environment: { readonly node: string; readonly platform: string; readonly arch: string };
  /** How many requirements came to each status. */
  readonly counts: Readonly<Record<Status, number>>;
  readonly requirements: readonly RequirementResult[];
}
