import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { checkSchema } from '../../harness/implementation/check-target.ts';
import { readSource } from '../../harness/implementation/yaml-source.ts';
import { root } from '../../requirements/requirement.ts';
import { entry, temporaryFolder } from '../../testing/command-line.ts';
import { betweenMarks, exampleFailure, exitCodeTable } from './readme.ts';

const texts = [
  'README.md',
  'CONTRIBUTING.md',
  'features/README.md',
  'steps/README.md',
  'schemas/README.md',
  'schemas/target-files.md',
  'fixtures/README.md',
  '.examples/README.md',
];
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const readme = read('README.md');

/** A text whose tables have no padding, so that the widths of columns do not matter. */
function narrowed(text: string): string {
  return text.replaceAll(/ {2,}\|/g, ' |').replaceAll(/ -{3,} /g, ' --- ');
}

/** A text without the parts that change from run to run. */
function timeless(text: string): string {
  return text
    .replaceAll(/client id \S+/g, 'client id ID')
    .replaceAll(/\d+\.\d+ s/g, 'TIME')
    .replaceAll(/frame \d+/g, 'frame NUMBER')
    .replaceAll(/\b1[789]\d{11}\b/g, 'STAMP');
}

/** The anchors that GitHub gives to the headings of a text. */
function anchors(text: string): string[] {
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading);
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** The code blocks of a language. */
function blocks(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map(([, block = '']) => block);
}

/** For commands that are not run below: the test file that runs them, or why none can. */
const runElsewhere: readonly [RegExp, string][] = [
  [/^npm (ci|test)/, '.ci/run'],
  [/^npm install -D/, '.ci/package.sh'],
  [/^docker run|^ +-v/, 'steps/tools/pipeline/image.test.ts'],
  [/load hub\.yaml --devices 1000000|load --merge \/reports/, 'needs 40 machines'],
  [/^npx cucumber-js|^CONFORMANCE_TARGET=/, 'steps/tools/editor-plugin.test.ts'],
  [/^node --test/, 'npm test'],
  [/^npm run mutate/, 'takes minutes'],
  [/^node fixtures\/support\/start\.ts .* --port/, 'fixtures/support/host.test.ts'],
  [/^npm run -s conformance -- run/, 'steps/commands/main.test.ts'],
];

describe('README.md', () => {
  test('has at most 200 lines', () => {
    assert.ok(readme.split('\n').length - 1 <= 200, 'move what is for few readers to .examples/README.md');
  });

  test('has the exit codes as --help has them; "npm run fix:readme" writes them anew', () => {
    assert.equal(narrowed(betweenMarks(readme, 'exit-codes', exitCodeTable())), narrowed(readme));
  });

  test('shows what a run prints; "npm run fix:readme" writes it anew', async () => {
    assert.equal(timeless(betweenMarks(readme, 'failure', await exampleFailure())), timeless(readme));
  });

  test('names every word of a verdict', () => {
    for (const word of ['passed', 'failed', 'warning', 'inapplicable', 'untested', 'inconclusive'])
      assert.ok(narrowed(readme).includes(`| ${word} |`), word);
  });

  test('names every command of the command line', () => {
    const help = execFileSync(process.execPath, [entry, '--help'], { encoding: 'utf8' });
    const names = [...help.matchAll(/^ {2}([a-z]+) (?=[[<])/gm)].map(([, name = '']) => name).filter((name) => name !== 'help');
    assert.ok(names.length >= 8);
    for (const name of names) assert.ok(readme.includes(`| \`${name}`), name);
  });
});

test('schemas/target-files.md names every member of a target file, and every capability', () => {
  const { properties } = JSON.parse(read('schemas/target.schema.json')) as {
    properties: Record<string, { items?: { enum?: string[] } }>;
  };
  const members = Object.keys(properties).filter((name) => name !== '$schema');
  for (const name of [...members, ...(properties['capabilities']?.items?.enum ?? [])])
    assert.ok(read('schemas/target-files.md').includes(`\`${name}\``), `${name} is not explained`);
});

for (const path of texts)
  describe(path, () => {
    const text = read(path);

    test('links to files and headings that exist', () => {
      for (const [link, target = ''] of text.replaceAll(/```.*?```/gs, '').matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^https?:/.test(target)) continue;
        const [file = '', anchor] = target.split('#');
        const place = file === '' ? join(root, path) : join(dirname(join(root, path)), file);
        assert.ok(existsSync(place), `${link}: there is no ${place}`);
        if (anchor !== undefined) assert.ok(anchors(readFileSync(place, 'utf8')).includes(anchor), `${link}: no such heading`);
      }
    });

    test('shows target files and expectations that keep to their schemas', () => {
      for (const { value, mistakes } of blocks(text, 'yaml').map((block) => readSource(block))) {
        const kind = Object.hasOwn(value as object, 'expectations') ? 'expectations' : 'target';
        assert.deepEqual([...mistakes, ...checkSchema(value, kind)], []);
      }
    });

    test('names only scripts that package.json has', () => {
      const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
      for (const [, name = ''] of text.matchAll(/npm run (?:-s )?([a-z:]+)/g)) assert.ok(name in scripts, name);
    });
  });

test('every command of a text works', () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'bin'));
  const npx = join(folder, 'bin/npx');
  writeFileSync(npx, `#!/bin/sh\n[ "$1" = iot-ntp-conformance ] && shift && exec "${process.execPath}" "${entry}" "$@"\n`);
  chmodSync(npx, 0o755);
  writeFileSync(
    join(folder, 'acme.yaml'),
    `name: Acme\nrole: server\nprocess: { command: ["${process.execPath}", "${join(root, 'fixtures/reference/server.ts')}", --port, "{port}"] }\nbuild: { name: acme, digest: "sha256:${'0'.repeat(64)}" }\n`,
  );
  const env = { ...process.env, PATH: `${join(folder, 'bin')}${delimiter}${process.env['PATH']}` };
  for (const path of texts)
    for (const block of blocks(read(path), 'sh')) {
      const lines = block.split('\n').filter((line) => line !== '' && !runElsewhere.some(([pattern]) => pattern.test(line)));
      const here = lines.map((line) => line.replace(/^node fixtures/, `cd "${root}" && node fixtures`));
      execFileSync('sh', ['-e', '-c', here.join('\n')], { cwd: folder, env, stdio: 'pipe' });
    }
});
