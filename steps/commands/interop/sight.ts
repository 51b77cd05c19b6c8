import type { Target } from '../../harness/implementation/target.ts';
import type { Exchange, Request } from '../../harness/message/exchange.ts';
import type { ObservedDevice } from './observed-device.ts';
import type { PairRun } from './pair-run.ts';

/** What a requirement of a client is judged by: one start, or all of them. */
export interface ClientSight {
  readonly target: Target;
  readonly pairRuns: readonly PairRun[];
}

/** What a requirement of a server is judged by: the proper requests of one start, or of all of them. */
export interface ServerSight {
  readonly target: Target;
  readonly devices: readonly ObservedDevice[];
  readonly requests: readonly Request[];
  readonly exchanges: readonly Exchange[];
  /** Which start it is; the first one where it is all of them. */
  readonly number: number;
  /** How many starts there are. */
  readonly starts: number;
  /** Whether the same device was answered in every start before. */
  readonly servedBefore: boolean;
}

/** How a requirement is judged where the suite only listens. */
export interface Judgeable<Sight> {
  /** The sentence that judges it, up to its limits where it has any: the requirement is the first one that has it. */
  readonly about: string;
  /** Without it a request is none that a server must answer, or whose answer the client could hear. */
  readonly proper?: true;
  /** What a part of it is called, where there are several. */
  readonly part?: string;
  /** Judged by all starts together, and not by each. */
  readonly together?: true;
  /** What is said in place of `about`, where that depends on what was seen. For servers: for each proper request by itself. */
  readonly sentences?: (sight: Sight, request?: Request) => readonly string[];
  /** The table of its sentence. */
  readonly rows?: readonly string[];
  /** Judged regardless of the other side. */
  readonly always?: true;
  /** What the target file declares that makes it inapplicable, in words. */
  readonly inapplicable?: (sight: Sight) => string | undefined;
  /** Whether it is about this start at all. */
  readonly applies?: (sight: Sight) => boolean;
  /** Why nothing can be said, in words. */
  readonly hindered?: (sight: Sight) => string | undefined;
  /** Fails only where the mistake is recognised as the one that it is about. */
  readonly recognised?: true;
  /** Whether a result without a failure is told. */
  readonly proves?: (sight: Sight) => boolean;
  /** Why a result without a failure proves nothing, in words. */
  readonly unproven?: (sight: Sight) => string | undefined;
}
