import { join } from 'node:path';
import type { Role, Target } from '../../harness/implementation/target.ts';
import { loadTarget } from '../../harness/implementation/target-file.ts';
import { WrongUse } from '../../harness/text/usage-error.ts';
import { clearCertificate } from '../../report/certificate/certificate-files.ts';
import { clearReport } from '../../report/report-folder.ts';
import { clearSpecification } from '../../report/specification/beside-report.ts';
import type { Expectations } from '../../verdict/expectations.ts';
import { exitOfFailedWrite } from '../terminal/failed-writes.ts';
import { Interruption } from '../terminal/interruption.ts';
import { takeFolder } from '../terminal/take-folder.ts';
import { expectationsPath, loadExpectations } from './expectations-file.ts';
import { OneRun, type SeriesPlace } from './one-run.ts';
import { embeddedTarget } from './reference-target.ts';
import { folderName, Repetition } from './repetition.ts';
import type { RunOptions } from './run-options.ts';
import { RunPlan } from './run-plan.ts';

/**
 * `run TARGET`: starts the implementation, runs the features, and reports the results.
 *
 * @param path the target file; by default the embedded references are judged, one after the other
 * @returns the exit code; for several runs the first that is not 0
 * @throws WrongUse, InputFileError, EnvironmentError, FeatureError
 */
export async function runTarget(path: string | undefined, options: RunOptions): Promise<number> {
  if (path !== undefined) {
    if (options.role !== undefined)
      throw new WrongUse('--role is for the embedded references; a target file says its role itself');
    return (await prepare(await loadTarget(path, process.env, options.root), path, options))();
  }
  const roles = embeddedRoles(options);
  if (roles.length > 1 && options.json === true)
    throw new WrongUse('--json prints one report: name a target, or one of the embedded references by --role');
  // Wrong flags are reported before a folder is locked or cleared.
  const runs = await Promise.all(
    roles.map(async (role) => {
      const report = roles.length === 1 ? options.report : join(options.report, role);
      return prepare(await embeddedTarget(role), undefined, { ...options, report });
    }),
  );
  using _lock = takeFolder(options.report);
  // Each role has its own folder; a report next to these folders comes from an earlier run.
  if (roles.length > 1) {
    clearReport(options.report);
    clearSpecification(options.report);
    clearCertificate(options.report);
  }
  using between = new Interruption(undefined, () => {});
  const codes: number[] = [];
  for (const run of runs) codes.push(between.why === undefined ? await run() : 4);
  return codes.find((code) => code !== 0) ?? 0;
}

/**
 * Plans how a target is judged, by one run or by several.
 *
 * @returns a function that makes the run, and returns the exit code
 * @throws WrongUse, InputFileError
 */
async function prepare(target: Target, path: string | undefined, options: RunOptions): Promise<() => Promise<number>> {
  const expectations = await readExpectations(target, path, options);
  const { repeat = 1, report: folder } = options;
  if (repeat === 1) {
    const plan = new RunPlan(target, path, options, expectations);
    return () => new OneRun(plan).perform();
  }
  if (options.sign !== undefined) throw new WrongUse('--sign signs the certificate of one run: leave out --repeat');

  // With --order random, each run has its own order.
  const { order, ...common } = options;
  const plan = new RunPlan(target, path, order === 'random' ? common : options, expectations);
  const part: Expectations | undefined = expectations === undefined ? undefined : { ...expectations, oneOfSeveral: true };
  const planOf = (number: number): RunPlan =>
    new RunPlan(target, path, { ...options, report: join(folder, folderName(number)) }, part);
  return () => repeatedly(plan, planOf, repeat);
}

/** Judges a target by several runs. @returns the exit code */
async function repeatedly(plan: RunPlan, planOf: (number: number) => RunPlan, repeat: number): Promise<number> {
  const { options, expectations, command } = plan;
  const { report: folder } = options;
  using _lock = takeFolder(folder);
  // A signal between two runs must not end the process before the combined report is written.
  using between = new Interruption(undefined, () => {});
  const whole = new OneRun(plan);
  whole.announce(`${repeat} runs, each with a folder of its own in ${folder}`);
  const repetition = new Repetition({
    asked: repeat,
    folder,
    ...(expectations === undefined ? {} : { expectations }),
    json: options.json === true,
    command,
    console: whole.console,
  });
  let lost = false;
  try {
    for (let number = 1; number <= repeat && between.why === undefined; number++) {
      const place: SeriesPlace = {
        name: `run ${number} of ${repeat}`,
        onReport: (report, cut) => repetition.take(report, cut),
      };
      const run = new OneRun(planOf(number), place);
      lost = (await run.perform()) === exitOfFailedWrite || lost;
      if (run.interrupted) break;
      await repetition.measure();
    }
  } finally {
    await repetition.finish();
  }
  return lost ? exitOfFailedWrite : (repetition.exitCode ?? 4);
}

/** @throws WrongUse, InputFileError */
async function readExpectations(
  target: Pick<Target, 'role' | 'secrets'>,
  path: string | undefined,
  { expectations: named, allowExpected, shard }: Pick<RunOptions, 'expectations' | 'allowExpected' | 'shard'>,
): Promise<Expectations | undefined> {
  const file = expectationsPath(named, path);
  if (file !== undefined)
    return {
      ...(await loadExpectations(file, target.role, target.secrets)),
      allowed: allowExpected === true,
      ...(shard === undefined ? {} : { oneOfSeveral: true }),
      today: new Date().toISOString().slice(0, 10),
    };
  if (allowExpected === true)
    throw new WrongUse('--allow-expected needs expectations: expectations.yaml beside the target file, or --expectations FILE');
  return undefined;
}

/** The roles of the embedded references to judge. */
function embeddedRoles({ role, only }: RunOptions): Role[] {
  if (role !== undefined) return [role];
  const both = ['server', 'client'] as const;
  const named = both.filter((candidate) => only?.some((id) => id.replace(/^@/, '').startsWith(`${candidate}-`)));
  return named.length === 1 ? [...named] : [...both];
}
