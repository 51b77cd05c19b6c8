import type { PlaceholderValues } from './fill-placeholders.ts';
import type { LineListener } from './output.ts';

/** What one start has in addition to its target file. */
export interface StartOptions {
  /** Additional environment variables, without placeholders; they override those of the target file. */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * Values of placeholders. A client needs `host` and `port` of the platform; a container resolves any host name given here to this
   * machine.
   */
  readonly values?: PlaceholderValues;
  /** Folders of this machine (absolute paths) to mount into a container; a process sees them anyway. */
  readonly mounts?: readonly { readonly source: string; readonly target: string; readonly mode: 'ro' }[];
  /** Additional labels of a container. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Ends the implementation when it aborts, even during its start. */
  readonly giveUp?: AbortSignal;
  /** Called when a process runs, before it is ready: for work that must not delay the start. */
  readonly onSpawned?: () => void;
  /** Called with every line of output as it arrives; secrets are still in it. */
  readonly onLine?: LineListener;
}
