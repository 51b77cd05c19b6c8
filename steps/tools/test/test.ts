import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { pathToFileURL } from 'node:url';
import { root } from '../../requirements/requirement.ts';
import '../../testing/compile-cache.ts';
import { runTool, tool, wholeNumber } from '../tool.ts';

/** More lanes than processors, because many tests wait. */
const usualLanes = 4;

/** Matches test files that start programs, load the sentences of cucumber-js (once in a process), or set the environment. */
const starting =
  /from '(node:child_process|.*\/(command-line|action-runner|kubernetes-manifest|browser|container-prerequisite|engine|process|dry-run)\.ts)'|process\.env(\[[^\]]+\]|\.\w+) = /;

/**
 * The test files. A file that starts programs, containers or a browser gets its own process, because it waits most of the time. All others
 * of a folder share a process, because most of them take less time than the start of a process.
 *
 * @param folder for the generated files that load the tests of a folder
 */
function filesOf(words: readonly string[], folder: string): string[] {
  const files = globSync('{steps,fixtures}/**/*.test.ts', { cwd: root })
    .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
    .map((file) => join(root, file));
  const alone = files.filter((file) => starting.test(readFileSync(file, 'utf8')));
  const others = files.filter((file) => !alone.includes(file));
  const groups = [...Map.groupBy(others, dirname).values()].map((group, index) => {
    const path = join(folder, `${index}.mjs`);
    writeFileSync(path, group.map((file) => `await import(${JSON.stringify(pathToFileURL(file).href)});\n`).join(''));
    return path;
  });
  // The longest tests are in the last folders: they begin first, so that the run does not wait for them at the end.
  return [...alone.sort().reverse(), ...groups.reverse()];
}

const command = tool('test', 'Runs the tests.', { 0: 'all passed', 1: 'one failed', 2: 'wrong use' })
  .argument('[words...]', 'only test files with one of these words in their paths')
  .option('--lanes <number>', 'how many processes of tests run at the same time', wholeNumber(1), usualLanes)
  .action((words: readonly string[], { lanes }: { readonly lanes: number }) => {
    const folder = mkdtempSync(join(tmpdir(), 'iot-ntp-tests-'));
    run({ files: filesOf(words, folder), cwd: root, concurrency: lanes })
      .on('test:fail', () => {
        process.exitCode = 1;
      })
      .on('end', () => rmSync(folder, { recursive: true }))
      .compose(spec)
      .pipe(process.stdout);
  });

await runTool(command);
