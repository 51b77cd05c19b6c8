/**
 * Runs the suite on hostile implementations, and does hostile things to the suite itself: each run must end in bounded time and memory,
 * with the right verdict and valid reports, and leave nothing behind.
 *
 * Usage: npm run hostile [-- [--only WORDS…] [--lanes N] [--readme]]
 *
 * Writes conformance-report/hostile.json. Exit codes: 0 all survived, 1 not all of them, 2 wrong use.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { WrongUse } from '../../harness/text/usage-error.ts';
import { root } from '../../requirements/requirement.ts';
import { reasonForNoContainers } from '../../testing/container-prerequisite.ts';
import { inLanes } from '../prove/prove-lanes.ts';
import { betweenMarks } from '../prove/readme.ts';
import { answerHelp, complain } from '../usage.ts';
import { type Attempt, attempt } from './attempt.ts';
import { cases } from './cases.ts';
import type { HostileCase } from './hostile-case.ts';
import { consoleTable, readmeTable } from './table.ts';

interface Wishes {
  readonly chosen: readonly HostileCase[];
  readonly lanes: number;
  readonly readme: boolean;
}

/** @throws WrongUse, and Error of `node:util` */
function readWishes(args: readonly string[]): Wishes {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true, default: [] },
      lanes: { type: 'string', default: '2' },
      readme: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  });
  const words = [...values.only, ...positionals];
  const chosen = cases.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
  const lanes = Number(values.lanes);
  if (!Number.isInteger(lanes) || lanes < 1) throw new WrongUse(`--lanes is "${values.lanes}"; expected a whole number above 0`);
  if (chosen.length === 0) throw new WrongUse(`--only ${words.join(' ')}: no case has these words in its name`);
  if (values.readme && words.length > 0) throw new WrongUse('--readme shows the whole table: leave --only away');
  return { chosen, lanes, readme: values.readme };
}

async function survive({ chosen, lanes }: Wishes): Promise<Attempt[]> {
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

answerHelp(import.meta.url);
try {
  const wishes = readWishes(process.argv.slice(2));
  const attempts = await survive(wishes);
  mkdirSync(join(root, 'conformance-report'), { recursive: true });
  writeFileSync(join(root, 'conformance-report/hostile.json'), `${JSON.stringify(attempts, undefined, 2)}\n`);
  process.stdout.write(consoleTable(attempts));
  console.log('written: conformance-report/hostile.json');
  if (wishes.readme) {
    const readme = join(root, 'README.md');
    writeFileSync(readme, betweenMarks(readFileSync(readme, 'utf8'), readmeTable(attempts), 'hostile'));
  }
  process.exitCode = attempts.every(({ complaints }) => complaints.length === 0) ? 0 : 1;
} catch (error) {
  complain('hostile', error);
}
