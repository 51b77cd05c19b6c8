import { rmSync } from 'node:fs';
import { extname, join } from 'node:path';

/** The files of a certificate in a report folder. */
export const certificateFiles = {
  certificate: 'certificate.json',
  /** The same, signed: a Sigstore bundle. */
  signed: 'certificate.sigstore.json',
  badge: 'badge.svg',
  /** For the endpoint badge of shields.io. */
  badgeEndpoint: 'badge.json',
} as const;

/** The reports from which a certificate is made and checked. */
export const judgedFiles = { report: 'report.json', messages: 'messages.ndjson' } as const;

const mediaTypes: Readonly<Record<string, string>> = {
  '.json': 'application/json',
  '.xml': 'application/xml',
  '.html': 'text/html',
  '.ndjson': 'application/x-ndjson',
  '.svg': 'image/svg+xml',
  '.pcapng': 'application/x-pcapng',
};

/** @param name of a file of the report folder */
export function mediaTypeOf(name: string): string {
  return mediaTypes[extname(name)] ?? 'application/octet-stream';
}

/** Removes the certificate of an earlier run, which says nothing about the next one. Call it before a run. @throws Error of `node:fs` */
export function clearCertificate(folder: string): void {
  for (const name of Object.values(certificateFiles)) rmSync(join(folder, name), { force: true });
}
