import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { EvidenceFile } from './certificate-document.ts';
import { mediaTypeOf } from './certificate-files.ts';

/** SHA-256 in hex. */
export function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

/** The entries of a certificate for the files of its report folder, sorted by name. @throws Error of `node:fs` */
export function evidenceOf(files: readonly string[]): readonly EvidenceFile[] {
  return files
    .map((file) => ({
      name: basename(file),
      digest: { sha256: sha256(readFileSync(file)) },
      mediaType: mediaTypeOf(file),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
