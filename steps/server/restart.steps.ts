import { When } from '@cucumber/cucumber';
import { EnvironmentError } from '../harness/implementation/errors.ts';
import { noLongerServes } from './server-diagnosis.ts';
import type { ServerWorld } from './server-scenario.ts';

/** A start may take as long as the target file says; it has an end of its own. */
const patience = { timeout: 900_000 };

When(
  'the server is ended by {signal} and started again',
  patience,
  async function (this: ServerWorld, signal: 'SIGTERM' | 'SIGKILL') {
    try {
      await this.scenario.serverRun.restart(signal);
    } catch (error) {
      if (!(error instanceof EnvironmentError)) throw error;
      const [, ...seen] = error.message.split('\n').map((line) => line.trim().replace(/ {2,}/, ': '));
      this.fail({
        expected: 'a server that is ready again',
        received: `it did not start a second time. ${seen.slice(0, -1).join('; ')}`,
        likely: { kind: noLongerServes, text: likelyLeftover(error.message) },
        cause: 'silence',
      });
    }
  },
);

function likelyLeftover(output: string): string | undefined {
  return /\block(ed|file)?\b|\.pid\b|already (running|in use|exists)|EEXIST|EADDRINUSE/i.test(output)
    ? 'something that the earlier start left behind (a lock file, a socket, a port) keeps the next one from starting'
    : undefined;
}
