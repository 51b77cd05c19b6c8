import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { WrongUse } from '../../harness/text/usage-error.ts';
import { readRequirements, root } from '../../requirements/requirement.ts';
import { makeSet, setFolder, setName, setText } from '../../requirements/requirement-set.ts';
import { runTool, tool } from '../tool.ts';

/**
 * Writes the present requirements into a set.
 *
 * @param replace whether the file may hold another set; a set that was released never changes
 * @param replace whether the file may be replaced; a released set must never change
 * @returns what was done, in words
 * @throws WrongUse when the name is malformed, or the file holds another set
 */
export function freeze(name: string, replace: boolean, folder = `${root}${setFolder}`): string {
  if (!setName.test(name)) throw new WrongUse(`"${name}" is no name of a set; expected year and number, as in 2026.1`);
  const set = makeSet(name, readRequirements());
  const text = setText(set);
  const path = `${folder}/${name}.json`;
  const count = set.server.length + set.client.length;
  const what = `${setFolder}/${name}.json: ${count} requirements, digest ${set.digest}`;
  if (existsSync(path)) {
    if (readFileSync(path, 'utf8') === text) return `${what}; nothing has changed`;
    if (!replace)
      throw new WrongUse(
        `${setFolder}/${name}.json exists and holds other requirements. A released set never changes: choose the next name. ` +
          'Only where no release has had it yet: add --replace',
      );
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, text);
  return `${what}; say in CHANGELOG.md what changed`;
}

const command = tool('freeze', `Writes the present requirements into ${setFolder}/NAME.json.`, {
  0: 'written, or nothing has changed',
  1: 'the file could not be written',
  2: 'wrong use',
})
  .argument('<name>', 'year and number, for example 2026.1')
  .option('--replace', 'write over a set that no release of the package has had', false)
  .action((name: string, { replace }: { readonly replace: boolean }) => console.log(freeze(name, replace)));

if (import.meta.main) await runTool(command);
