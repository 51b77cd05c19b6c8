import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fromCheckout, root } from '../../requirements/requirement.ts';
import { sha256 } from './evidence-digests.ts';

let known: string | undefined;

/**
 * The digest of the suite's program and schemas on this machine: in-toto's dirHash (DigestSet, spec/v1/digest_set.md). In the package's
 * folder, this is `find dist/steps schemas -type f | LC_ALL=C sort | xargs sha256sum | sha256sum`; with `steps` in a checkout.
 */
export function suiteDigest(): string {
  known ??= dirHash(root, [fromCheckout ? 'steps' : 'dist/steps', 'schemas']);
  return known;
}

/** in-toto's dirHash of some subfolders of a folder, in hex. Exported for its test. @throws Error of `node:fs` */
export function dirHash(folder: string, inside: readonly string[]): string {
  const files = inside.flatMap((name) =>
    readdirSync(join(folder, name), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/')),
  );
  const sorted = files.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const lines = sorted.map((file) => `${sha256(readFileSync(join(folder, file)))}  ${file}\n`);
  return sha256(lines.join(''));
}
