// Generated from schemas/certificate.schema.json by "npm run generate". Change the schema, never this file.

import type { Report } from '../../verdict/report.ts';

/** In the order of the features. */
export type RequirementIds = readonly string[];

/** The result of a whole run on one build: certificate.json, an in-toto Statement v1 with the predicate test-result v0.1 (https://github.com/in-toto/attestation). A signature signs its bytes. */
export interface Statement {
  /** in-toto Statement v1. */
  readonly _type: 'https://in-toto.io/Statement/v1';
  /** The build that was tested: the image of a container, else what the target file declares. */
  readonly subject: readonly [Subject];
  /** in-toto test result v0.1. */
  readonly predicateType: 'https://in-toto.io/attestation/test-result/v0.1';
  /** The result of the run. The names of tests are ids of requirements. */
  readonly predicate: {
    /** PASSED: it conforms. WARNED: it conforms, and a recommendation is not met. FAILED: it does not conform. */
    readonly result: 'PASSED' | 'WARNED' | 'FAILED';
    /** What the result depends on: the suite, the requirement set, the features, and the target file. */
    readonly configuration: readonly Descriptor[];
    /** Requirements that are met in every scenario that applies. */
    readonly passedTests: RequirementIds;
    /** Recommendations that are not met. Empty with --strict, where they count as failures. */
    readonly warnedTests: RequirementIds;
    /** Requirements that are not met; under --strict recommendations too. */
    readonly failedTests: RequirementIds;
    /** An extension field, as in-toto allows it. */
    readonly iotNtpConformance: {
      /** As in report.json. An incomplete run has no certificate. */
      readonly verdict: 'conforms' | 'does not conform';
      /** The side of the NTP service that was tested. */
      readonly role: 'server' | 'client';
      /** The document that the requirements are taken from. */
      readonly specifiedBy: Report['specifiedBy'];
      /** As in report.json. */
      readonly strict: boolean;
      /** As the target file declares them; requirements that need others are inapplicable. */
      readonly capabilities: readonly string[];
      /** The run stayed below them; requirements that need more are inapplicable. Absent if the target file names none. */
      readonly limits?: Limits;
      /** Absent for a client. */
      readonly pace?: Pace;
      /** ISO 8601, UTC. */
      readonly started: string;
      /** ISO 8601, UTC. */
      readonly finished: string;
      /** Requirements that need something that the target file does not declare. */
      readonly inapplicableTests: RequirementIds;
      /** Requirements that cannot be judged while another one fails. Empty where the verdict is conforms. */
      readonly untestedTests: RequirementIds;
      /** Every file of the report folder but the certificate, signed and unsigned. */
      readonly evidence: readonly EvidenceFile[];
    };
  };
}

/** Absent for a client, and where the server answered nothing before the first scenario. */
export interface Pace {
  /** From a request to its answer, before the first scenario, in ms. */
  readonly roundTripMs: number;
  /** One near a server; more far from it, as its limits allow. */
  readonly lanes: number;
}

/** As its target file says. A member that is absent is not limited. */
export interface Limits {
  /** That a device may publish. */
  readonly requestsPerSecond?: number;
  /** Of one device. */
  readonly connectsPerMinute?: number;
  /** Of all devices together, at the same time. */
  readonly connections?: number;
}

/** A file of the report folder, by name and digest. */
export interface EvidenceFile {
  /** Of the file, without a folder. */
  readonly name: string;
  /** SHA-256 of its bytes. */
  readonly digest: DigestSet;
  /** Of the file. */
  readonly mediaType: string;
}

/** Its name and its digest. */
export interface Subject {
  /** For readers. */
  readonly name: string;
  /** SHA-256. */
  readonly digest: DigestSet;
}

/** in-toto's DigestSet, with the one algorithm that the suite uses. */
export interface DigestSet {
  /** In hex. */
  readonly sha256: string;
}

/** A name and a digest. sha256 of a requirement set is that of list --set, sha256 of the features is suite.featuresDigest of report.json, dirHash of the suite is its suite.digest. */
export interface Descriptor {
  /** For readers. */
  readonly name: string;
  /** Of the suite: its package URL. */
  readonly uri?: string;
  /** One digest, by the name of its algorithm. */
  readonly digest: {
    /** In hex. */
    readonly sha256?: string;
    /** In hex. */
    readonly dirHash?: string;
  };
}
