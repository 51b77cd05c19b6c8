import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WrongUse } from '../../harness/text/usage-error.ts';
import { root } from '../../requirements/requirement.ts';
import { reasonForNoContainers } from '../../testing/container-prerequisite.ts';
import { inLanes } from '../prove/prove-lanes.ts';
import { runTool, tool, wholeNumber } from '../tool.ts';
import { attempt, type HostileRun } from './attempt.ts';
import { cases } from './cases.ts';
import type { HostileCase } from './hostile-case.ts';
import { consoleTable } from './table.ts';

/** The options of the command line. */
interface HostileOptions {
  readonly only?: readonly string[];
  readonly lanes: number;
}

/** The cases with one of these words in their names. @throws WrongUse for a word that no name has */
function choose(words: readonly string[]): readonly HostileCase[] {
  for (const word of words)
    if (!cases.some(({ name }) => name.includes(word))) throw new WrongUse(`--only "${word}": no case has this word in its name`);
  return cases.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
}

async function survive(chosen: readonly HostileCase[], lanes: number): Promise<HostileRun[]> {
  const reason = chosen.some(({ docker }) => docker === true) ? await reasonForNoContainers() : undefined;
  if (reason !== undefined) throw new Error(`${reason}; --only leaves out what needs a container`);
  const tools = Array.from({ length: lanes }, (_, index) => index);
  return inLanes(chosen, tools, async (one) => {
    const result = await attempt(one);
    console.error(`${result.complaints.length === 0 ? '✔' : '✖'} ${one.name}  ${result.seconds.toFixed(1)} s`);
    for (const complaint of result.complaints) console.error(`    ${complaint}`);
    return result;
  });
}

async function hostile(positionals: readonly string[], { only = [], lanes }: HostileOptions): Promise<void> {
  const words = [...only, ...positionals];
  const attempts = await survive(choose(words), lanes);
  mkdirSync(join(root, 'conformance-report'), { recursive: true });
  writeFileSync(join(root, 'conformance-report/hostile.json'), `${JSON.stringify(attempts, undefined, 2)}\n`);
  process.stdout.write(consoleTable(attempts));
  console.log('written: conformance-report/hostile.json');
  process.exitCode = attempts.every(({ complaints }) => complaints.length === 0) ? 0 : 1;
}

const command = tool(
  'hostile',
  'Runs the suite on hostile implementations, and does hostile things to the suite itself. Each run must end in bounded time and memory, with the right verdict and valid reports, and leave nothing behind. Writes conformance-report/hostile.json.',
  { 0: 'the suite survived all of them', 1: 'it did not', 2: 'wrong use' },
)
  .argument('[words...]', 'the same as --only')
  .option('--only <words...>', 'only cases with one of these words in their names')
  .option('--lanes <number>', 'how many run at the same time', wholeNumber(1), 4)
  .action(hostile);

await runTool(command);
