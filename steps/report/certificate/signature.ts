import { createPublicKey, type KeyObject, sign } from 'node:crypto';
import { type Bundle, bundleFromJSON, bundleToJSON } from '@sigstore/bundle';
import { hintOf } from './keys.ts';

/** The type of an in-toto Statement inside a DSSE envelope (in-toto's spec/v1/envelope.md). */
export const payloadType = 'application/vnd.in-toto+json';

/**
 * Signs a certificate by a key of one's own, without asking anybody: a DSSE envelope in a Sigstore bundle that names the public key by a
 * hint, and has neither a certificate of Fulcio nor an entry of Rekor.
 *
 * @param text of `certificate.json`
 * @returns the text of `certificate.sigstore.json`
 */
export async function signStatement(text: string, key: KeyObject): Promise<string> {
  // Only who signs waits for the library, which can do much more.
  const { DSSEBundleBuilder } = await import('@sigstore/sign');
  const publicKey = createPublicKey(key);
  const signer = {
    sign: async (data: Buffer) => ({
      signature: sign(key.asymmetricKeyType === 'ec' ? 'sha256' : null, data, key),
      key: {
        $case: 'publicKey' as const,
        publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
        hint: hintOf(publicKey),
      },
    }),
  };
  const bundle = await new DSSEBundleBuilder({ signer, witnesses: [] }).create({ data: Buffer.from(text), type: payloadType });
  return bundleText(bundle);
}

/** What a signed certificate comes to. */
export interface CheckedSignature {
  /** What is wrong with it; nothing when it is genuine, as far as could be seen. */
  readonly faults: readonly string[];
  /** The bytes of the certificate that it signs. */
  readonly payload?: Buffer;
}

/**
 * Checks a signed certificate.
 *
 * @param bytes of `certificate.sigstore.json`
 * @param key of whoever is to have signed; without it only the form of the bundle is checked
 */
export async function checkSignature(bytes: Buffer, key?: KeyObject): Promise<CheckedSignature> {
  let signed: Bundle;
  try {
    signed = bundleFromJSON(JSON.parse(bytes.toString('utf8')));
  } catch {
    return { faults: ['is no Sigstore bundle'] };
  }
  const { content, verificationMaterial } = signed;
  if (content.$case !== 'dsseEnvelope' || verificationMaterial.content.$case !== 'publicKey')
    return { faults: ['is no Sigstore bundle of a DSSE envelope that is signed by a key'] };
  const { payload, payloadType: type, signatures } = content.dsseEnvelope;
  const { hint } = verificationMaterial.content.publicKey;
  const faults: string[] = [];
  if (!Buffer.from(bundleText(signed)).equals(bytes))
    faults.push('is not written as the suite writes it: a byte of it was changed');
  if (type !== payloadType) faults.push(`has the payload type "${type}"; expected ${payloadType}`);
  if (signatures.length !== 1 || signatures[0]?.keyid !== hint)
    faults.push('has another keyid than its hint, or not one signature');
  if (key !== undefined && faults.length === 0) {
    if (hint !== hintOf(key)) faults.push(`was signed by another key (${hint}; the given one is ${hintOf(key)})`);
    else if (!(await isSigned(signed, key))) faults.push('has a signature that is not of this certificate by the given key');
  }
  return { faults, payload };
}

async function isSigned(bundle: Bundle, publicKey: KeyObject): Promise<boolean> {
  const { toSignedEntity, VerificationError, Verifier } = await import('@sigstore/verify');
  const nobody = { certificateAuthorities: [], timestampAuthorities: [], tlogs: [], ctlogs: [] };
  const trusted = { ...nobody, publicKey: () => ({ publicKey, validFor: () => true }) };
  // A key of one's own: no log and no authority says when it was used.
  const verifier = new Verifier(trusted, { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 });
  try {
    verifier.verify(toSignedEntity(bundle));
    return true;
  } catch (error) {
    if (error instanceof VerificationError) return false;
    throw error;
  }
}

function bundleText(bundle: Bundle): string {
  return `${JSON.stringify(bundleToJSON(bundle))}\n`;
}
