import type { End } from './end.ts';
import { EnvironmentError } from './errors.ts';
import { portSign } from './port-sign.ts';
import { untilReady } from './readiness.ts';
import { notStarted } from './start-failure.ts';
import type { AddressStart, StartedTarget, Target } from './target.ts';
import { addressInWords } from './transport.ts';

/**
 * Waits until a server that the suite did not start accepts a connection.
 *
 * @throws EnvironmentError when it does not
 */
export async function startAddress(target: Target, start: AddressStart): Promise<StartedTarget> {
  const { host, port } = start;
  const end = new Promise<End>(() => {});
  const signs = target.ready.port ? [portSign({ host, port, keptMs: 0 })] : [];
  const problem = await untilReady(signs, end, target.ready.withinMs);
  const tried = addressInWords(start, target.webSocketPath);
  if (problem !== undefined)
    throw notStarted(target, { tried, seen: problem, advice: 'Start the server, or correct the address.' });

  const unable = async (): Promise<never> => {
    throw new EnvironmentError(`${tried} was not started by the suite, which therefore cannot reach into it.`);
  };
  return {
    target,
    host,
    port,
    output: () => [],
    ended: () => undefined,
    end,
    write: unable,
    signal: unable,
    exec: unable,
    stop: async () => {},
  };
}
