import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';

/**
 * Reports an error that the suite does not handle: one line on standard error, the details in a file.
 *
 * @returns the exit code 4: such an error is never a verdict
 */
export function reportUnexpected(error: unknown): 4 {
  const [what = ''] = (error instanceof Error ? `${error.name}: ${error.message}` : inspect(error)).split('\n');
  console.error(`The suite is at fault, and has judged nothing: ${what}`);
  console.error(`  Details for a bug report: ${writeDetails(inspect(error))}`);
  return 4;
}

/** @returns the file's path, or the details themselves if the file cannot be written */
function writeDetails(details: string): string {
  try {
    const file = join(mkdtempSync(join(tmpdir(), 'iot-ntp-conformance-fault-')), 'details.txt');
    writeFileSync(file, `${details}\n`, { mode: 0o600 });
    return file;
  } catch {
    return details;
  }
}
