import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { schemaFaults } from '../harness/message/schema.ts';
import { freeze } from '../tools/freeze/freeze.ts';
import { type Requirement, readRequirements, root } from './requirement.ts';
import { differences, judgedSet, makeSet, readSet, readSets, setFolder, setText } from './requirement-set.ts';

const requirements = readRequirements();
const servers = readRequirements('server');
const changed = (index: number): Requirement[] =>
  servers.map((one, at) => (at === index ? { ...one, digest: '0'.repeat(64) } : one));

test('the features are those of the newest set', () => {
  const [newest] = readSets();
  assert.ok(newest, `there is no set: run "npm run freeze -- ${new Date().getUTCFullYear()}.1"`);
  const modified = differences([...newest.server, ...newest.client], requirements);
  const what =
    `the features differ from set ${newest.name} in ${modified.join(', ')}. If that is meant: "npm run freeze -- NAME" with the next ` +
    `name, or "npm run freeze -- ${newest.name} --replace" while no release has it; and say in CHANGELOG.md what changed`;
  assert.deepEqual(modified, [], what);
});

test('what is only practice is a recommendation: it decides no verdict without --strict', () => {
  const practice = requirements.filter(({ source }) => source.startsWith('practice'));
  assert.ok(practice.length > 5);
  const decisive = practice.filter(({ level }) => level !== 'should').map(({ id }) => id);
  assert.deepEqual(decisive, []);
});

test('every set keeps to its schema, and is what its digest says', () => {
  for (const { name } of readSets())
    assert.deepEqual(schemaFaults('set', readFileSync(`${root}${setFolder}/${name}.json`, 'utf8')), [], name);
});

describe('a set', () => {
  const old = makeSet('2026.9', servers.slice(1));
  const newer = makeSet('2026.10', requirements);

  test('is read as it was written, and refused when it was changed by hand or renamed', () => {
    assert.deepEqual(readSet('schemas/sets/2026.9.json', setText(old)), old);
    const byHand = setText(old).replace(`"${old.server[0]?.digest}"`, `"${'0'.repeat(64)}"`);
    assert.throws(() => readSet('schemas/sets/2026.9.json', byHand), /2026\.9\.json: the set is not what its digest says/);
    assert.throws(() => readSet('schemas/sets/2026.1.json', setText(old)), /the set's name is 2026\.9/);
  });

  test('stays what it is when requirements are added later', () => {
    assert.deepEqual(judgedSet(servers.slice(1), 'server', [newer, old]), { name: '2026.9', digest: old.digest, modified: [] });
  });

  test('is certified by its own requirements, also where they stand in another order', () => {
    const { name, digest } = newer;
    assert.deepEqual(judgedSet(servers, 'server', [newer, old]), { name, digest, modified: [] });
    assert.deepEqual(judgedSet(servers.toReversed(), 'server', [newer, old]), { name, digest, modified: [] });
  });

  test('is not certified by requirements that are changed, missing or added: these are named', () => {
    const [first, second] = servers;
    assert.deepEqual(judgedSet(changed(1), 'server', [newer])?.modified, [second?.id]);
    assert.deepEqual(judgedSet(servers.slice(1), 'server', [newer])?.modified, [first?.id]);
    assert.deepEqual(judgedSet(servers, 'server', [old])?.modified, [first?.id]);
    assert.equal(judgedSet(servers, 'server', []), undefined);
  });
});

describe('freezing', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sets-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  test('writes a set once, changes one on purpose only, and takes no other name', () => {
    assert.match(
      freeze('2026.1', false, folder),
      new RegExp(`^schemas/sets/2026\\.1\\.json: ${requirements.length} requirements`),
    );
    assert.match(freeze('2026.1', false, folder), /nothing has changed$/);
    const file = join(folder, '2026.1.json');
    const text = readFileSync(file, 'utf8');
    assert.deepEqual(readSet(file, text), makeSet('2026.1', requirements));
    writeFileSync(file, setText(makeSet('2026.1', servers)));
    assert.throws(() => freeze('2026.1', false, folder), /exists and holds other requirements.*choose the next name/);
    assert.notEqual(readFileSync(file, 'utf8'), text);
    freeze('2026.1', true, folder);
    assert.equal(readFileSync(file, 'utf8'), text);
    for (const name of ['', '2026', '2026.0', 'newest', '../x'])
      assert.throws(() => freeze(name, true, folder), /is no name of a set; expected year and number/, name);
  });
});
