import type { StartedTarget } from './target.ts';

/** One start of an implementation that can be started again. */
export interface Incarnation extends Omit<StartedTarget, 'restart'> {
  /** Ends this one, and gives the next one. @throws EnvironmentError when that does not become ready; nothing is left running then */
  again(signal: 'SIGTERM' | 'SIGKILL'): Promise<Incarnation>;
}

/** An implementation that keeps its identity over restarts: everything that is asked of it is asked of its latest start. */
export function restartable(first: Incarnation): StartedTarget {
  let now = first;
  const { promise: lost, resolve: isLost } = Promise.withResolvers<string>();
  const watch = (): void => void now.lost?.then(isLost);
  watch();
  return {
    get host() {
      return now.host;
    },
    get port() {
      return now.port;
    },
    get end() {
      return now.end;
    },
    target: first.target,
    ...(first.imageDigest === undefined ? {} : { imageDigest: first.imageDigest }),
    ...(first.looseness === undefined ? {} : { looseness: first.looseness }),
    lost,
    doubt: async () => now.doubt?.(),
    output: () => now.output(),
    ended: () => now.ended(),
    write: (text) => now.write(text),
    signal: (signal) => now.signal(signal),
    exec: (command) => now.exec(command),
    ...(first.onlyOnce === undefined
      ? {
          restart: async (signal) => {
            now = await now.again(signal);
            watch();
          },
        }
      : { onlyOnce: first.onlyOnce }),
    stop: () => now.stop(),
  };
}
