import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRequirements } from '../../requirements/requirement.ts';
import { implementation, requirement } from '../../testing/proof-trials.ts';
import { faultsOfClaim, listImplementations, onePerRequirement } from './proof-implementation.ts';

test('the fixtures list implementations of both kinds, and each expects what the catalogue has', async () => {
  const all = await listImplementations();
  const requirements = readRequirements();
  assert.deepEqual(new Set(all.map(({ kind }) => kind)), new Set(['faulty', 'unusual']));
  assert.deepEqual(
    all.flatMap((one) => faultsOfClaim(one, requirements)),
    [],
  );
  for (const { name, about, seen } of all)
    assert.ok(about.endsWith('.') && seen !== '', `${name} says what it does, and where that was seen`);
});

test('an id that is no requirement, or one of the other level, is a fault of the implementation’s own', () => {
  const catalogue = [requirement('server-a'), requirement('server-b', 'should')];
  assert.deepEqual(faultsOfClaim(implementation({ fails: ['server-x', 'server-b'], warns: ['server-a'] }), catalogue), [
    'faulty/server/made-up: fails names server-x, which is no requirement',
    'faulty/server/made-up: fails names server-b, which is no @must',
    'faulty/server/made-up: warns names server-a, which is no @should',
  ]);
});

test('what is called faulty breaks something, and what is called correct breaks no MUST', () => {
  const catalogue = [requirement('server-a')];
  assert.equal(faultsOfClaim(implementation(), catalogue).length, 1);
  assert.equal(faultsOfClaim(implementation({ kind: 'unusual', fails: ['server-a'] }), catalogue).length, 1);
});

test('a part has a faulty implementation of each requirement: what breaks it alone, and soon', () => {
  const [slow, quick, another, both, alone] = [
    implementation({ name: 'slow', fails: ['server-a'], slow: true }),
    implementation({ name: 'quick', fails: ['server-a'] }),
    implementation({ name: 'another', fails: ['server-a'] }),
    implementation({ name: 'both', fails: ['server-c'], warns: ['server-b'] }),
    implementation({ name: 'alone', fails: [], warns: ['server-b'], slow: true }),
  ] as const;
  const unusual = implementation({ kind: 'unusual', warns: ['server-d'] });
  assert.deepEqual(onePerRequirement([slow, both, quick, another, alone, unusual]), [quick, alone, both]);
});

test('a part of the fixtures breaks every requirement', async () => {
  const broken = onePerRequirement(await listImplementations()).flatMap(({ fails, warns }) => [...fails, ...warns]);
  assert.deepEqual(
    readRequirements().filter(({ id }) => !broken.includes(id)),
    [],
  );
});
