import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WrongUse } from '../../harness/text/usage-error.ts';
import { certificateFiles } from '../../report/certificate/certificate-files.ts';
import { lockFolder } from '../../report/folder-lock.ts';
import { captureFile, messagesFile, pageFile } from '../../report/report-folder.ts';
import { specificationFile } from '../../report/specification/beside-report.ts';

/** The documents of the suite that a folder of reports may have. Each says which suite wrote it. */
const documents = ['report.json', 'run-many.json', 'interop.json', 'load.json'];

/** The files that a command may write into its folder, or remove from it. */
const written = [
  pageFile,
  'junit.xml',
  messagesFile,
  captureFile,
  specificationFile,
  ...documents,
  ...Object.values(certificateFiles),
];

/**
 * Locks a folder for the reports of a command, as {@link lockFolder} does. Files of earlier reports are replaced, and no others.
 *
 * @throws WrongUse if another run writes there, or the folder has files under the names of reports that the suite has not written
 */
export function takeFolder(folder: string): Disposable {
  const found = written.filter((name) => existsSync(join(folder, name)));
  if (found.length > 0 && !documents.some((name) => isOfSuite(join(folder, name))))
    throw new WrongUse(
      `${folder}: ${found.join(', ')} would be lost, and there is no report of an earlier run: name another folder with --report`,
    );
  return lockFolder(folder);
}

function isOfSuite(file: string): boolean {
  try {
    const document: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return typeof document === 'object' && document !== null && 'suite' in document;
  } catch {
    return false;
  }
}
