import { dirname, join } from 'node:path';
import { InputFileError } from '../../harness/implementation/errors.ts';
import type { Target } from '../../harness/implementation/target.ts';
import { loadTarget } from '../../harness/implementation/target-file.ts';
import { WrongUse } from '../../harness/text/usage-error.ts';
import { usualName } from '../run/expectations-file.ts';
import type { RunOptions } from '../run/run-options.ts';
import { ChildRuns } from '../terminal/child-runs.ts';
import { FileChanges } from './file-changes.ts';
import { FileWatch, inWords, watchedPathsOf } from './watched-paths.ts';

/** If there are more changes than this, only their number is printed. */
const mostTold = 5;

/**
 * `run TARGET --watch`: runs, and runs again when a file changes on which the run depends, until a signal ends it. Each run is a separate
 * process, so that it starts without the state of an earlier run, and a crash does not end the watch.
 *
 * @param flags the options of each run, as on a command line
 * @returns the exit code of the last run
 * @throws WrongUse
 */
export async function watchTarget(path: string | undefined, options: RunOptions, flags: readonly string[]): Promise<number> {
  if (path === undefined) throw new WrongUse('--watch needs a target file');
  if (options.json === true) throw new WrongUse('--json prints one report, but --watch makes many: read report.json');
  const paths = [path, options.expectations ?? join(dirname(path), usualName)];
  using runs = new ChildRuns();
  const changes = new FileChanges();
  for (;;) {
    const watched = watchedPathsOf(paths, await readTarget(path, options.root));
    await using _watch = await FileWatch.open(watched, options.report, changes, say);
    if (runs.ending.aborted) return 4;
    const code = await runs.run(['run', path, ...flags]);
    if (!runs.ending.aborted) say(`watching ${inWords(watched)}; Ctrl-C ends`);
    const what = await changes.next(runs.ending);
    if (runs.ending.aborted) return code;
    const more = what.length > mostTold ? [`${what.length - mostTold} more`] : [];
    say(`\nchanged: ${[...what.slice(0, mostTold), ...more].join(', ')}`);
  }
}

/** The target; undefined if the target file cannot be read, which the run reports. */
async function readTarget(path: string, root: string | undefined): Promise<Target | undefined> {
  try {
    return await loadTarget(path, process.env, root);
  } catch (error) {
    if (error instanceof InputFileError) return undefined;
    throw error;
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
