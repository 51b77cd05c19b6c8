import { X509Certificate } from 'node:crypto';

/** Every certificate of a PEM text, in order. @throws Error of node:crypto when there is something else between the marks */
export function certificatesIn(pem: string): X509Certificate[] {
  const texts = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return texts.map((text) => new X509Certificate(text));
}

/** No chain of certificates is longer. */
const longest = 10;

/**
 * Why a certificate does not come from one of these authorities, in words; undefined when it does. A server of node:tls decides this by
 * itself, a TLSSocket on the server's side leaves it to its creator.
 *
 * @param peer with the chain that its owner sent
 */
export function distrust(peer: X509Certificate | undefined, authorities: readonly X509Certificate[]): string | undefined {
  if (peer === undefined) return 'it showed no certificate';
  let certificate: X509Certificate | undefined = peer;
  for (let depth = 0; certificate !== undefined && depth < longest; depth += 1) {
    const now = Date.now();
    if (now < Date.parse(certificate.validFrom)) return `its certificate is valid from ${certificate.validFrom} on`;
    if (now > Date.parse(certificate.validTo)) return `its certificate was valid until ${certificate.validTo}`;
    const own: X509Certificate = certificate;
    if (authorities.some((authority) => authority.fingerprint256 === own.fingerprint256 || issued(own, authority)))
      return undefined;
    const issuer: X509Certificate | undefined = own.issuerCertificate;
    certificate = issuer?.ca === true && issued(own, issuer) ? issuer : undefined;
  }
  return 'its certificate comes from no authority of tls.ca';
}

function issued(certificate: X509Certificate, by: X509Certificate): boolean {
  return certificate.checkIssued(by) && certificate.verify(by.publicKey);
}
