import { basename, resolve } from 'node:path';
import { printable } from '../../harness/text/printable.ts';
import { WrongUse } from '../../harness/text/usage-error.ts';
import type { Statement } from '../../report/certificate/statement.ts';
import type { Verification } from '../../report/certificate/verification.ts';
import { checkFolder, isCertified, publicKey, requireFolder, uncertified } from './certified-folder.ts';

/**
 * `verify FOLDER`: checks a certified report folder, and prints what it found.
 *
 * @returns the exit code
 * @throws WrongUse
 */
export function verify(folder: string, { key }: { readonly key?: string }): number {
  requireFolder(folder);
  const signer = key === undefined ? undefined : publicKey(key);
  if (!isCertified(folder)) throw new WrongUse(`${folder}: ${uncertified}`);
  const verification = checkFolder(folder, signer);
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
    console.log(`${name}: all files match, but the certificate is signed: name the signer's public key with --key`);
    return 2;
  }
  console.log(`${name}: genuine${signatureInWords(verification)}`);
  return 0;
}

function inWords({ subject: [subject], predicate }: Statement): readonly string[] {
  const { result, configuration, passedTests, warnedTests, failedTests, iotNtpConformance } = predicate;
  const { title, vendor, edition, address } = iotNtpConformance.specifiedBy;
  const [[algorithm, digest] = ['', '']] = Object.entries(subject.digest);
  const counts = `${passedTests.length} passed, ${warnedTests.length} warned, ${failedTests.length} failed`;
  return [
    `subject        ${subject.name}`,
    `               ${algorithm}:${digest}`,
    `result         ${result}: the ${iotNtpConformance.role} ${iotNtpConformance.verdict} (${counts})`,
    `tested         ${iotNtpConformance.finished}`,
    `specification  ${title}, ${vendor}, ${edition}`,
    `               ${address}`,
    ...configuration.map(({ name, uri, digest: of }, index) => {
      const [[kind, value] = ['', '']] = Object.entries(of);
      return `${(index === 0 ? 'configuration' : '').padEnd(15)}${uri ?? name}  ${kind}:${value}`;
    }),
  ];
}

function signatureInWords({ signature }: Verification): string {
  if (signature === 'genuine') return ', and signed by this key';
  return ', but not signed: nothing proves who made it';
}
