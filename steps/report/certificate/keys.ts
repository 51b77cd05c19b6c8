import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** The environment variable that holds the passphrase of an encrypted private key. */
export const passphraseVariable = 'CONFORMANCE_SIGN_PASSPHRASE';

/** A key file that cannot be used; the message says why and what to do. */
export class KeyError extends Error {
  override readonly name = 'KeyError';
}

const kinds = 'an Ed25519 or EC P-256 key in PEM';
const makeOne = 'openssl genpkey -algorithm ed25519 -out KEY makes one';

/**
 * Reads the private key for signing.
 *
 * @param passphrase of an encrypted key
 * @throws KeyError
 */
export function readPrivateKey(path: string, passphrase = process.env[passphraseVariable]): KeyObject {
  const pem = readPem(path);
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem))
    throw new KeyError(`${path}: holds no private key; expected ${kinds}; ${makeOne}`);
  const encrypted = pem.includes('ENCRYPTED');
  if (encrypted && passphrase === undefined)
    throw new KeyError(
      `${path}: the key is encrypted; expected its passphrase in the environment variable ${passphraseVariable}`,
    );
  try {
    return usual(path, createPrivateKey(encrypted && passphrase !== undefined ? { key: pem, passphrase } : pem));
  } catch (error) {
    if (error instanceof KeyError) throw error;
    const why = encrypted ? `the key cannot be decrypted with the passphrase in ${passphraseVariable}` : 'the key cannot be read';
    throw new KeyError(`${path}: ${why}; expected ${kinds}`);
  }
}

/** The public key of the signer. @throws KeyError */
export function readPublicKey(path: string): KeyObject {
  const pem = readPem(path);
  if (pem.includes('PRIVATE KEY'))
    throw new KeyError(`${path}: is a private key; expected the public one: openssl pkey -in ${path} -pubout`);
  if (!pem.includes('-----BEGIN PUBLIC KEY-----')) throw new KeyError(`${path}: holds no public key; expected ${kinds}`);
  try {
    return usual(path, createPublicKey(pem));
  } catch (error) {
    if (error instanceof KeyError) throw error;
    throw new KeyError(`${path}: the key cannot be read; expected ${kinds}`);
  }
}

/** The name of a public key in a bundle, as cosign makes it: SHA-256 of its SubjectPublicKeyInfo, in base64. */
export function hintOf(key: KeyObject): string {
  const der = key.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest('base64');
}

function readPem(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new KeyError(code === 'ENOENT' ? `${path}: there is no such file` : `${path}: cannot be read: ${message}`);
  }
}

function usual(path: string, key: KeyObject): KeyObject {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'ed25519' || (type === 'ec' && details?.namedCurve === 'prime256v1')) return key;
  const curve = details?.namedCurve === undefined ? '' : ` ${details.namedCurve}`;
  throw new KeyError(`${path}: is a key of ${type}${curve}; expected ${kinds}; ${makeOne}`);
}
