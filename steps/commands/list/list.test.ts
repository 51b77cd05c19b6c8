import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Requirement, readRequirements } from '../../requirements/requirement.ts';
import { readSets } from '../../requirements/requirement-set.ts';
import { call } from '../../testing/command-line.ts';

describe('list', () => {
  const requirements = readRequirements('server');

  test('has a line for each requirement, in the order of the features', async () => {
    const { code, stdout } = await call(['list', '--role', 'server']);
    assert.equal(code, 0);
    const lines = stdout.trimEnd().split('\n');
    assert.deepEqual(
      lines.map((line) => line.split(/\s+/)[0]),
      requirements.map(({ id }) => id),
    );
    for (const [index, { level, sentence }] of requirements.entries())
      assert.ok(lines[index]?.includes(`  ${level.toUpperCase().padEnd(6)}  ${sentence}`), lines[index]);
  });

  test('is the same as JSON, with scenarios, sources and digests', async () => {
    const { stdout } = await call(['list', '--role', 'server', '--json']);
    assert.deepEqual(JSON.parse(stdout) as Requirement[], requirements);
  });

  test('shows a released set with its ids and digests, the newest by default, also as JSON', async () => {
    const [newest] = readSets();
    assert.ok(newest);
    const { code, stdout } = await call(['list', '--set']);
    assert.equal(code, 0);
    const [first, ...lines] = stdout.trimEnd().split('\n');
    assert.equal(first, `requirement set ${newest.name}, digest ${newest.digest}`);
    const members = [...newest.server, ...newest.client];
    assert.deepEqual(
      lines.map((line) => line.split(/\s+/)),
      members.map(({ id, digest }) => [id, digest]),
    );
    const { name, digest, server } = newest;
    const { stdout: json } = await call(['list', '--set', name, '--role', 'server', '--json']);
    assert.deepEqual(JSON.parse(json), { name, digest, requirements: server });
  });

  test('says what cannot be tested, and why', async () => {
    const { code, stdout } = await call(['list', '--excluded']);
    assert.equal(code, 0);
    const { stdout: json } = await call(['list', '--excluded', '--json']);
    const statements = JSON.parse(json) as { place: string; statement: string; why: string }[];
    assert.ok(statements.length > 0);
    for (const { place, statement, why } of statements)
      assert.ok(stdout.includes(`${place}: ${statement}\n    ${why}\n`), statement);
  });
});
