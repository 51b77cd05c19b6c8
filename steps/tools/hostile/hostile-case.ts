import type { Verdict } from '../../verdict/report.ts';
import type { Stall } from './stall.ts';

/** What is done to the suite while it runs. */
export type Disturbance = 'SIGINT' | 'SIGTERM' | 'SIGKILL' | 'the Docker engine dies' | 'another run into its folder' | Stall;

/** A hostile implementation, or a hostile end of the suite, and what must come of it. */
export interface HostileCase {
  /** The name of its test: what the implementation does, or what is done to the suite. */
  readonly name: string;
  readonly role: 'server' | 'client';
  /** The file of the implementation below fixtures/hostile/, without its ending. */
  readonly program?: string;
  /** Members of the target file besides name and role; for a program besides its process. */
  readonly target?: Readonly<Record<string, unknown>>;
  /** A target file of the fixtures, instead. */
  readonly file?: string;
  readonly args?: readonly string[];
  /** What stands in the configuration of the Docker client; that of this machine where it is left out. */
  readonly dockerConfig?: string;
  readonly disturbance?: Disturbance;
  /** It takes a Docker engine, and the image that the fixtures are built from. */
  readonly docker?: true;
  /** What must be made before: an image for another machine. */
  readonly image?: 'of another architecture';
  /** `npm test` tries it as well: the fastest of its kind. */
  readonly quick?: true;
  /** The exit code; undefined where the suite itself is killed. */
  readonly code: 0 | 1 | 3 | 4 | undefined;
  readonly verdict: Verdict;
  /** What the report must say of what happened: in its reason, its faults, what was received, or the target's end. */
  readonly says: RegExp;
}
