import type { KeyObject } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { WrongUse } from '../../harness/text/usage-error.ts';
import { certificateFiles } from '../../report/certificate/certificate-files.ts';
import { KeyError, readPublicKey } from '../../report/certificate/keys.ts';
import { type Verification, verifyFolder } from '../../report/certificate/verification.ts';
import { isSystemError } from '../terminal/failed-writes.ts';

/** What is wrong with a folder without a certificate: the words after its name. */
export const uncertified = `there is no ${certificateFiles.certificate}; a whole run writes one, or says why it has none`;

/** Whether a folder has a certificate, genuine or not. */
export function isCertified(folder: string): boolean {
  return existsSync(join(folder, certificateFiles.certificate));
}

/** @throws WrongUse when there is no such folder */
export function requireFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new WrongUse(`${folder}: there is no such folder; expected one that "run" wrote its reports into`);
}

/** Checks a certified report folder. @param key the signer's public key @throws WrongUse when the folder cannot be read */
export function checkFolder(folder: string, key?: KeyObject): Verification {
  try {
    return verifyFolder(folder, key);
  } catch (error) {
    if (isSystemError(error)) throw new WrongUse(`${folder}: cannot be read: ${error.message}`);
    throw error;
  }
}

/** The key in the file that `--key` names. @throws WrongUse */
export function publicKey(path: string): KeyObject {
  try {
    return readPublicKey(path);
  } catch (error) {
    if (error instanceof KeyError) throw new WrongUse(`--key ${error.message}`);
    throw error;
  }
}
