/**
 * The suite's command line, called again and again in one process: to load it takes as long as a short run. Forked by `callWarm`;
 * gets a call as a message, and ends what it prints with the call's mark.
 */
import { main } from '../commands/main.ts';
import { entry } from './command-line.ts';
import type { WarmCall } from './warm-process.ts';

// What starts further processes of the suite looks for it there.
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
