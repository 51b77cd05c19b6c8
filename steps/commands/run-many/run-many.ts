import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, extname, join } from 'node:path';
import type { Target } from '../../harness/implementation/target.ts';
import { loadTarget } from '../../harness/implementation/target-file.ts';
import { WrongUse } from '../../harness/text/usage-error.ts';
import { certificateFiles, clearCertificate, judgedFiles } from '../../report/certificate/certificate-files.ts';
import { painterFor } from '../../report/paint.ts';
import { clearReport, pageFile, writeWhole } from '../../report/report-folder.ts';
import { clearSpecification } from '../../report/specification/beside-report.ts';
import { suite } from '../../requirements/requirement.ts';
import type { Report } from '../../verdict/report.ts';
import { ChildRuns } from '../terminal/child-runs.ts';
import { takeFolder } from '../terminal/take-folder.ts';
import { runManyPage } from './run-many-page.ts';
import { type Member, memberOf, runManyReport } from './run-many-report.ts';
import { runManyTable } from './run-many-table.ts';

/** How much output of each run is kept for the console, in characters: its own reports hold everything. */
const mostOutput = 200_000;

/** The options of `run` for several targets. */
export interface RunManyOptions {
  readonly report: string;
  readonly root?: string;
  readonly verbose?: true;
  /** How many runs at the same time; by default half the number of processors, and at least two: one starts while the other is judged. */
  readonly jobs?: number;
}

/** A target before its run. */
interface PlannedRun {
  readonly path: string;
  readonly target: Target;
  readonly folder: string;
}

/**
 * `run TARGET TARGET…`: judges each target by a run of its own, several at the same time, and writes one page about all.
 *
 * @param flags the options of each single run, as on a command line
 * @returns the highest exit code of all runs
 * @throws WrongUse, InputFileError before any run starts
 */
export async function runMany(paths: readonly string[], options: RunManyOptions, flags: readonly string[]): Promise<number> {
  const entries = await readEntries(paths, options);
  const { report: folder, verbose } = options;
  const jobs = Math.min(options.jobs ?? Math.max(2, Math.floor(availableParallelism() / 2)), entries.length);
  using _lock = takeFolder(folder);
  clearReport(folder);
  clearCertificate(folder);
  clearSpecification(folder);
  const { name, version } = suite();
  const started = new Date();
  console.log(`${name} ${version}: ${entries.length} implementations, ${jobs} at once`);
  using runs = new ChildRuns();
  const rows = new Map<PlannedRun, { readonly member: Member; readonly report: Report | undefined }>();
  const waiting = [...entries];
  const work = async (): Promise<void> => {
    for (let entry = waiting.shift(); entry !== undefined && !runs.ending.aborted; entry = waiting.shift()) {
      let output = '';
      const exitCode = await runs.run(['run', entry.path, '--report', join(folder, entry.folder), ...flags], (text) => {
        if (output.length < mostOutput) output += text;
      });
      const left = leftIn(join(folder, entry.folder));
      const member = memberOf({ ...left, folder: entry.folder, exitCode }, fallbackOf(entry));
      rows.set(entry, { member, report: left.report });
      tell(member, verbose === true || exitCode !== 0 ? output : '');
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  const done = entries.flatMap((entry) => rows.get(entry) ?? []);
  const members = done.map(({ member }) => member);
  const report = runManyReport(members, {
    suite: { name, version },
    started,
    finished: new Date(),
    left: entries.length - done.length,
  });
  writeWhole(join(folder, 'run-many.json'), `${JSON.stringify(report, undefined, 2)}\n`);
  writeWhole(join(folder, pageFile), runManyPage(report));
  console.log(`\n${runManyTable(done, painterFor(process.stdout, process.env), process.stdout.columns)}`);
  console.log(`\nreports in ${folder}: ${pageFile}, run-many.json, and a folder for each implementation`);
  console.log(`${report.verdict}, because ${report.because}`);
  return report.exitCode;
}

/** Reads all target files first: a mistake in the last file must not appear only after the other runs. */
async function readEntries(paths: readonly string[], { root: bounds }: RunManyOptions): Promise<PlannedRun[]> {
  const entries: PlannedRun[] = [];
  for (const path of paths) {
    const target = await loadTarget(path, process.env, bounds);
    const folder = basename(path, extname(path));
    const other = entries.find((entry) => entry.folder === folder);
    if (other !== undefined)
      throw new WrongUse(
        `${other.path} and ${path} would write their reports to the same folder, ${folder}: give them different names`,
      );
    entries.push({ path, target, folder });
  }
  return entries;
}

const fallbackOf = ({ path, target }: PlannedRun): Pick<Member, 'name' | 'role' | 'file'> => ({
  name: target.name,
  role: target.role,
  file: basename(path),
});

/** The report of a run, and whether it is certified. */
function leftIn(folder: string): { readonly report: Report | undefined; readonly certified: boolean } {
  const certified = existsSync(join(folder, certificateFiles.certificate));
  try {
    const report = JSON.parse(readFileSync(join(folder, judgedFiles.report), 'utf8')) as Report;
    return { report, certified };
  } catch {
    return { report: undefined, certified };
  }
}

function tell({ name, verdict, because }: Member, output: string): void {
  // The full output ends with the verdict.
  console.log(output === '' ? `${name}: ${verdict}, because ${because}` : `\n${output.trimEnd()}\n`);
}
