import type { ExchangeRecord, FrameInCapture, MessageAtFault } from './report.ts';

/**
 * The media type of evidence, which the steps attach to the message stream. The verdict is computed from evidence and Cucumber's results
 * only, so that anyone with the messages can compute it again.
 */
export const EVIDENCE_MEDIA_TYPE = 'application/vnd.iot-ntp-conformance+json';

/** A mistake that the suite recognises. */
export interface Diagnosis {
  /** The words of a Rule under "Usual mistakes:". */
  readonly kind: string;
  /** A text with more details for the reader, if there are any. */
  readonly text?: string | undefined;
}

/** The implementation under test broke a requirement in this scenario. */
export interface Finding {
  readonly kind: 'finding';
  /** Id of the broken requirement, which is the Rule of the scenario. */
  readonly requirement: string;
  readonly expected: string;
  readonly received: string;
  /** A diagnosis, if the suite recognises the mistake. */
  readonly likely?: string;
  /** The kind of the mistake, if the suite recognises it: the Rules that list it under "Usual mistakes:" are about it. */
  readonly mistake?: string;
  /** Set if something is missing: a connection, a response, or a calculated time. */
  readonly cause?: 'silence';
  readonly message?: MessageAtFault;
  readonly capture?: FrameInCapture;
  /** The packets since the scenario began, one line each. */
  readonly trace: readonly string[];
}

/** The scenario does not apply to this implementation, as its target file declares. */
export interface Inapplicable {
  readonly kind: 'inapplicable';
  readonly reason: string;
}

/** An observation that is reported, but never judged. */
export interface Information {
  readonly kind: 'information';
  readonly text: string;
}

/** The packets of a scenario, attached at its end, regardless of its result. */
export interface TraceEvidence {
  readonly kind: 'trace';
  readonly lines: readonly string[];
}

/** The suite stood still while the scenario ran: the scenario is not judged, and is run again. */
export interface StandstillEvidence {
  readonly kind: 'standstill';
  /** "the suite stood still for 12.0 s" */
  readonly text: string;
}

/** Other scenarios ran at the same time. If this one does not pass, it is run again alone, and only that result counts. */
export interface BesideEvidence {
  readonly kind: 'beside';
  /** The places of the others. */
  readonly places: readonly string[];
  /** How the implementation ended before the end of the scenario, in words; absent if it did not. */
  readonly ended?: string;
}

/** All requests of a scenario with their answers, attached at its end. */
export interface ExchangeEvidence {
  readonly kind: 'exchanges';
  readonly exchanges: readonly ExchangeRecord[];
  /** How many exchanges there were; more than are listed if some were left out. */
  readonly made: number;
}

/** A finding after the end of its scenario: for example, a late second answer. Attached at the end of the run. */
export interface LateFinding {
  readonly kind: 'lateFinding';
  readonly requirement: string;
  /** `uri:line` of the scenario that caused it, for example `features/server/topics.feature:31`. */
  readonly scenario: string;
  readonly expected: string;
  readonly received: string;
  readonly likely?: string;
  /** As in {@link Finding}; absent if no other failure may explain it. */
  readonly mistake?: string;
  readonly trace: readonly string[];
}

export type Evidence =
  | Finding
  | Inapplicable
  | Information
  | TraceEvidence
  | ExchangeEvidence
  | StandstillEvidence
  | BesideEvidence
  | LateFinding;

/** Thrown to fail the implementation under test. Every other exception is a fault of the suite or of the set-up. */
export class NonConformance extends Error {
  override readonly name = 'NonConformance';
  readonly finding: Finding;

  constructor(finding: Finding) {
    super(`expected ${finding.expected}, received ${finding.received}`);
    this.finding = finding;
  }
}
