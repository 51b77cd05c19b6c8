import type { Target } from '../../harness/implementation/target.ts';
import type { Exchange, Request } from '../../harness/message/exchange.ts';
import type { ObservedDevice } from './observed-device.ts';
import type { PairRun } from './pair-run.ts';

/** The evidence for a requirement of a client: one start, or all starts. */
export interface ClientEvidence {
  readonly target: Target;
  readonly pairRuns: readonly PairRun[];
}

/** The evidence for a requirement of a server: the proper requests of one start, or of all starts. */
export interface ServerEvidence {
  readonly target: Target;
  readonly devices: readonly ObservedDevice[];
  readonly requests: readonly Request[];
  readonly exchanges: readonly Exchange[];
  /** The number of the start, from 1; for all starts, the first. */
  readonly number: number;
  /** How many starts there are. */
  readonly starts: number;
  /** Whether the same device was answered in every earlier start. */
  readonly servedBefore: boolean;
}

/** How a requirement is judged if the suite only records. */
export interface Judgeable<Evidence> {
  /** The sentence that judges it, up to its limits if it has any. It identifies the requirement: the first one with that sentence. */
  readonly about: string;
  /** Set if a request must meet it: otherwise a server need not answer the request, or the client could not receive the answer. */
  readonly proper?: true;
  /** The name of this part, if the requirement has several. */
  readonly part?: string;
  /** Judged once by all starts together; otherwise by each start. */
  readonly together?: true;
  /** The sentences in place of `about`, if they depend on the evidence; for servers, those for each proper request. */
  readonly sentences?: (evidence: Evidence, request?: Request) => readonly string[];
  /** The table of its sentence. */
  readonly rows?: readonly string[];
  /** Judged regardless of the other side. */
  readonly always?: true;
  /** The declaration in the target file that makes it inapplicable, in words. */
  readonly inapplicable?: (evidence: Evidence) => string | undefined;
  /** Whether it applies to this start. */
  readonly applies?: (evidence: Evidence) => boolean;
  /** Why it cannot be judged, in words. */
  readonly hindered?: (evidence: Evidence) => string | undefined;
  /** Fails only if the suite recognises the mistake as one that the requirement is about. */
  readonly recognised?: true;
  /** Whether the report shows a result without a failure. */
  readonly proves?: (evidence: Evidence) => boolean;
  /** Why a result without a failure proves nothing, in words. */
  readonly unproven?: (evidence: Evidence) => string | undefined;
}
