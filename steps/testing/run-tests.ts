/**
 * Runs all tests, or those whose paths have one of the given words in them: `npm test -- harness/mqtt watch`.
 *
 * A test file that starts programs, containers or a browser has a process of its own, since it waits for them most of the time. All others
 * of a folder share one: to start a process takes longer than most of them do.
 */
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { pathToFileURL } from 'node:url';
import { root } from '../requirements/requirement.ts';
import './compile-cache.ts';

/** More than processors, since many wait. */
const concurrency = 5;

/** What a test file imports that starts programs. */
const starting =
  /from '(node:child_process|node:worker_threads|.*\/(command-line|action-runner|kubernetes-manifest|browser|container-prerequisite|engine|process)\.ts)'/;

const words = process.argv.slice(2);
const files = globSync('{steps,fixtures}/**/*.test.ts', { cwd: root })
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
  .map((file) => join(root, file));
const alone = files.filter((file) => starting.test(readFileSync(file, 'utf8')));
const together = Map.groupBy(
  files.filter((file) => !alone.includes(file)),
  dirname,
);

const folder = mkdtempSync(join(tmpdir(), 'iot-ntp-tests-'));
const groups = [...together.values()].reverse().map((group, index) => {
  const path = join(folder, `${index}.mjs`);
  writeFileSync(path, group.map((file) => `await import(${JSON.stringify(pathToFileURL(file).href)});\n`).join(''));
  return path;
});

// The longest are in the folders that come last: they begin first, so that nobody waits for them at the end.
run({ files: [...alone.sort().reverse(), ...groups], cwd: root, concurrency })
  .on('test:fail', () => {
    process.exitCode = 1;
  })
  .on('end', () => rmSync(folder, { recursive: true }))
  .compose(spec)
  .pipe(process.stdout);
