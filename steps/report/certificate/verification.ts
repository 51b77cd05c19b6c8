import type { KeyObject } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { schemaFaults } from '../../harness/message/schema.ts';
import { differences, readSets } from '../../requirements/requirement-set.ts';
import type { Report } from '../../verdict/report.ts';
import { certificateFiles, judgedFiles, mediaTypeOf } from './certificate-files.ts';
import { sha256 } from './evidence-digests.ts';
import { contradictions, recordedMessages, rejudge } from './recording.ts';
import { checkSignature } from './signature.ts';
import { NotCertifiable, type Statement, statementJson, statementOf } from './statement.ts';
import { suiteDigest } from './suite-digest.ts';

/** A fault in a report folder. */
export interface FileFault {
  /** A file of the report folder. */
  readonly file: string;
  /** What is wrong with it: the words after its name. */
  readonly what: string;
}

/** The result of checking a report folder. */
export interface Verification {
  /** Empty if everything that could be checked is genuine. */
  readonly faults: readonly FileFault[];
  /** What could not be checked here, and other remarks. */
  readonly remarks: readonly string[];
  /** Whether the certificate is signed, and by the given key. */
  readonly signature: 'genuine' | 'unchecked' | 'absent';
  /** The content of the certificate; absent if it cannot be read. */
  readonly statement?: Statement;
  /** The certified report; absent if it cannot be read, or if a file of the folder was changed. */
  readonly report?: Report;
}

/** The bytes of the files of a folder; undefined for a link, and for everything else that is not a file. */
type Files = ReadonlyMap<string, Buffer | undefined>;

/**
 * Checks a certified report folder, without any network: its certificate, every file that the certificate names, that there are no
 * others, the signature, and that the recorded messages give the same verdict.
 *
 * @param key the public key of the expected signer
 * @throws Error of `node:fs` when the folder cannot be read
 */
export function verifyFolder(folder: string, key?: KeyObject): Verification {
  const files = readFolder(folder);
  const certificate = files.get(certificateFiles.certificate);
  const { faults: unsigned, signature } = checkSigned(certificate, files.get(certificateFiles.signed), key);
  if (certificate === undefined)
    return { faults: [{ file: certificateFiles.certificate, what: 'is missing' }, ...unsigned], remarks: [], signature };

  const { statement, faults: malformed } = readStatement(certificate);
  const faults = [...unsigned, ...malformed];
  if (statement === undefined) return { faults, remarks: [], signature };
  const changed = checkFiles(files, statement);
  faults.push(...changed);
  // Report the changed files, and not the consequences.
  if (changed.length > 0) return { faults, remarks: [], signature, statement };
  const { faults: wrong, ...content } = checkContent(files, statement);
  return { faults: [...faults, ...wrong], ...content, signature, statement };
}

function readFolder(folder: string): Files {
  const entries = readdirSync(folder, { withFileTypes: true });
  return new Map(entries.map((entry) => [entry.name, entry.isFile() ? readFileSync(join(folder, entry.name)) : undefined]));
}

function checkSigned(
  certificate: Buffer | undefined,
  bundle: Buffer | undefined,
  key: KeyObject | undefined,
): { readonly faults: FileFault[]; readonly signature: Verification['signature'] } {
  const file = certificateFiles.signed;
  if (bundle === undefined) {
    const faults = key === undefined ? [] : [{ file, what: 'is missing: the certificate is not signed' }];
    return { faults, signature: 'absent' };
  }
  const { faults: found, payload } = checkSignature(bundle, key);
  const faults = found.map((what): FileFault => ({ file, what }));
  if (faults.length === 0 && certificate !== undefined && payload?.equals(certificate) !== true)
    faults.push({ file: certificateFiles.certificate, what: `is not the certificate that ${file} signs` });
  return { faults, signature: key !== undefined && faults.length === 0 ? 'genuine' : 'unchecked' };
}

function readStatement(bytes: Buffer): { readonly statement?: Statement; readonly faults: FileFault[] } {
  const text = bytes.toString('utf8');
  const faults = schemaFaults('certificate', text).map((what) => ({ file: certificateFiles.certificate, what }));
  if (faults.length > 0) return { faults };
  const statement = JSON.parse(text) as Statement;
  if (Buffer.from(statementJson(statement)).equals(bytes)) return { statement, faults };
  return { statement, faults: [{ file: certificateFiles.certificate, what: 'is not as the suite wrote it' }] };
}

/** Whether the folder has exactly the files that the certificate names, unchanged. */
function checkFiles(files: Files, { predicate }: Statement): FileFault[] {
  const { evidence } = predicate.iotNtpConformance;
  const known = new Set<string>([certificateFiles.certificate, certificateFiles.signed, ...evidence.map(({ name }) => name)]);
  const named = evidence.flatMap(({ name, digest }): FileFault[] => {
    if (!files.has(name)) return [{ file: name, what: 'is missing' }];
    const content = files.get(name);
    if (content === undefined) return [{ file: name, what: 'is not a file' }];
    const found = sha256(content);
    if (found === digest['sha256']) return [];
    return [{ file: name, what: `was changed: its SHA-256 is ${found}; certificate.json says ${digest['sha256']}` }];
  });
  const added = [...files.keys()].filter((name) => !known.has(name));
  return [...named, ...added.map((file) => ({ file, what: 'was added: certificate.json does not name it' }))];
}

/** Whether certificate, report and recorded messages say the same. */
function checkContent(files: Files, statement: Statement): Pick<Verification, 'faults' | 'remarks' | 'report'> {
  const text = files.get(judgedFiles.report)?.toString('utf8') ?? '';
  const malformed = schemaFaults('report', text).map((what) => ({ file: judgedFiles.report, what }));
  if (malformed.length > 0) return { faults: malformed, remarks: [] };
  const report = JSON.parse(text) as Report;
  const same = report.suite.digest === suiteDigest();
  const recorded = checkRecorded(files.get(judgedFiles.messages)?.toString('utf8') ?? '', report, same);
  const remarks = same
    ? []
    : [
        `judged by ${report.suite.name} ${report.suite.version} with other program files than those here; judged again with these`,
      ];
  return { faults: [...checkAgainst(report, statement), ...recorded.faults], remarks: [...remarks, ...recorded.remarks], report };
}

/** The certificate must be the same as one that is made from the report and the evidence. */
function checkAgainst(report: Report, statement: Statement): FileFault[] {
  const file = certificateFiles.certificate;
  try {
    const { evidence } = statement.predicate.iotNtpConformance;
    const expected = statementOf(
      report,
      evidence.map(({ name, digest }) => ({ name, digest, mediaType: mediaTypeOf(name) })),
    );
    return unequal(statement, expected, '').map((member) => ({ file, what: `differs from report.json in ${member}` }));
  } catch (error) {
    if (error instanceof NotCertifiable) return [{ file, what: `certifies what cannot be certified: ${error.message}` }];
    throw error;
  }
}

/** The JSON Pointers of the members that differ; of nested members only the innermost. */
function unequal(one: unknown, other: unknown, path: string): string[] {
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null)
    return Object.is(one, other) ? [] : [path];
  const [members, others] = [one, other] as [Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>];
  return [...new Set([...Object.keys(members), ...Object.keys(others)])].flatMap((name) =>
    unequal(members[name], others[name], `${path}/${name}`),
  );
}

function checkRecorded(
  text: string,
  report: Report,
  same: boolean,
): { readonly faults: FileFault[]; readonly remarks: string[] } {
  const file = judgedFiles.messages;
  let recorded: ReturnType<typeof rejudge>;
  try {
    recorded = rejudge(recordedMessages(text), report.target.role, () => ({ strict: report.strict }));
  } catch (error) {
    return { faults: [{ file, what: error instanceof Error ? error.message : String(error) }], remarks: [] };
  }
  const faults = contradictions(report, recorded, same).map((what): FileFault => ({ file: judgedFiles.report, what }));
  const { name, digest } = report.requirementSet ?? { name: '', digest: '' };
  const set = readSets().find((candidate) => candidate.name === name);
  if (set === undefined)
    return { faults, remarks: [`requirement set ${name} is not in this package, so the suite could not check the requirements`] };
  if (set.digest !== digest)
    faults.push({
      file: judgedFiles.report,
      what: `was judged by another set ${name}: ${digest}; this package has ${set.digest}`,
    });
  const modified = differences(set[report.target.role], recorded.requirements);
  if (modified.length > 0)
    faults.push({ file, what: `was judged by other requirements than set ${name}: ${modified.join(', ')} differ` });
  return { faults, remarks: [] };
}
