import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { schemaFaults } from '../../harness/message/schema.ts';
import { certify } from '../../report/certificate/certify.ts';
import { NotCertifiable, statementOf } from '../../report/certificate/statement.ts';
import type { Console } from '../../report/console.ts';
import { writeReport } from '../../report/report-folder.ts';
import { reportJson } from '../../report/report-json.ts';
import { specificationFile } from '../../report/specification/beside-report.ts';
import type { Report } from '../../verdict/report.ts';
import { exitOfFailedWrite, FailedWrites } from '../terminal/failed-writes.ts';

/** A file that was written while the run lasted. */
export interface RecordedFile {
  /** Undefined where there was nothing to write. */
  readonly path: string | undefined;
  /** Why something is missing in it. */
  readonly lost: Error | undefined;
  close(): void;
}

/** What is written beside a report, and where. */
export interface ReportOutput {
  readonly folder: string;
  /** As in `failureText`. */
  readonly command: string;
  readonly console: Console;
  /** What was recorded; empty where nothing came to run. */
  readonly recorded: readonly RecordedFile[];
  /** Whether the page that explains the requirements stands in the folder as well. */
  readonly specified: boolean;
  /** Whether `report.json` is printed on stdout. */
  readonly json: boolean;
  /** Why no certificate is written, as what comes after "because"; undefined for a whole run. */
  readonly partial: string | undefined;
  /** The private key that the certificate is signed by. */
  readonly key: KeyObject | undefined;
  /** The text of the report that an earlier run left in the folder. */
  readonly earlier?: string | undefined;
}

/**
 * Writes all that stands in a report folder, prints how it went, and says of what could not be written that it is lost.
 *
 * @returns the exit code
 */
export async function writeReports(report: Report, output: ReportOutput): Promise<number> {
  const { folder, command, console: screen, recorded, specified, json } = output;
  const failedWrites = new FailedWrites();
  const earlier = readEarlier(output.earlier);
  const beside = { certificate: certificateInWords(report, output), ...(earlier === undefined ? {} : { earlier }) };
  const files = [...((await failedWrites.keep(() => writeReport(folder, report, command, beside))) ?? [])];
  if (specified) files.push(join(folder, specificationFile));
  for (const file of recorded) {
    await failedWrites.keep(() => file.close());
    if (file.lost !== undefined) failedWrites.add(file.lost);
    else if (file.path !== undefined) files.push(file.path);
  }
  if (json) process.stdout.write(reportJson(report));
  const uncertified = await writeCertificate(report, files, failedWrites, output);
  screen.closing(report, files, uncertified);
  if (failedWrites.inWords === undefined) return report.exitCode;
  console.error(`The reports in ${folder} are incomplete: ${failedWrites.inWords}.`);
  console.error(
    'The output above shows everything that was measured. Free some space, or name another folder with --report, and run again.',
  );
  return exitOfFailedWrite;
}

/** A report of this version of the suite; undefined for any other text. */
function readEarlier(text: string | undefined): Report | undefined {
  if (text === undefined) return undefined;
  try {
    // How its numbers are written is of no interest, and takes longer to read than all the rest.
    const report: unknown = JSON.parse(text);
    return schemaFaults('report', report).length > 0 ? undefined : (report as Report);
  } catch {
    return undefined;
  }
}

/** What the page of the report says of its certificate, which is made of the page and so comes after it. */
function certificateInWords(report: Report, { partial, key }: ReportOutput): string {
  try {
    if (partial !== undefined) throw new NotCertifiable(partial);
    statementOf(report, []);
    return key === undefined ? 'certificate.json, not signed' : 'certificate.json, signed: certificate.sigstore.json';
  } catch (error) {
    if (error instanceof NotCertifiable) return `none, because ${error.message}`;
    throw error;
  }
}

/**
 * Writes the certificate, where the run is one that is certified.
 *
 * @param files what the run has written; what is written here joins them
 * @returns why there is none, in words
 */
async function writeCertificate(
  report: Report,
  files: string[],
  failedWrites: FailedWrites,
  { folder, partial, key }: ReportOutput,
): Promise<string | undefined> {
  // What is not whole is told in any case, and proves nothing.
  if (failedWrites.inWords !== undefined) return undefined;
  try {
    const given = { ...(partial === undefined ? {} : { partial }), ...(key === undefined ? {} : { key }) };
    files.push(...((await failedWrites.keep(() => certify(folder, report, files, given))) ?? []));
    return undefined;
  } catch (error) {
    if (error instanceof NotCertifiable) return error.message;
    throw error;
  }
}
