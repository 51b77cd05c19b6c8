import type { StartedTarget } from './target.ts';

/** One start of an implementation that can be started again. */
export interface RestartableStart extends Omit<StartedTarget, 'restart'> {
  /** Ends this start and makes the next one. @throws EnvironmentError when that does not become ready; nothing is left running then */
  again(signal: 'SIGTERM' | 'SIGKILL'): Promise<RestartableStart>;
}

/**
 * An implementation across restarts: every member refers to its latest start.
 *
 * @param first its first start
 * @param beside makes another start of the same implementation, with these additional environment variables
 */
export function restartable(
  first: RestartableStart,
  beside: (env: Readonly<Record<string, string>>) => Promise<StartedTarget>,
): StartedTarget {
  let latest = first;
  const others: StartedTarget[] = [];
  const { promise: lost, resolve: isLost } = Promise.withResolvers<string>();
  const watch = (): void => void latest.lost?.then(isLost);
  watch();
  return {
    get host() {
      return latest.host;
    },
    get port() {
      return latest.port;
    },
    get end() {
      return latest.end;
    },
    target: first.target,
    ...(first.imageDigest === undefined ? {} : { imageDigest: first.imageDigest }),
    ...(first.looseness === undefined ? {} : { looseness: first.looseness }),
    lost,
    doubt: async () => latest.doubt?.(),
    unreached: async () => latest.unreached?.(),
    output: () => latest.output(),
    ended: () => latest.ended(),
    write: (text) => latest.write(text),
    signal: (signal) => latest.signal(signal),
    exec: (command) => latest.exec(command),
    ...(first.noRestart === undefined
      ? {
          restart: async (signal) => {
            latest = await latest.again(signal);
            watch();
          },
        }
      : { noRestart: first.noRestart }),
    another: async (env) => {
      const other = await beside(env);
      others.push(other);
      return other;
    },
    stop: async () => {
      await Promise.all([latest.stop(), ...others.map((other) => other.stop())]);
    },
  };
}
