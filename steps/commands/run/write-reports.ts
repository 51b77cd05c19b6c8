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

/** A file that was written during the run. */
export interface RecordedFile {
  /** Undefined if there was nothing to write. */
  readonly path: string | undefined;
  /** Why a part of it is missing. */
  readonly lost: Error | undefined;
  close(): void;
}

/** What is written with a report, and where. */
export interface ReportOutput {
  readonly folder: string;
  /** As in `failureText`. */
  readonly command: string;
  readonly console: Console;
  /** The recorded files; empty if no scenario ran. */
  readonly recorded: readonly RecordedFile[];
  /** Whether the folder also holds the page that explains the requirements. */
  readonly specified: boolean;
  /** Whether `report.json` is printed on stdout. */
  readonly json: boolean;
  /** Why no certificate is written: the words after "because"; undefined for a whole run. */
  readonly partial: string | undefined;
  /** The private key that signs the certificate. */
  readonly key: KeyObject | undefined;
  /** The text of the report that an earlier run left in the folder. */
  readonly earlier?: string | undefined;
}

/**
 * Writes all files of a report folder, prints the results, and names the files that could not be written.
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
    // JSON.parse, not the suite's own reader: here the spelling of numbers does not matter, and keeping it takes long.
    const report: unknown = JSON.parse(text);
    return schemaFaults('report', report).length > 0 ? undefined : (report as Report);
  } catch {
    return undefined;
  }
}

/** The words about the certificate in the page of the report. The certificate covers the page, so it is written after it. */
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
 * Writes the certificate, if the run can be certified.
 *
 * @param files the files of the run; the files that are written here are added
 * @returns why there is none, in words
 */
async function writeCertificate(
  report: Report,
  files: string[],
  failedWrites: FailedWrites,
  { folder, partial, key }: ReportOutput,
): Promise<string | undefined> {
  // A folder with missing files proves nothing; the failed write is reported elsewhere.
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
