import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeWhole } from '../../report/report-folder.ts';
import { interopJunit } from './interop-junit.ts';
import { interopPage } from './interop-page.ts';
import type { InteropReport } from './interop-report.ts';

/** The files of an interop report. */
export const interopFiles = ['index.html', 'interop.json', 'junit.xml'] as const;

/** Removes the files of an earlier run. */
export function clearInterop(folder: string): void {
  for (const name of interopFiles) rmSync(join(folder, name), { force: true });
}

/** Writes `index.html`, `interop.json` and `junit.xml`. @throws Error of node:fs when the folder cannot be written to */
export function writeInterop(folder: string, report: InteropReport): void {
  const texts = {
    'index.html': interopPage(report),
    'interop.json': `${JSON.stringify(report, undefined, 2)}\n`,
    'junit.xml': interopJunit(report),
  } as const;
  for (const name of interopFiles) writeWhole(join(folder, name), texts[name]);
}
