import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeWhole } from '../../report/report-folder.ts';
import { loadPage } from './load-page.ts';
import type { LoadReport } from './load-report.ts';

/** The files of a load's report. */
export const loadFiles = ['load.html', 'load.json'] as const;

/** Removes the files of an earlier load. */
export function clearLoad(folder: string): void {
  for (const name of loadFiles) rmSync(join(folder, name), { force: true });
}

/** Writes `load.html` and `load.json`. @throws Error of node:fs when the folder cannot be written to */
export function writeLoad(folder: string, report: LoadReport): void {
  const texts = { 'load.html': loadPage(report), 'load.json': `${JSON.stringify(report, undefined, 2)}\n` } as const;
  for (const name of loadFiles) writeWhole(join(folder, name), texts[name]);
}
