import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { certificatesIn } from '../mqtt/peer-certificate.ts';
import { printable } from '../text/printable.ts';
import type { Fault } from './check-target.ts';
import { fault, member, named, text } from './target-content.ts';

/**
 * Checks that the files of `tls` are what they are called and are valid now, so that a wrong one is a mistake in the target file and not
 * a server or client that cannot be reached. Files that cannot be read are passed over: that they exist is checked elsewhere.
 *
 * @param folder absolute path that relative paths start from
 * @param nowMs by the wall clock
 */
export function checkCertificates(value: unknown, folder: string, nowMs = Date.now()): Fault[] {
  const ca = read(value, folder, 'ca', authorities);
  const certificate = read(value, folder, 'certificate', (pem) => new X509Certificate(pem));
  const key = read(value, folder, 'key', createPrivateKey);
  const faults = [ca, certificate, key].flatMap(({ fault }) => fault ?? []);
  if (certificate.content !== undefined && key.content !== undefined && !certificate.content.checkPrivateKey(key.content))
    faults.push(fault(['tls', 'key'], 'does not belong to tls.certificate; expected the private key of that certificate'));
  const [only, ...more] = ca.content ?? [];
  // A file of many authorities usually holds some that have expired.
  if (more.length === 0) faults.push(...checkDates('ca', only, nowMs));
  faults.push(...checkDates('certificate', certificate.content, nowMs), ...checkHost(value, certificate.content));
  if (ca.given && member(value, 'tls', 'selfSigned') === true)
    faults.push(named(['tls', 'selfSigned'], 'accepts any certificate, and ca only those of an authority; remove one of them'));
  return faults;
}

function authorities(pem: Buffer): X509Certificate[] {
  const found = certificatesIn(pem.toString('latin1'));
  return found.length > 0 ? found : [new X509Certificate(pem)];
}

function checkDates(name: 'ca' | 'certificate', certificate: X509Certificate | undefined, nowMs: number): Fault[] {
  if (certificate === undefined) return [];
  const { validFrom, validTo } = certificate;
  const expected = 'expected a certificate that is valid now';
  if (nowMs > Date.parse(validTo)) return [fault(['tls', name], `has expired: it was valid until ${validTo}; ${expected}`)];
  if (nowMs < Date.parse(validFrom)) return [fault(['tls', name], `is not valid yet: it is from ${validFrom} on; ${expected}`)];
  return [];
}

/** The host names under which a client may find the platform that the suite plays. */
const hosts = { process: ['127.0.0.1', 'localhost'], container: ['host.docker.internal'] } as const;

/** The certificate of the platform must bear the name that the client checks. */
function checkHost(value: unknown, certificate: X509Certificate | undefined): Fault[] {
  if (certificate === undefined || member(value, 'role') !== 'client') return [];
  const serverName = text(value, 'tls', 'serverName');
  const host = hosts[member(value, 'container') === undefined ? 'process' : 'container'];
  if (serverName !== undefined) {
    if (bears(certificate, serverName)) return [];
    return [
      fault(
        ['tls', 'serverName'],
        `is "${serverName}", and tls.certificate bears ${namesOf(certificate)}; expected one of its names`,
      ),
    ];
  }
  if (host.some((name) => bears(certificate, name))) return [];
  const what = `bears ${namesOf(certificate)}, and the client connects to ${host[0]}`;
  return [
    fault(
      ['tls', 'certificate'],
      `${what}; expected a certificate for that, or tls.serverName with the name that the client checks`,
    ),
  ];
}

function bears(certificate: X509Certificate, name: string): boolean {
  const found = isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name);
  // Many clients look no further than the common name.
  return found !== undefined || certificate.subject.split('\n').includes(`CN=${name}`);
}

function namesOf({ subjectAltName, subject }: X509Certificate): string {
  return printable(subjectAltName ?? subject.replaceAll('\n', ', '), 200);
}

interface Read<T> {
  readonly given: boolean;
  readonly content?: T;
  readonly fault?: Fault;
}

function read<T extends X509Certificate | KeyObject | readonly X509Certificate[]>(
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
