import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Requirement } from '../requirements/requirement.ts';
import type { RunCircumstances } from '../verdict/judge.ts';
import type { Report } from '../verdict/report.ts';
import { type BesideReport, reportPage } from './html/report-page.ts';
import { junitXml } from './junit.ts';
import { incompleteReport, type RunFacts, reportJson } from './report-json.ts';

/** The report page. */
export const pageFile = 'index.html';

/** The file of Cucumber's messages in a report folder. */
export const messagesFile = 'messages.ndjson';

/** The file of packets in a report folder. */
export const captureFile = 'exchange.pcapng';

/**
 * Writes the report of a run into its folder: `index.html`, `report.json` and `junit.xml`.
 *
 * @param command as in `failureText`
 * @returns the paths of the written files
 * @throws Error of `node:fs` when the folder cannot be written to
 */
export function writeReport(folder: string, report: Report, command: string, beside?: BesideReport): readonly string[] {
  const texts = [
    [pageFile, reportPage(report, command, beside)],
    ['report.json', reportJson(report)],
    ['junit.xml', junitXml(report, command)],
  ] as const;
  return texts.map(([name, text]) => {
    const file = join(folder, name);
    writeWhole(file, text);
    return file;
  });
}

/** The text of the report of an earlier run in a folder; undefined if there is none. */
export function earlierReport(folder: string): string | undefined {
  try {
    return readFileSync(join(folder, 'report.json'), 'utf8');
  } catch {
    return undefined;
  }
}

/**
 * Removes the reports of an earlier run, and writes a report that says incomplete, which stays if the run is killed. Call it first, so that
 * the folder never looks complete when it is not.
 *
 * @param selected as in {@link RunCircumstances}
 * @throws Error of `node:fs` when the folder cannot be written to
 */
export function writeIncomplete(
  folder: string,
  run: RunFacts,
  requirements: readonly Requirement[],
  command: string,
  selected?: RunCircumstances['selected'],
): void {
  for (const name of [messagesFile, captureFile]) rmSync(join(folder, name), { force: true });
  writeReport(folder, incompleteReport(run, requirements, selected), command);
}

/** Removes the reports of an earlier run from a folder, because the present reports go elsewhere. */
export function clearReport(folder: string): void {
  for (const name of [pageFile, 'report.json', 'junit.xml', messagesFile, captureFile])
    rmSync(join(folder, name), { force: true });
}

/** Replaces a file at once: a reader sees the old text until the whole new one is on the disk. */
export function writeWhole(file: string, text: string): void {
  makeFolder(dirname(file));
  const draft = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(draft, text, { flush: true });
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw namingFolder(error, file);
  }
}

/** The same error, with the folder in its message if the system does not name it: for example, on a full disk. */
export function namingFolder(error: unknown, file: string): unknown {
  if (error instanceof Error && 'syscall' in error && !('path' in error)) error.message += ` '${dirname(file)}'`;
  return error;
}

/**
 * Makes a folder and its parents. It does not use `recursive`: on Linux, that never returns if a file system refuses every folder, as
 * /proc does.
 *
 * @throws Error of `node:fs` when the folder cannot be made
 */
export function makeFolder(folder: string): void {
  const missing: string[] = [];
  for (let path = resolve(folder); !existsSync(path); path = dirname(path)) missing.push(path);
  for (const path of missing.reverse()) mkdirSync(path);
  if (!statSync(folder).isDirectory()) mkdirSync(folder);
}
