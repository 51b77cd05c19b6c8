/**
 * The long-lived process that a soak looks at: calls the suite's command line again and again, and says after each call what the process
 * holds. Forked by {@link SoakProcess} with `--expose-gc`; gets the arguments of a call as a message, and sends back a {@link Usage}.
 */
import { readdirSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { main } from '../../commands/main.ts';
import type { Usage } from './usage.ts';

/** What is held when nothing is done: what a finished run no longer needs has to be gone. */
async function usage(code: number): Promise<Usage> {
  // A second time for what the first one made unreachable by its finalizers, and once round the loop for handles that close.
  for (let time = 0; time < 2; time += 1) {
    await setImmediate();
    gc?.();
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return {
    code,
    heapBytes: heapUsed + external,
    residentBytes: rss,
    files: readdirSync('/proc/self/fd').length,
    handles: process.getActiveResourcesInfo().length,
  };
}

process.on('message', (args) => {
  void main(args as string[])
    .then(usage)
    .then((held) => process.send?.(held));
});
// The one who asked is gone: a run that lasts ends its implementation first.
process.once('disconnect', () => process.kill(process.pid, 'SIGINT'));
