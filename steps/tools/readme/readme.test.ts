import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { exitCodes } from '../../commands/terminal/exit-codes.ts';
import { checkSchema } from '../../harness/implementation/check-target.ts';
import { readSource } from '../../harness/implementation/yaml-source.ts';
import { root } from '../../requirements/requirement.ts';
import { withTables } from './readme.ts';

const readme = readFileSync(`${root}README.md`, 'utf8');
const narrow = narrowed(readme);

/** A text whose tables have no padding: how wide a column is says nothing. */
function narrowed(text: string): string {
  return text.replaceAll(/ {2,}\|/g, ' |').replaceAll(/ -{3,} /g, ' --- ');
}

describe('README.md', () => {
  test('has the requirements as the features have them; "npm run fix:readme" writes them anew', () => {
    assert.match(readme, /<!-- requirements:server:begin -->/);
    assert.equal(narrowed(withTables(readme)), narrow);
  });

  test('has the exit codes as --help has them', () => {
    for (const [code, meaning] of Object.entries(exitCodes)) assert.ok(narrow.includes(`| ${code} | ${meaning} |`), meaning);
  });

  test('names every member of a target file for a server, and every capability', () => {
    const { properties, else: server } = JSON.parse(readFileSync(`${root}schemas/target.schema.json`, 'utf8')) as {
      properties: Record<string, { items?: { enum?: string[] } }>;
      else: { properties: Record<string, unknown> };
    };
    const members = Object.keys(properties).filter((name) => server.properties[name] !== false);
    for (const name of [...members, ...(properties['capabilities']?.items?.enum ?? [])])
      assert.ok(readme.includes(`\`${name}\``), `${name} is not explained`);
  });

  test('shows target files and expectations that keep to their schemas', () => {
    const examples = [...readme.matchAll(/```yaml\n(.*?)```/gs)].map(([, text = '']) => readSource(text));
    assert.ok(examples.length >= 4);
    for (const { value, mistakes } of examples) {
      const kind = Object.hasOwn(value as object, 'expectations') ? 'expectations' : 'target';
      assert.deepEqual([...mistakes, ...checkSchema(value, kind)], []);
    }
  });

  test('names every word of a verdict', () => {
    for (const word of ['passed', 'failed', 'warning', 'inapplicable', 'untested', 'inconclusive'])
      assert.ok(narrow.includes(`| ${word} |`), word);
  });

  test('runs no command that package.json does not have', () => {
    const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { scripts: Record<string, string> };
    for (const [, name = ''] of readme.matchAll(/npm run (?:-s )?([a-z:]+)/g)) assert.ok(name in scripts, name);
  });
});
