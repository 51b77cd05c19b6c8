import { startAddress } from './address.ts';
import { startProcess } from './process.ts';
import { restartable } from './restartable-target.ts';
import type { StartOptions } from './start-options.ts';
import type { StartedTarget, Target } from './target.ts';

/**
 * Starts the implementation under test and waits until it is ready; the caller ends it with `stop()`. An address is only
 * waited for.
 *
 * @throws EnvironmentError when it does not become ready; nothing of it is left running then
 */
export async function startTarget(target: Target, options: StartOptions = {}): Promise<StartedTarget> {
  const { start } = target;
  const beside = (env: Readonly<Record<string, string>>): Promise<StartedTarget> => {
    const { onSpawned: _onSpawned, ...again } = options;
    return startTarget(target, { ...again, env: { ...options.env, ...env } });
  };
  switch (start.kind) {
    case 'process':
      return restartable(await startProcess(target, start, options), beside);
    case 'address':
      return startAddress(target, start);
    case 'container': {
      // testcontainers takes half a second to load, which no other kind of target should pay for.
      const { startContainer } = await import('./container.ts');
      return restartable(await startContainer(target, start, options), beside);
    }
  }
}
