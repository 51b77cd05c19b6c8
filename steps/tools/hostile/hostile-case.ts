import type { Verdict } from '../../verdict/report.ts';
import type { Stall } from './stall.ts';

/** A disturbance of the suite during a run. */
export type Disturbance = 'SIGINT' | 'SIGTERM' | 'SIGKILL' | 'the Docker engine dies' | 'another run into its folder' | Stall;

/** A hostile implementation or a disturbance of the suite, with the expected result. */
export interface HostileCase {
  /** The name of its test: what the implementation does, or what is done to the suite. */
  readonly name: string;
  readonly role: 'server' | 'client';
  /** The file of the implementation below fixtures/hostile/, without its ending. */
  readonly program?: string;
  /** Members of the target file, besides name and role, and for a program besides its process. */
  readonly target?: Readonly<Record<string, unknown>>;
  /** A target file of the fixtures, instead of a program. */
  readonly file?: string;
  readonly args?: readonly string[];
  /** The configuration of the Docker client; by default that of this machine. */
  readonly dockerConfig?: string;
  readonly disturbance?: Disturbance;
  /** It needs a Docker engine, and the base image of the fixtures. */
  readonly docker?: true;
  /** The image that must be made before the run. */
  readonly image?: 'of another architecture';
  /** `npm test` runs it as well: the fastest case of its kind. */
  readonly quick?: true;
  /** The exit code; undefined if the suite itself is killed. */
  readonly code: 0 | 1 | 3 | 4 | undefined;
  readonly verdict: Verdict;
  /** What the report must say about it: in its reason, its faults, a received text, or the target's end. */
  readonly says: RegExp;
}
