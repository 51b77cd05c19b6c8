// Generated from schemas/run-many.schema.json by "npm run generate". Change the schema, never this file.

import type { Status, Verdict } from '../../verdict/report.ts';

/** What runs of iot-ntp-conformance on several targets found: run-many.json, written when the last of them has ended. */
export interface RunManyReport {
  /** Names this schema. */
  readonly $schema: 'https://iot-ntp-conformance.invalid/schemas/run-many.schema.json';
  /** conforms: all of them conform. does not conform: at least one does not. incomplete: any other result. */
  readonly verdict: Verdict;
  /** One sentence. */
  readonly because: string;
  /** The highest of all runs; 4 if one was not started. */
  readonly exitCode: number;
  /** What judged. */
  readonly suite: {
    /** Of the package. */
    readonly name: string;
    /** Of the package. */
    readonly version: string;
  };
  /** ISO 8601. */
  readonly started: string;
  /** ISO 8601. */
  readonly finished: string;
  /** In the order of the command line; those that were not started are left out. */
  readonly members: readonly Member[];
}

/** How it went. */
export interface MemberRequirement {
  /** For example server-response-qos0. */
  readonly id: string;
  /** must affects the verdict; should only with --strict. */
  readonly level: 'must' | 'should';
  /** What is required. */
  readonly sentence: string;
  /** As in its report.json. */
  readonly status: Status;
}

/** Its result; its own reports are in its folder. */
export interface Member {
  /** Beside this file. */
  readonly folder: string;
  /** By its target file. */
  readonly name: string;
  /** By its target file. */
  readonly version?: string;
  /** Which side of the service it is. */
  readonly role: 'server' | 'client';
  /** The name, without a folder. */
  readonly file: string;
  /** Where it ran in a container. */
  readonly imageDigest?: string;
  /** As in its report.json. */
  readonly verdict: Verdict;
  /** One sentence. */
  readonly because: string;
  /** What its run exited with. */
  readonly exitCode: number;
  /** In ms. */
  readonly durationMs: number;
  /** True if certificate.json is among its reports. */
  readonly certified: boolean;
  /** In the order of the features; empty if its run left no report. */
  readonly requirements: readonly MemberRequirement[];
}
