import type { ExchangeRecord, FrameInCapture, MessageAtFault } from './report.ts';

/**
 * What the steps write into the message stream beside Cucumber's own results. The verdict is computed from these and from the
 * results, and from nothing else, so that anyone with the messages can compute it again.
 */
export const EVIDENCE_MEDIA_TYPE = 'application/vnd.iot-ntp-conformance+json';

/** A mistake that the suite recognises. */
export interface Diagnosis {
  /** As a Rule lists it under "Usual mistakes:". */
  readonly kind: string;
  /** The same for people, where more can be said. */
  readonly text?: string | undefined;
}

/** The implementation under test broke a requirement in this scenario. */
export interface Finding {
  readonly kind: 'finding';
  /** Id of the requirement that is broken: that of the scenario's Rule. */
  readonly requirement: string;
  readonly expected: string;
  readonly received: string;
  /** A diagnosis, where the suite recognises the mistake. */
  readonly likely?: string;
  /** The kind of the mistake, where the suite recognises one: a Rule that lists it under "Usual mistakes:" is about it. */
  readonly mistake?: string;
  /** Set where nothing came that could be wrong: no connection, no response, no calculated time. */
  readonly cause?: 'silence';
  readonly message?: MessageAtFault;
  readonly capture?: FrameInCapture;
  /** The exchange since the scenario began, one line a packet. */
  readonly trace: readonly string[];
}

/** The scenario does not apply to this implementation, as its target file declares. */
export interface Inapplicable {
  readonly kind: 'inapplicable';
  readonly reason: string;
}

/** Something measured or seen that is reported and never judged. */
export interface Information {
  readonly kind: 'information';
  readonly text: string;
}

/** The packets of a scenario, attached at its end whatever its result. */
export interface TraceEvidence {
  readonly kind: 'trace';
  readonly lines: readonly string[];
}

/** The suite stood still while the scenario ran: nothing in it is judged, and it is run again. */
export interface StandstillEvidence {
  readonly kind: 'standstill';
  /** "the suite stood still for 12.0 s" */
  readonly text: string;
}

/** Other scenarios ran at the same time. Where this one does not pass it is run again alone, and only that counts. */
export interface BesideEvidence {
  readonly kind: 'beside';
  /** The places of the others. */
  readonly places: readonly string[];
  /** How the implementation had ended by the end of the scenario, in words; absent where it had not. */
  readonly ended?: string;
}

/** Every request of a scenario and what came back for it, attached at its end. */
export interface ExchangeEvidence {
  readonly kind: 'exchanges';
  readonly exchanges: readonly ExchangeRecord[];
  /** How many were made; more than stand there where some were left out. */
  readonly made: number;
}

/** A finding that came to light only after its scenario had ended (a late second answer). Attached at the end of the run. */
export interface LateFinding {
  readonly kind: 'lateFinding';
  readonly requirement: string;
  /** `uri:line` of the scenario that provoked it, for example `features/server/topics.feature:31`. */
  readonly scenario: string;
  readonly expected: string;
  readonly received: string;
  readonly likely?: string;
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

/** Thrown to fail the implementation under test. Every other exception is the suite's own or the set-up's. */
export class NonConformance extends Error {
  override readonly name = 'NonConformance';
  readonly finding: Finding;

  constructor(finding: Finding) {
    super(`expected ${finding.expected}, received ${finding.received}`);
    this.finding = finding;
  }
}
