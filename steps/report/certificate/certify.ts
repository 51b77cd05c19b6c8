import type { KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../../verdict/report.ts';
import { writeWhole } from '../report-folder.ts';
import { badgeJson, badgeOf, badgeSvg } from './badge.ts';
import { certificateFiles, judgedFiles } from './certificate-files.ts';
import { evidenceOf } from './evidence-digests.ts';
import { contradictions, recordedMessages, rejudge } from './recording.ts';
import { signStatement } from './signature.ts';
import { NotCertifiable, statementJson, statementOf } from './statement.ts';

/** The facts about a run that matter for a certificate. */
export interface CertifyOptions {
  /** Why the run was only a part: the words after "because"; undefined for a whole run. */
  readonly partial?: string;
  /** The private key that signs the certificate. */
  readonly key?: KeyObject;
}

/**
 * Writes certificate and badge of a run into its report folder, if the run can be certified.
 *
 * @param files the paths of all files that the run wrote there
 * @returns the paths of the added files
 * @throws NotCertifiable, Error of `node:fs`
 */
export function certify(
  folder: string,
  report: Report,
  files: readonly string[],
  { partial, key }: CertifyOptions,
): readonly string[] {
  if (partial !== undefined) throw new NotCertifiable(partial);
  // This finds what is not certifiable before anything is written.
  const badge = badgeOf(statementOf(report, []));
  confirm(folder, report);

  const written = [certificateFiles.badge, certificateFiles.badgeEndpoint].map((name) => join(folder, name));
  for (const [index, text] of [badgeSvg(badge), badgeJson(badge)].entries()) writeWhole(written[index] ?? '', text);
  const statement = statementJson(statementOf(report, evidenceOf([...files, ...written])));
  const signed = key === undefined ? undefined : signStatement(statement, key);
  const texts = [
    [certificateFiles.certificate, statement],
    ...(signed === undefined ? [] : [[certificateFiles.signed, signed] as const]),
  ] as const;
  for (const [name, text] of texts) writeWhole(join(folder, name), text);
  return [...texts.map(([name]) => join(folder, name)), ...written];
}

/** Judges the recorded messages again, as the check of the certificate will. */
function confirm(folder: string, report: Report): void {
  const text = readFileSync(join(folder, judgedFiles.messages), 'utf8');
  const { target, strict } = report;
  const recorded = rejudge(recordedMessages(text), target.role, () => ({ strict }));
  const [first] = contradictions(report, recorded, true);
  if (first !== undefined) throw new NotCertifiable(`the suite is at fault; please report this: in report.json ${first}`);
}
