/**
 * Writes the present requirements into `schemas/sets/NAME.json`. A set that exists is changed on purpose only: `--replace` is for one that
 * no release of the package has had yet.
 *
 * Usage: npm run freeze -- 2026.1 [--replace]
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { readRequirements, root } from '../../requirements/requirement.ts';
import { makeSet, setFolder, setName, setText } from '../../requirements/requirement-set.ts';
import { answerHelp } from '../usage.ts';

/**
 * Freezes the present requirements.
 *
 * @returns what was done, in words
 * @throws Error when the name is none, or a set of that name holds something else already
 */
export function freeze(name: string, replace: boolean, folder = `${root}${setFolder}`): string {
  if (!setName.test(name)) throw new Error(`"${name}" names no set; expected year and number, as in 2026.1`);
  const set = makeSet(name, readRequirements());
  const text = setText(set);
  const path = `${folder}/${name}.json`;
  const count = set.server.length + set.client.length;
  const what = `${setFolder}/${name}.json: ${count} requirements, digest ${set.digest}`;
  if (existsSync(path)) {
    if (readFileSync(path, 'utf8') === text) return `${what}; nothing has changed`;
    if (!replace)
      throw new Error(
        `${setFolder}/${name}.json exists and holds other requirements. A released set never changes: choose the next name. ` +
          'Only where no release has had it yet: add --replace',
      );
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, text);
  return `${what}; say in CHANGELOG.md what changed`;
}

if (import.meta.main) {
  answerHelp(import.meta.url);
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { replace: { type: 'boolean', default: false } },
    });
    console.log(freeze(positionals.length === 1 ? (positionals[0] ?? '') : positionals.join(' '), values.replace));
  } catch (error) {
    console.error(`freeze: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 2;
  }
}
