import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { schemaFaults } from '../../harness/message/schema.ts';
import { WrongUse } from '../../harness/text/usage-error.ts';
import { comparisonText } from '../../report/comparison/comparison-text.ts';
import { compareReports } from '../../report/comparison/report-comparison.ts';
import { writeWhole } from '../../report/report-folder.ts';
import type { Report } from '../../verdict/report.ts';
import { comparisonPage } from './comparison-page.ts';

/** What `compare` was told. */
export interface CompareOptions {
  readonly json?: true;
  /** The file of the page. */
  readonly page?: string;
}

/**
 * `compare OLD NEW`: prints what differs between two reports.
 *
 * @param oldPath a report folder, or its report.json
 * @returns the exit code: 1 where a MUST got worse
 * @throws WrongUse, Error of `node:fs` when the page cannot be written
 */
export function compare(oldPath: string, newPath: string, { json, page }: CompareOptions): number {
  const [old, now] = [readReport(oldPath), readReport(newPath)];
  if (old.target.role !== now.target.role)
    throw new WrongUse(
      `${oldPath} is about a ${old.target.role} and ${newPath} about a ${now.target.role}; compare two of one role`,
    );
  const comparison = compareReports(old, now);
  if (page !== undefined) writeWhole(page, comparisonPage(comparison));
  process.stdout.write(json === true ? `${JSON.stringify(comparison, undefined, 2)}\n` : comparisonText(comparison));
  return comparison.mustGotWorse ? 1 : 0;
}

/** @throws WrongUse when there is no report of this suite */
function readReport(path: string): Report {
  const file = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true ? join(path, 'report.json') : path;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new WrongUse(
      `${file}: there is no such report; expected a folder that "run" wrote its reports into, or its report.json`,
    );
  }
  const [fault] = schemaFaults('report', text);
  if (fault !== undefined) throw new WrongUse(`${file}: is not a report of this version of the suite: ${fault}`);
  const report = JSON.parse(text) as Report;
  if (report.verdict === 'incomplete' && report.finished === undefined)
    throw new WrongUse(`${file}: the run did not finish; run it again`);
  return report;
}
