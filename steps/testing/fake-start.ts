import { endedByItself } from '../harness/implementation/end.ts';
import type { StartedTarget, Target } from '../harness/implementation/target.ts';

/** How a fake implementation ended. */
export interface Fate {
  /** How the implementation ended. */
  readonly ended?: string;
  /** How it ended, visible only to code that waits for the end. */
  readonly endsLate?: string;
  /** Collects the signals with which the suite ended a server that it can start again. */
  readonly restarts?: string[];
  /** Why the server does not start again. */
  readonly staysEnded?: Error;
}

/** A fake implementation, as if the suite had started it. */
export function startedAs(own: Target, { ended, endsLate, restarts, staysEnded }: Fate): StartedTarget {
  let fate = ended;
  const restart = async (signal: string): Promise<void> => {
    if (staysEnded !== undefined) throw staysEnded;
    fate = undefined;
    restarts?.push(signal);
  };
  const started = {
    target: own,
    host: '127.0.0.1',
    port: 1,
    ended: () => (fate === undefined ? undefined : endedByItself(fate)),
    output: () => ['no licence', ''],
    get end() {
      fate ??= endsLate;
      return Promise.resolve();
    },
    ...(restarts === undefined ? {} : { restart }),
  };
  return started as unknown as StartedTarget;
}
