// Generated from schemas/report.schema.json by "npm run generate". Change the schema, never this file.

/** What a whole run comes to. */
export type Verdict = 'conforms' | 'does not conform' | 'incomplete';

/** passed; failed (a MUST was broken); warning (a SHOULD was broken); inapplicable (the target file does not declare the capability); untested (not selected, not run, or hidden by another failure); inconclusive (the suite or the set-up broke). */
export type Status = 'passed' | 'failed' | 'warning' | 'inapplicable' | 'untested' | 'inconclusive';

/** What one run of iot-ntp-conformance found: report.json. It is written when the run starts, and says incomplete until the run has ended. */
export interface Report {
  /** Names this schema. */
  readonly $schema: 'https://iot-ntp-conformance.invalid/schemas/report.schema.json';
  /** conforms: every requirement that applies was tested, and none that affects the verdict failed. does not conform: at least one that affects the verdict failed. incomplete: any other run. */
  readonly verdict: Verdict;
  /** One sentence. */
  readonly because: string;
  /** The exit code of the process: 0 conforms, or all failures are expected and --allow-expected is given, or a shard in which nothing failed; 1 does not conform, 3 incomplete because the implementation did not start, 4 incomplete for another reason. */
  readonly exitCode: 0 | 1 | 3 | 4;
  /** An interruption, a fault of the suite, a stream of results that was cut short. A run with any of them proves no conformance. */
  readonly faults: readonly string[];
  /** True if the run was made with --strict: a warning then counts as a failure. */
  readonly strict: boolean;
  /** The result of the vendor's file of expectations. Absent if there is none. */
  readonly expectations?: {
    /** Its name without a folder. */
    readonly file: string;
    /** True when the run was made with --allow-expected: the exit code is 0 where every failure is expected. The verdict is the same in any case. */
    readonly allowed: boolean;
    /** Of those about the target's role. */
    readonly entries: number;
    /** Entries that no longer fail, or are out of date, with file, line and member. A run with any of them neither conforms nor exits with 0. */
    readonly mistakes: readonly string[];
  };
  /** For run --repeat: this report combines several runs. Each requirement and scenario has its worst result. Absent for a single run. */
  readonly repeat?: {
    /** As --repeat said. */
    readonly asked: number;
    /** Those that were begun. */
    readonly runs: readonly Run[];
    /** Ids of the requirements with a scenario whose result differed between the runs. A series with any of them does not conform, or is incomplete. */
    readonly unstable: readonly string[];
    /** Compares the first tenth of the runs with the last tenth. Absent for fewer than 20 runs. */
    readonly resources?: {
      /** Rounded down. */
      readonly runs: number;
      /** Medians. */
      readonly first: SeriesResources;
      /** Medians. */
      readonly last: SeriesResources;
    };
  };
  /** With --shard: the number of this part, from 1, and the number of all parts; "merge" combines them. Absent for other runs. */
  readonly shard?: Shard;
  /** random:SEED where the run was made with --order random; --order with this value repeats the order. Absent where the scenarios ran in the order of the features. */
  readonly order?: string;
  /** Absent for a client, and where the server answered nothing before the first scenario. */
  readonly pace?: {
    /** From a request to its answer, before the first scenario, in ms. */
    readonly roundTripMs: number;
    /** One near a server; more far from it, as its limits allow. */
    readonly lanes: number;
  };
  /** The page that explains the requirements: a URI, relative to the report's folder. # and an id lead to one of them. */
  readonly specification?: string;
  /** The document that the requirements are taken from. */
  readonly specifiedBy: {
    /** As printed on it. */
    readonly title: string;
    /** Who publishes it. */
    readonly vendor: string;
    /** As printed on it. */
    readonly edition: string;
    /** Where the vendor publishes it; a later edition may be there by now. */
    readonly address: string;
  };
  /** Which suite judged, and which text of the requirements. */
  readonly suite: {
    /** The package's name. */
    readonly name: string;
    /** The package's version. */
    readonly version: string;
    /** SHA-256, in hex, of the features that this run judged by. */
    readonly featuresDigest: string;
    /** Of the suite's program and schemas: in the package's folder, what find dist/steps schemas -type f | LC_ALL=C sort | xargs sha256sum | sha256sum prints (steps instead of dist/steps in a checkout). in-toto calls such a digest a dirHash. */
    readonly digest?: string;
  };
  /** Which released set of requirements this run judged by: the newest whose requirements of the target's role are exactly those of this report. Where there is none, the newest set, and modified says what is different. A conforming run certifies the set only when modified is empty; otherwise it says something about the requirements of this report, as their digests identify them, and certifies no released set. */
  readonly requirementSet?: {
    /** Year and number, as in 2026.1. */
    readonly name: string;
    /** SHA-256, in hex, as list --set shows it. */
    readonly digest: string;
    /** Ids of the requirements that were added, left out, or have another text. Empty where the set was judged as it is. */
    readonly modified: readonly string[];
  };
  /** What was tested, as its target file describes it. */
  readonly target: {
    /** From the target file. */
    readonly name: string;
    /** From the target file. */
    readonly version?: string;
    /** The side of the NTP service that it plays. */
    readonly role: 'server' | 'client';
    /** Its name without a folder, or "embedded reference". */
    readonly file: string;
    /** SHA-256, in hex, of its bytes. */
    readonly fileDigest?: string;
    /** Container, process or address, in words. */
    readonly start: string;
    /** A container, a process, or nothing where there is an address. */
    readonly kind: 'container' | 'process' | 'address';
    /** For containers: which image was tested. */
    readonly imageDigest?: string;
    /** For process and address: which build was tested, by the target file's word. */
    readonly build?: {
      /** From the target file. */
      readonly name: string;
      /** From the target file. */
      readonly digest: string;
    };
    /** For containers: default limits that did not apply, because the target file lifts them or the engine does not support them. Absent if all applied. */
    readonly loosened?: readonly string[];
    /** For servers: true if it reads the same clock as the suite. */
    readonly sharedClock?: boolean;
    /** For servers: the limits of the target file; the run stayed below them. Absent if it names none. */
    readonly limits?: {
      /** That a device may publish. */
      readonly requestsPerSecond?: number;
      /** Of one device. */
      readonly connectsPerMinute?: number;
      /** Of all devices together, at the same time. */
      readonly connections?: number;
    };
    /** As the target file declares them. */
    readonly capabilities: readonly string[];
    /** The last lines that it printed. */
    readonly output: readonly string[];
    /** How it ended, if it ended before the suite stopped it. */
    readonly ended?: string;
  };
  /** ISO 8601, UTC. */
  readonly started: string;
  /** ISO 8601, UTC. Absent while the run lasts, and after a run that was killed. */
  readonly finished?: string;
  /** Of the run, in ms. */
  readonly durationMs: number;
  /** Where the suite ran. */
  readonly environment: {
    /** As process.version has it. */
    readonly node: string;
    /** As process.platform has it. */
    readonly platform: string;
    /** As process.arch has it. */
    readonly arch: string;
  };
  /** How many requirements have each status. */
  readonly counts: {
    /** Number of requirements that are passed. */
    readonly passed: number;
    /** Number of requirements that are failed. */
    readonly failed: number;
    /** Number of requirements that are warning. */
    readonly warning: number;
    /** Number of requirements that are inapplicable. */
    readonly inapplicable: number;
    /** Number of requirements that are untested. */
    readonly untested: number;
    /** Number of requirements that are inconclusive. */
    readonly inconclusive: number;
  };
  /** All of the target's role, in the order of the features, selected or not. */
  readonly requirements: readonly RequirementResult[];
}

/** What it came to by itself. */
export interface Run {
  /** Where its own reports are, beside this report. */
  readonly folder: string;
  /** Of this run alone. */
  readonly verdict: Verdict;
  /** One sentence. */
  readonly because: string;
  /** That it would have had alone. */
  readonly exitCode: 0 | 1 | 3 | 4;
}

/** With --shard: the number of this part, from 1, and the number of all parts; "merge" combines them. Absent for other runs. */
export interface Shard {
  /** From 1. */
  readonly number: number;
  /** From 1. */
  readonly of: number;
}

/** What the suite's process used when a run was over. */
export interface SeriesResources {
  /** In bytes. */
  readonly residentBytes: number;
  /** Live objects and buffers after a garbage collection, in bytes. */
  readonly heapBytes: number;
  /** Open file descriptors. Absent on systems that do not list them. */
  readonly openFiles?: number;
}

/** A requirement with its result in this run. */
export interface RequirementResult {
  /** Stable, and unique in the suite: server-response-qos0. */
  readonly id: string;
  /** must affects the verdict; should is a recommendation, and affects it only with --strict. */
  readonly level: 'must' | 'should';
  /** The title of the feature that it stands in. */
  readonly feature: string;
  /** What the implementation has to do. */
  readonly sentence: string;
  /** Why it is so, and how the suite reads the source: paragraphs with an empty line between two. May be empty. */
  readonly description: string;
  /** Where the specification says it. */
  readonly source: string;
  /** What implementations usually do wrong here. May be empty. */
  readonly mistakes: string;
  /** SHA-256, in hex, of the requirement's text. */
  readonly digest: string;
  /** Where it is explained with all its scenarios: a URI, relative to the report's folder. */
  readonly specification?: string;
  /** The result of all its scenarios together. */
  readonly status: Status;
  /** Why it is inapplicable, untested or inconclusive. */
  readonly reason?: string;
  /** Where each of its failures is: until the first of their days. */
  readonly expected?: Expected;
  /** In the order of the features; late findings come last. */
  readonly scenarios: readonly ScenarioResult[];
}

/** A scenario, or one row of its Examples, with its result in this run. */
export interface ScenarioResult {
  /** What is the case in this scenario. */
  readonly title: string;
  /** File and line in the features: features/server/qos.feature:17. */
  readonly place: string;
  /** The id of another requirement, in whose scenario this failure was found. Only a whole run shows it again. */
  readonly foundDuring?: string;
  /** How it went. */
  readonly status: Status;
  /** Why it is inapplicable, untested or inconclusive. */
  readonly reason?: string;
  /** Of an untested scenario: not selected, left out by --fail-fast, or a consequence of another failure. */
  readonly untested?: 'not selected' | 'fail-fast' | 'consequence';
  /** What was expected of the implementation, and what it did. */
  readonly failure?: Failure;
  /** By the vendor's file of expectations. It is a failure all the same. */
  readonly expected?: Expected;
  /** In a series of runs: its result differed between the runs. */
  readonly unstable?: Unstable;
  /** Measured or seen, never judged. */
  readonly information: readonly string[];
  /** The packets of the scenario, one line each. */
  readonly trace: readonly string[];
  /** Every request with its responses. Absent if there was no request. */
  readonly exchanges?: readonly ExchangeRecord[];
  /** How many there were, if this list has only a selection, spread evenly. */
  readonly exchangesMade?: number;
  /** In ms. */
  readonly durationMs: number;
}

/** Why a failure is known, and for how long. */
export interface Expected {
  /** As the vendor wrote it; printable text, secrets as (secret). */
  readonly reason: string;
  /** ISO 8601, in UTC: 2027-03-31. */
  readonly until: string;
}

/** How it went in the runs of a series. */
export interface Unstable {
  /** How many of the runs have each status. */
  readonly counts: {
    /** Number of runs. */
    readonly passed?: number;
    /** Number of runs. */
    readonly failed?: number;
    /** Number of runs. */
    readonly warning?: number;
    /** Number of runs. */
    readonly inapplicable?: number;
    /** Number of runs. */
    readonly untested?: number;
    /** Number of runs. */
    readonly inconclusive?: number;
  };
  /** Number of the run, from 1, whose result and evidence are shown here. */
  readonly run: number;
}

/** What was expected of the implementation, and what it did instead. */
export interface Failure {
  /** In words. */
  readonly expected: string;
  /** In words and literals. */
  readonly received: string;
  /** A diagnosis, where the suite recognises the mistake. */
  readonly likely?: string;
  /** The packets since the scenario began, one line each. */
  readonly trace: readonly string[];
  /** The wrong message of the implementation, if the fault is in one message. */
  readonly message?: MessageAtFault;
  /** Where the message at fault is, or the last packet before the failure. Absent where there was no packet. */
  readonly capture?: FrameInCapture;
}

/** A packet in a pcapng file. */
export interface FrameInCapture {
  /** Relative to the report's folder: exchange.pcapng. */
  readonly file: string;
  /** From 1, as Wireshark counts. */
  readonly frame: number;
}

/** A PUBLISH of the implementation under test, and what in it is wrong. */
export interface MessageAtFault {
  /** Printable text. */
  readonly topic: string;
  /** As it came. */
  readonly qos: number;
  /** As it came. */
  readonly retain: boolean;
  /** Printable text; control characters are written as \xNN or \u{NNNN}, secrets as (secret). */
  readonly payload: string;
  /** topic, qos, retain, payload, or JSON Pointers to members of the payload. */
  readonly parts: readonly string[];
  /** The number of the exchange that it belongs to. */
  readonly exchange?: number;
}

/** A request with its responses. The four timestamps are decimal digits, in ms on their own clock; everything else is in ms as the suite measured it. */
export interface ExchangeRecord {
  /** In the scenario, from 1. */
  readonly n: number;
  /** For a server: the suite's device. For a client: the client, or which start of it. */
  readonly asker: string;
  /** After the first request of the scenario (of the start, where a client was started several times), in ms. */
  readonly atMs: number;
  /** As in the request; absent if it has no such number. */
  readonly deviceSendTime?: string;
  /** In order of arrival; may be empty. */
  readonly answers: readonly AnswerRecord[];
  /** For a client: the latency of its link to the platform, in ms. */
  readonly forthMs?: number;
  /** For a client: the calculated time, as the client wrote it. */
  readonly reported?: string;
  /** By how much the reported time is ahead of the platform's at that moment, in ms. */
  readonly errorMs?: number;
  /** For a client: the time that the formula gives for this exchange, as far as the suite knows the client's clock. Absent if the client reported no time, or if the response was invalid. */
  readonly expected?: {
    /** In ms since 1970, in decimal digits; may end in .5. */
    readonly time: string;
    /** The time is known to so many ms. */
    readonly withinMs: number;
    /** By how much this time is ahead of the platform's at that moment, in ms. */
    readonly errorMs: number;
  };
}

/** A message that came back for a request. */
export interface AnswerRecord {
  /** After the request, at the suite's end of the wire, in ms. */
  readonly afterMs: number;
  /** As in the message; absent if it has no such number. */
  readonly serverRecvTime?: string;
  /** As in the message; absent if it has no such number. */
  readonly serverSendTime?: string;
  /** The time on the device's clock; absent if only the client knows it and did not report it. */
  readonly deviceRecvTime?: string;
  /** For a server: the whole time, regardless of the server's times. For a client: the most that it may have measured until its report, without the processing time of the suite's platform. In ms. */
  readonly roundTripMs?: number;
  /** For a server: how far its clock is ahead of the suite's clock by the formula, in ms. */
  readonly offsetMs?: number;
  /** True if it was not sent, because the client had no subscription for it. */
  readonly unheard?: true;
}
