import type { PlaceholderValues } from './fill-placeholders.ts';
import type { LineListener } from './output.ts';

/** How one start differs from what the target file says. */
export interface StartOptions {
  /** Further environment variables, as they are: without placeholders, and stronger than the target file's. */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * Values of placeholders. For a client `host` and `port` of the platform must be among them; a container reaches this machine
   * by any host name that is given here.
   */
  readonly values?: PlaceholderValues;
  /** Folders of this machine that a container sees; a process sees them anyway. */
  readonly mounts?: readonly { readonly source: string; readonly target: string; readonly mode: 'ro' }[];
  /** Further labels of a container. */
  readonly labels?: Readonly<Record<string, string>>;
  /** When it aborts, nobody wants the implementation any more, however far its start has come. */
  readonly giveUp?: AbortSignal;
  /** Called as soon as a process runs, long before it is ready: for work that would have delayed its start. */
  readonly onSpawned?: () => void;
  /** Hears every line of output from the first on, as it arrives; secrets are still in it. */
  readonly onLine?: LineListener;
}
