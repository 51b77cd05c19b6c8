import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Fault } from './check-target.ts';
import { fault, member, named, text } from './target-content.ts';

/**
 * Checks that the files of `tls` are what they are called, so that a wrong one is a mistake in the target file and not a server
 * that cannot be reached. Files that cannot be read are passed over: that they exist is checked elsewhere.
 *
 * @param folder absolute path that relative paths start from
 */
export function checkCertificates(value: unknown, folder: string): Fault[] {
  const ca = read(value, folder, 'ca', (pem) => new X509Certificate(pem));
  const certificate = read(value, folder, 'certificate', (pem) => new X509Certificate(pem));
  const key = read(value, folder, 'key', createPrivateKey);
  const faults = [ca, certificate, key].flatMap(({ fault }) => fault ?? []);
  if (certificate.content !== undefined && key.content !== undefined && !certificate.content.checkPrivateKey(key.content))
    faults.push(fault(['tls', 'key'], 'does not belong to tls.certificate; expected the private key of that certificate'));
  if (ca.given && member(value, 'tls', 'selfSigned') === true)
    faults.push(named(['tls', 'selfSigned'], 'accepts any certificate, and ca only those of an authority; remove one of both'));
  return faults;
}

interface Read<T> {
  readonly given: boolean;
  readonly content?: T;
  readonly fault?: Fault;
}

function read<T extends X509Certificate | KeyObject>(
  value: unknown,
  folder: string,
  name: 'ca' | 'certificate' | 'key',
  parse: (pem: Buffer) => T,
): Read<T> {
  const given = text(value, 'tls', name);
  if (given === undefined || given === '') return { given: false };
  let pem: Buffer;
  try {
    pem = readFileSync(resolve(folder, given));
  } catch {
    return { given: true };
  }
  try {
    return { given: true, content: parse(pem) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const encrypted = code === 'ERR_MISSING_PASSPHRASE';
    const kind = name === 'key' ? 'a private key' : 'a certificate';
    const what = encrypted
      ? `"${given}" is encrypted; expected a key without a passphrase`
      : `"${given}" is not ${kind} in PEM; expected one`;
    return { given: true, fault: fault(['tls', name], what) };
  }
}
