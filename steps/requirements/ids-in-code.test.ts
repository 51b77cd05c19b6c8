import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import {
  calculationMistakes,
  claimedWrongly,
  equalStamps,
  foreignMistakes,
  halvedEarly,
  membersByPosition,
  noTime,
  unansweredTime,
} from '../client/client-diagnosis.ts';
import { endsReading, noLongerServes, units } from '../server/server-diagnosis.ts';
import { type Role, readRequirements, requirementAbout, root } from './requirement.ts';

test('ids of requirements stand in the features only', () => {
  const ids = readRequirements().map(({ id }) => id);
  const names = (text: string): boolean => ids.some((id) => (text.endsWith('-') ? id.startsWith(text) : id === text));
  const literal = /['"`]@?((?:server|client)-[a-z0-9-]+)['"`]/g;
  const found = globSync('steps/**/*.ts', { cwd: root })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => !file.endsWith('.test.ts') && !/^steps\/(tools|testing)\//.test(file))
    .flatMap((file) => [...readFileSync(root + file, 'utf8').matchAll(literal)].map(([, id = '']) => ({ file, id })))
    .filter(({ id }) => names(id))
    .map(({ file, id }) => `${file} names ${id}: let the Rule say it, under "Depends on:" or "Usual mistakes:"`);
  assert.deepEqual(found, []);
});

describe('each mistake that the suite recognises is listed by a Rule', () => {
  const kinds: Readonly<Record<Role, readonly string[]>> = {
    server: [endsReading, noLongerServes, ...units.map(({ name }) => name)],
    client: [
      ...Object.values(calculationMistakes),
      ...Object.values(foreignMistakes),
      claimedWrongly,
      equalStamps,
      halvedEarly,
      membersByPosition,
      noTime,
      unansweredTime,
    ],
  };
  for (const role of ['server', 'client'] as const) {
    test(`of a ${role}`, () => {
      const requirements = readRequirements(role);
      const unlisted = kinds[role].filter((kind) => requirementAbout(requirements, kind) === undefined);
      assert.deepEqual(unlisted, []);
    });
  }
});
