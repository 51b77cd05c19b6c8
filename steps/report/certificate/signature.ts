import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { hintOf } from './keys.ts';

/** The type of an in-toto Statement inside a DSSE envelope (in-toto's spec/v1/envelope.md). */
export const payloadType = 'application/vnd.in-toto+json';

/** The members of a bundle that differ between certificates. */
interface SignedPayload {
  readonly payload: Buffer;
  readonly type: string;
  /** In base64. */
  readonly signature: string;
  /** The name of the public key. */
  readonly hint: string;
}

/**
 * Signs a certificate with the user's key, without any network. The result is a DSSE envelope in a Sigstore bundle. It names the public
 * key by a hint, and has neither a certificate of Fulcio nor an entry of Rekor.
 *
 * @param text of `certificate.json`
 * @returns the text of `certificate.sigstore.json`
 */
export function signStatement(text: string, key: KeyObject): string {
  const payload = Buffer.from(text);
  const signature = sign(digestFor(key), encoded(payloadType, payload), key).toString('base64');
  return bundleText({ payload, type: payloadType, signature, hint: hintOf(createPublicKey(key)) });
}

/** The result of the check of a signed certificate. */
export interface CheckedSignature {
  /** What is wrong with it; empty if nothing is. */
  readonly faults: readonly string[];
  /** The bytes of the certificate that it signs. */
  readonly payload?: Buffer;
}

/**
 * Checks a signed certificate.
 *
 * @param bytes of `certificate.sigstore.json`
 * @param key the public key of the expected signer; without it only the form of the bundle is checked
 */
export function checkSignature(bytes: Buffer, key?: KeyObject): CheckedSignature {
  const signed = readBundle(bytes.toString('utf8'));
  if (signed === undefined) return { faults: ['is not a Sigstore bundle of a DSSE envelope with one signature by a key'] };
  const { payload, type, signature, hint } = signed;
  const faults: string[] = [];
  if (!Buffer.from(bundleText(signed)).equals(bytes)) faults.push('is not as the suite wrote it: a byte was changed');
  if (type !== payloadType) faults.push(`has the payload type "${type}"; expected ${payloadType}`);
  if (key !== undefined && faults.length === 0) {
    const genuine = (): boolean => verify(digestFor(key), encoded(type, payload), key, Buffer.from(signature, 'base64'));
    if (hint !== hintOf(key)) faults.push(`was signed by another key (${hint}; the given one is ${hintOf(key)})`);
    else if (!genuine()) faults.push('has a signature that does not match this certificate and the given key');
  }
  return { faults, payload };
}

/** The bytes that DSSE signs: the "pre-authentication encoding" of its protocol.md. */
function encoded(type: string, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `), payload]);
}

/** Ed25519 has its own digest. */
const digestFor = (key: KeyObject): string | null => (key.asymmetricKeyType === 'ec' ? 'sha256' : null);

/** A Sigstore bundle v0.3, as the libraries of Sigstore write it. */
function bundleText({ payload, type, signature, hint }: SignedPayload): string {
  const bundle = {
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    verificationMaterial: { publicKey: { hint }, timestampVerificationData: {} },
    dsseEnvelope: {
      payload: payload.toString('base64'),
      payloadType: type,
      signatures: [{ sig: signature, keyid: hint }],
    },
  };
  return `${JSON.stringify(bundle)}\n`;
}

/** Reads the text of {@link bundleText}. The caller checks that the text contains nothing else. */
function readBundle(text: string): SignedPayload | undefined {
  let bundle: unknown;
  try {
    bundle = JSON.parse(text);
  } catch {
    return undefined;
  }
  const at = (...path: readonly (string | number)[]): string | undefined => {
    let value: unknown = bundle;
    for (const name of path)
      value = typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>)[name] : undefined;
    return typeof value === 'string' ? value : undefined;
  };
  const payload = at('dsseEnvelope', 'payload');
  const type = at('dsseEnvelope', 'payloadType');
  const signature = at('dsseEnvelope', 'signatures', 0, 'sig');
  const hint = at('verificationMaterial', 'publicKey', 'hint');
  if (payload === undefined || type === undefined || signature === undefined || hint === undefined) return undefined;
  return { payload: Buffer.from(payload, 'base64'), type, signature, hint };
}
