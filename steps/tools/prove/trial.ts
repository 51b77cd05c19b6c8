import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../../verdict/report.ts';
import type { Implementation } from './proof-implementation.ts';
import type { SuiteProcess } from './suite-process.ts';

/** How a run of the suite on one implementation went. */
export interface Trial {
  readonly implementation: Implementation;
  /** Undefined when the suite left none that says how it ended. */
  readonly report: Report | undefined;
  /** Why the suite did not come to a verdict at all, in words: a crash. */
  readonly crash: string | undefined;
  readonly durationMs: number;
}

/** No run on a fixture takes longer, in ms: one that does hangs. */
const limit = 120_000;

/**
 * Runs the suite's command line on one implementation, as a vendor would.
 *
 * @param folder where the target file and the reports go
 */
export async function tryOut(suite: SuiteProcess, implementation: Implementation, folder: string): Promise<Trial> {
  const reports = join(folder, implementation.name);
  mkdirSync(reports, { recursive: true });
  const file = join(reports, 'target.json');
  writeFileSync(file, JSON.stringify(implementation.target));
  const start = performance.now();
  const { code, how, complaints } = await suite.call(['run', file, '--report', reports], limit);
  const durationMs = Math.round(performance.now() - start);
  const report = readReport(join(reports, 'report.json'));
  const broken = code === undefined || ![0, 1, 4].includes(code) || report === undefined || report.exitCode !== code;
  const crash = broken ? [`the suite ${how}, after ${durationMs} ms`, ...complaints].join(': ') : undefined;
  return { implementation, report: broken ? undefined : report, crash, durationMs };
}

/** The report, unless there is none that was written to its end. */
function readReport(path: string): Report | undefined {
  try {
    const report = JSON.parse(readFileSync(path, 'utf8')) as Report;
    return report.finished === undefined ? undefined : report;
  } catch {
    return undefined;
  }
}
