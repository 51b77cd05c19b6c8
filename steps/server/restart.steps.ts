import { When } from '@cucumber/cucumber';
import { EnvironmentError } from '../harness/implementation/errors.ts';
import { type FailedStart, lastLines, StartError } from '../harness/implementation/start-failure.ts';
import { noLongerServes } from './server-diagnosis.ts';
import type { ServerWorld } from './server-scenario.ts';

When('the server is ended by {signal} and started again', async function (this: ServerWorld, signal: 'SIGTERM' | 'SIGKILL') {
  try {
    await this.scenario.serverRun.restart(signal);
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    const untold = { tried: 'to start it', seen: error.message };
    const failed: Omit<FailedStart, 'advice'> = error instanceof StartError ? error.failed : untold;
    const printed = lastLines(failed);
    this.fail({
      expected: 'a server that is ready again',
      received: `it did not start a second time. ${[`tried: ${failed.tried}`, `seen: ${failed.seen}`, ...printed].join('; ')}`,
      likely: { kind: noLongerServes, text: likelyLeftover(printed) },
      cause: 'silence',
    });
  }
});

/** @param output the last lines that the server printed */
function likelyLeftover(output: readonly string[]): string | undefined {
  return output.some((line) => /\block(ed|file)?\b|\.pid\b|already (running|in use|exists)|EEXIST|EADDRINUSE/i.test(line))
    ? 'something that the earlier start left behind (a lock file, a socket, a port) keeps the next one from starting'
    : undefined;
}
