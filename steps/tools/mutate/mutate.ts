import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WrongUse } from '../../harness/text/usage-error.ts';
import { root } from '../../requirements/requirement.ts';
import { runTool, tool } from '../tool.ts';

/** The options of the command line. */
interface MutateOptions {
  readonly tests?: readonly string[];
  readonly prove?: readonly string[];
}

/** The command that must fail when a change is noticed. @throws WrongUse when there are no tests to run */
function commandFor(part: string, { tests = [], prove = [] }: MutateOptions): string {
  const file = part.replace(/:\d.*$/, '');
  if (!existsSync(file)) throw new WrongUse(`there is no file ${file}`);
  const all = [file.replace(/\.ts$/, '.test.ts'), ...tests].filter((path) => existsSync(path));
  if (all.length === 0 && prove.length === 0) throw new WrongUse(`there is no test beside ${file}: name some by --tests`);
  return [
    ...(all.length === 0 ? [] : [`node --test --test-isolation=none ${all.join(' ')}`]),
    ...(prove.length === 0 ? [] : [`node steps/tools/prove/prove.ts --only ${prove.join(' ')}`]),
  ].join(' && ');
}

/** npx fetches it. It is not a dependency of the checkout, because it would add a quarter to the packages of `npm ci`. */
const stryker = '@stryker-mutator/core@10.1.1';

async function mutate(part: string, options: MutateOptions): Promise<void> {
  process.chdir(root);
  const folder = mkdtempSync(join(tmpdir(), 'iot-ntp-mutate-'));
  const config = {
    testRunner: 'command',
    commandRunner: { command: commandFor(part, options) },
    mutate: [part],
    // most texts are for readers, and no test compares all of them
    mutator: { excludedMutations: ['StringLiteral'] },
    concurrency: 2,
    // longer than a busy machine needs, so that only a hang counts as noticed
    timeoutMS: 60_000,
    allowConsoleColors: false,
    reporters: ['clear-text', 'html'],
    clearTextReporter: { allowColor: false, reportTests: false, reportScoreTable: false },
    htmlReporter: { fileName: 'conformance-report/mutate/mutation.html' },
    ignorePatterns: ['/docs', '/dist', '/conformance-report'],
    tempDirName: join(folder, 'copies'),
    // Stryker would rewrite tsconfig.json with an API that TypeScript 7 does not have; Node runs the sources without it
    tsconfigFile: 'none',
    thresholds: { high: 100, low: 100, break: 100 },
  };
  const file = join(folder, 'stryker.json');
  writeFileSync(file, JSON.stringify(config));
  const child = spawn('npx', ['--yes', `--package=${stryker}`, '--', 'stryker', 'run', file], { stdio: 'inherit' });
  const [code] = (await once(child, 'close')) as [number | null];
  rmSync(folder, { recursive: true, force: true });
  console.log('written: conformance-report/mutate/mutation.html');
  process.exitCode = code ?? 1;
}

const command = tool(
  'mutate',
  'Changes a source in small ways with StrykerJS, one at a time in a copy of the checkout, and shows the changes that no test notices.',
  { 0: 'all changes were noticed', 1: 'some were not', 2: 'wrong use' },
)
  .argument('<file>', 'a source, or some lines of it: steps/server/clock.steps.ts:10-40')
  .option('--tests <files...>', 'run these tests as well as the one beside the file')
  .option('--prove <names...>', 'let these implementations of the fixtures be judged as well, see "npm run prove"')
  .action(mutate);

await runTool(command);
