import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readStatements } from './page-statements.ts';
import { readRequirements } from './requirement.ts';

const statements = readStatements();
const requirements = readRequirements();

test('every statement of the page has requirements that judge it, or the reason why none can', () => {
  assert.ok(statements.length > 20);
  for (const { place, says, requirements: judging, untestable } of statements)
    assert.ok(judging.length > 0 !== (untestable !== undefined), `${place}: ${says}`);
});

test('statements name requirements that exist', () => {
  const ids = new Set(requirements.map(({ id }) => id));
  for (const { says, requirements: judging } of statements)
    for (const id of judging) assert.ok(ids.has(id), `${says}: there is no ${id}`);
});

test('a statement names every requirement whose source is stated or derived', () => {
  const named = new Set(statements.flatMap((statement) => statement.requirements));
  const missing = requirements.filter(({ id, source }) => /^(stated|derived)/.test(source) && !named.has(id));
  assert.deepEqual(
    missing.map(({ id }) => id),
    [],
  );
});
