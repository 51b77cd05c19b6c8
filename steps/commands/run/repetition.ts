import { existsSync, readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { clearCertificate } from '../../report/certificate/certificate-files.ts';
import type { Console } from '../../report/console.ts';
import { clearReport, writeReport } from '../../report/report-folder.ts';
import { reportJson } from '../../report/report-json.ts';
import type { Expectations } from '../../verdict/expectations.ts';
import { combine } from '../../verdict/repeat.ts';
import type { Report } from '../../verdict/report.ts';
import { exitOfFailedWrite, FailedWrites } from '../terminal/failed-writes.ts';

/** How a series of runs is told. */
export interface Telling {
  readonly asked: number;
  /** Where the report of all goes; each run has a folder in it. */
  readonly folder: string;
  readonly expectations?: Expectations;
  readonly json: boolean;
  /** The command that runs the suite on this target again. */
  readonly command: string;
  readonly console: Console;
}

/** Gathers the reports of `run --repeat`, and writes the one of all of them when the last has come. */
export class Repetition {
  readonly #telling: Telling;
  readonly #reports: Report[] = [];
  #exitCode: number | undefined;

  /** @throws Error of `node:fs` when what an earlier series has left cannot be taken away */
  constructor(telling: Telling) {
    this.#telling = telling;
    clearRuns(telling.folder);
  }

  /** What the series comes to; undefined while it lasts. */
  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  /**
   * Takes the report of the next run.
   *
   * @param cut whether it was ended before its time, or could not begin, and so the series with it
   */
  async take(report: Report, cut: boolean): Promise<void> {
    this.#reports.push(report);
    if (cut || this.#reports.length === this.#telling.asked) await this.finish(cut);
  }

  /** Writes and prints the report of all runs that were made, once. Without a single run there is nothing to say. */
  async finish(cut = false): Promise<void> {
    const { asked, folder, expectations, json, command, console: screen } = this.#telling;
    const [first, ...others] = this.#reports;
    if (this.#exitCode !== undefined || first === undefined) return;
    const folders = this.#reports.map((_, index) => folderName(index + 1));
    const series = { asked, reports: [first, ...others] as const, folders, cut };
    const report = combine(expectations === undefined ? series : { ...series, expectations });
    const failedWrites = new FailedWrites();
    const files = (await failedWrites.keep(() => writeReport(folder, report, command))) ?? [];
    if (json) process.stdout.write(reportJson(report));
    screen.closing(report, files, 'no single run stands for several; run it without --repeat');
    this.#exitCode = failedWrites.inWords === undefined ? report.exitCode : exitOfFailedWrite;
    if (failedWrites.inWords !== undefined)
      console.error(`The report of all runs in ${folder} is not whole: ${failedWrites.inWords}.`);
  }
}

/** The folder of a run of a series, in that of the series. */
export function folderName(run: number): string {
  return `run-${run}`;
}

/** Takes away what an earlier series has left: it may have had more runs. A folder that holds anything else stays with that. */
function clearRuns(folder: string): void {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory() || !/^run-\d+$/.test(entry.name)) continue;
    const path = join(folder, entry.name);
    clearReport(path);
    clearCertificate(path);
    if (readdirSync(path).length === 0) rmdirSync(path);
  }
}
