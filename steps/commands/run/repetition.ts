import { existsSync, readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { clearCertificate } from '../../report/certificate/certificate-files.ts';
import type { Console } from '../../report/console.ts';
import { clearReport, writeReport } from '../../report/report-folder.ts';
import { reportJson } from '../../report/report-json.ts';
import type { Expectations } from '../../verdict/expectations.ts';
import { combine } from '../../verdict/repeat.ts';
import type { Report, ScenarioResult } from '../../verdict/report.ts';
import { exitOfFailedWrite, FailedWrites } from '../terminal/failed-writes.ts';
import { measureUsage, type ResourceUsage, usageTrend } from './resource-usage.ts';

/** How `run --repeat` was called, and where its results go. */
export interface SeriesSettings {
  /** The number of runs that the user asked for. */
  readonly asked: number;
  /** The folder of the combined report; each run has a subfolder. */
  readonly folder: string;
  readonly expectations?: Expectations;
  /** Whether `report.json` is printed on stdout. */
  readonly json: boolean;
  /** The command that runs the suite on this target again. */
  readonly command: string;
  readonly console: Console;
}

/** Collects the reports of `run --repeat`, and writes the combined one. */
export class Repetition {
  readonly #settings: SeriesSettings;
  readonly #reports: Report[] = [];
  readonly #usages: ResourceUsage[] = [];
  /** Scenarios with the details that the combined report may show, by requirement, scenario and status. */
  readonly #shown = new Map<string, ScenarioResult>();
  #exitCode: number | undefined;

  /** @throws Error of `node:fs` when the files of an earlier series cannot be removed */
  constructor(settings: SeriesSettings) {
    this.#settings = settings;
    clearRuns(settings.folder);
  }

  /** The exit code of the series; undefined until its report is written. */
  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  /**
   * Takes the report of the next run.
   *
   * @param cut whether the run was interrupted, or could not start: the series ends with it
   */
  async take(report: Report, cut: boolean): Promise<void> {
    this.#reports.push(this.#withoutKnownDetails(report));
    if (cut) await this.finish(cut);
  }

  /** Measures what the suite uses, to be called after each run when everything of the run is closed. */
  async measure(): Promise<void> {
    this.#usages.push(await measureUsage());
  }

  /** Writes and prints the combined report, once; nothing if no run was made. */
  async finish(cut = false): Promise<void> {
    const { asked, folder, expectations, json, command, console: screen } = this.#settings;
    const [first, ...others] = this.#reports;
    if (this.#exitCode !== undefined || first === undefined) return;
    const folders = this.#reports.map((_, index) => folderName(index + 1));
    const series = { asked, reports: [first, ...others] as const, folders, cut };
    const resources = usageTrend(this.#usages);
    const report = combine({
      ...series,
      ...(expectations === undefined ? {} : { expectations }),
      ...(resources === undefined ? {} : { resources }),
    });
    const failedWrites = new FailedWrites();
    const files = (await failedWrites.keep(() => writeReport(folder, report, command))) ?? [];
    if (json) process.stdout.write(reportJson(report));
    screen.closing(report, files, 'no single run stands for several; run it without --repeat');
    this.#exitCode = failedWrites.inWords === undefined ? report.exitCode : exitOfFailedWrite;
    if (failedWrites.inWords !== undefined)
      console.error(`The combined report in ${folder} is incomplete: ${failedWrites.inWords}.`);
  }

  /**
   * A report without the details of scenarios that had the same result in an earlier run. The combined report shows the earliest run
   * with a result, so these details are never shown; a thousand whole reports would need gigabytes.
   */
  #withoutKnownDetails(report: Report): Report {
    const slim = (id: string, scenario: ScenarioResult): ScenarioResult => {
      const { status, durationMs, expected } = scenario;
      const key = [id, scenario.place, scenario.title, status].join('\n');
      const shown = this.#shown.get(key);
      this.#shown.set(key, shown ?? scenario);
      if (shown === undefined) return scenario;
      const { title, place } = shown;
      return { title, place, status, durationMs, information: [], trace: [], ...(expected === undefined ? {} : { expected }) };
    };
    const requirements = report.requirements.map((requirement) => {
      const first = this.#reports[0]?.requirements.find(({ id }) => id === requirement.id) ?? requirement;
      const { sentence, description, source, mistakes } = first;
      const scenarios = requirement.scenarios.map((scenario) => slim(requirement.id, scenario));
      return { ...requirement, sentence, description, source, mistakes, scenarios };
    });
    return { ...report, requirements };
  }
}

/** The subfolder of a run. @param run from 1 */
export function folderName(run: number): string {
  return `run-${run}`;
}

/** Removes the runs of an earlier series, which may have been longer. A folder with other files stays, and keeps them. */
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
