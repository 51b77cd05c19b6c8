import type { KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { schemaFaults } from '../../harness/message/schema.ts';
import { counted } from '../../harness/text/counted.ts';
import { printable } from '../../harness/text/printable.ts';
import { WrongUse } from '../../harness/text/usage-error.ts';
import { hintOf } from '../../report/certificate/keys.ts';
import { writeWhole } from '../../report/report-folder.ts';
import { suite } from '../../requirements/requirement.ts';
import type { RunManyReport } from '../run-many/run-many-document.ts';
import { checkFolder, isCertified, publicKey, requireFolder, uncertified } from '../verify/certified-folder.ts';
import { type Certified, galleryPage, nameOf } from './gallery-page.ts';

/** The options of `gallery`. */
export interface GalleryOptions {
  /** The file of the page. */
  readonly page: string;
  /** Files of public keys: each folder must be signed by one of them. */
  readonly key?: readonly string[];
}

/**
 * `gallery FOLDER…`: verifies certified report folders again, and writes a page of those that pass.
 *
 * @returns the exit code
 * @throws WrongUse, Error of `node:fs` when the page cannot be written
 */
export function gallery(paths: readonly string[], { page, key: keyFiles = [] }: GalleryOptions): number {
  const keys = keyFiles.map(publicKey);
  const folders = reportFoldersIn(paths);
  const beside = dirname(resolve(page));
  if (folders.includes(beside) && isCertified(beside))
    throw new WrongUse(`--page ${page}: is in a report folder, whose certificate lists all files; choose another place`);
  const certified: Certified[] = [];
  for (const folder of folders) {
    const checked = certifiedIn(folder, keys);
    if (typeof checked === 'string') console.log(printable(`${folder}: refused: ${checked}`));
    else {
      certified.push(checked);
      console.log(printable(`${folder}: genuine: ${nameOf(checked)} ${checked.report.verdict}`));
    }
  }
  if (certified.length === 0) {
    console.log('no page was written: none of the folders is genuine');
    return 1;
  }
  const { name, version } = suite();
  writeWhole(page, galleryPage(certified, { page: resolve(page), suite: `${name} ${version}`, made: new Date() }));
  console.log(`${page}: ${counted(certified.length, 'implementation')} of ${counted(folders.length, 'report folder')}`);
  return certified.length === folders.length ? 0 : 1;
}

/** The report folders, each once; for a run on several targets, the folders of its targets. @throws WrongUse */
function reportFoldersIn(paths: readonly string[]): readonly string[] {
  const folders = paths.flatMap((path) => {
    requireFolder(path);
    const file = join(path, 'run-many.json');
    return isCertified(path) || !existsSync(file) ? [path] : membersOf(file).map((member) => join(path, basename(member)));
  });
  return [...new Set(folders.map((folder) => resolve(folder)))];
}

/** @throws WrongUse */
function membersOf(file: string): readonly string[] {
  const text = readFileSync(file, 'utf8');
  const [fault] = schemaFaults('run-many', text);
  if (fault !== undefined) throw new WrongUse(`${file}: is not a report of this version of the suite: ${fault}`);
  return (JSON.parse(text) as RunManyReport).members.map(({ folder }) => folder);
}

/** The certified implementation in a folder, or why it is refused. @throws WrongUse when the folder cannot be read */
function certifiedIn(folder: string, keys: readonly KeyObject[]): Certified | string {
  if (!isCertified(folder)) return uncertified;
  let reason: string | undefined;
  for (const key of keys.length === 0 ? [undefined] : keys) {
    const { faults, remarks, signature, statement, report } = checkFolder(folder, key);
    const [fault] = faults;
    if (fault !== undefined) reason ??= `not genuine: ${fault.file}: ${fault.what}`;
    else if (signature === 'unchecked') reason ??= "its certificate is signed: name the signer's public key with --key";
    else if (statement !== undefined && report !== undefined)
      return { folder, statement, report, remarks, ...(key === undefined ? {} : { signer: hintOf(key) }) };
  }
  return reason ?? 'its certificate cannot be read';
}
