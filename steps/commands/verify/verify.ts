import { existsSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { printable } from '../../harness/text/printable.ts';
import { WrongUse } from '../../harness/text/usage-error.ts';
import { certificateFiles } from '../../report/certificate/certificate-files.ts';
import { KeyError, readPublicKey } from '../../report/certificate/keys.ts';
import type { Statement } from '../../report/certificate/statement.ts';
import { type Verification, verifyFolder } from '../../report/certificate/verification.ts';
import { isSystemError } from '../terminal/failed-writes.ts';

/**
 * `verify FOLDER`: checks a certified report folder, and prints what it found.
 *
 * @returns the exit code
 * @throws WrongUse
 */
export async function verify(folder: string, { key }: { readonly key?: string }): Promise<number> {
  if (!isFolder(folder)) throw new WrongUse(`${folder}: there is no such folder; expected one that "run" wrote its reports into`);
  const signer = key === undefined ? undefined : publicKey(key);
  if (!existsSync(join(folder, certificateFiles.certificate)))
    throw new WrongUse(
      `${folder}: there is no ${certificateFiles.certificate}; a whole run writes one when its verdict stands, and otherwise says why there is none`,
    );
  const verification = await check(folder, signer);
  const { faults, remarks, signature, statement } = verification;
  const name = basename(resolve(folder));
  for (const { file, what } of faults) console.log(printable(`${file}: ${what}`));
  if (faults.length > 0) {
    console.log(`${name}: not genuine`);
    return 1;
  }
  const lines = [...(statement === undefined ? [] : inWords(statement)), ...remarks];
  for (const line of lines) console.log(printable(line));
  if (signature === 'unchecked') {
    console.log(`${name}: all files fit together, but the certificate is signed: name the signer's public key by --key`);
    return 2;
  }
  console.log(`${name}: genuine${signatureInWords(verification)}`);
  return 0;
}

/** @throws WrongUse when the folder cannot be read */
async function check(folder: string, key: ReturnType<typeof readPublicKey> | undefined): Promise<Verification> {
  try {
    return await verifyFolder(folder, key);
  } catch (error) {
    if (isSystemError(error)) throw new WrongUse(`${folder}: cannot be read: ${error.message}`);
    throw error;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** @throws WrongUse */
function publicKey(path: string): ReturnType<typeof readPublicKey> {
  try {
    return readPublicKey(path);
  } catch (error) {
    if (error instanceof KeyError) throw new WrongUse(`--key ${error.message}`);
    throw error;
  }
}

function inWords({ subject: [subject], predicate }: Statement): readonly string[] {
  const { result, configuration, passedTests, warnedTests, failedTests, iotNtpConformance } = predicate;
  const [[algorithm, digest] = ['', '']] = Object.entries(subject.digest);
  const counts = `${passedTests.length} passed, ${warnedTests.length} warned, ${failedTests.length} failed`;
  return [
    `subject        ${subject.name}`,
    `               ${algorithm}:${digest}`,
    `result         ${result}: the ${iotNtpConformance.role} ${iotNtpConformance.verdict} (${counts})`,
    `tested         ${iotNtpConformance.finished}`,
    ...configuration.map(({ name, uri, digest: of }, index) => {
      const [[kind, value] = ['', '']] = Object.entries(of);
      return `${(index === 0 ? 'configuration' : '').padEnd(15)}${uri ?? name}  ${kind}:${value}`;
    }),
  ];
}

function signatureInWords({ signature }: Verification): string {
  if (signature === 'genuine') return ', and signed by this key';
  return ' in itself; it is not signed, so nothing says who made it';
}
