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

/** How a run was made, as far as it matters for a certificate. */
export interface Certifying {
  /** Why the run was not a whole one, as what comes after "because"; undefined for a whole one. */
  readonly partial?: string;
  /** The private key to sign by. */
  readonly key?: KeyObject;
}

/**
 * Writes certificate and badge of a run into its report folder, unless the run is one that cannot be certified.
 *
 * @param files the paths of all that the run has written there
 * @returns the paths of what was written
 * @throws NotCertifiable, Error of `node:fs`
 */
export function certify(
  folder: string,
  report: Report,
  files: readonly string[],
  { partial, key }: Certifying,
): readonly string[] {
  if (partial !== undefined) throw new NotCertifiable(partial);
  // Whatever is not certifiable is found by this already, before anything is written.
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

/** Judges what was recorded once more, as a check of the certificate will do. */
function confirm(folder: string, report: Report): void {
  const text = readFileSync(join(folder, judgedFiles.messages), 'utf8');
  const { target, strict } = report;
  const recorded = rejudge(recordedMessages(text), target.role, () => ({ strict }));
  const [first] = contradictions(report, recorded, true);
  if (first !== undefined) throw new NotCertifiable(`the suite is at fault; please report this: in report.json ${first}`);
}
