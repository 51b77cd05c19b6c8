import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../requirements/requirement.ts';

/**
 * `node build-targets.ts FOLDER`: writes the target files of the references into the folder of the compiled programs that they start.
 */
const folder = join(process.argv[2] ?? 'dist', 'fixtures/targets');
mkdirSync(folder, { recursive: true });
for (const role of ['server', 'client']) {
  const text = readFileSync(join(root, `fixtures/targets/reference-${role}.yaml`), 'utf8');
  const compiled = text
    .replaceAll(/(\.\.\/reference\/\w+)\.ts/g, '$1.js')
    .replace('../../schemas/', '../../../schemas/')
    .replace(/^ *# its TypeScript .*\n.*NODE_COMPILE_CACHE.*\n/m, '');
  writeFileSync(join(folder, `reference-${role}.yaml`), compiled);
}
