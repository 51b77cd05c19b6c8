/**
 * Runs many calls of the suite's command line in one process, because loading it takes as long as a short run. `callWarm` forks it. It
 * gets each call as a message, and prints the call's mark after the output.
 */
import { main } from '../commands/main.ts';
import { entry } from './command-line.ts';
import type { WarmCall } from './warm-process.ts';

// The code that starts further processes of the suite reads their program here.
process.argv[1] = entry;

async function answer({ args, cwd, env, mark }: WarmCall): Promise<void> {
  process.chdir(cwd);
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
  const code = await main(args);
  process.stderr.write(`${mark}${code}\n`);
  process.stdout.write(`${mark}${code}\n`);
}

process.on('message', (call: WarmCall) => void answer(call));
process.once('disconnect', () => process.exit());
