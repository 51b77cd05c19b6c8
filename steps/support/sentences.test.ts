import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { before, describe, test } from 'node:test';
import type { Envelope } from '@cucumber/messages';
import { featureFiles, readRequirements, root } from '../requirements/requirement.ts';
import { dryRun, placeOf } from '../testing/dry-run.ts';

describe('the sentences of steps/', () => {
  let messages: readonly Envelope[];
  before(async () => {
    messages = await dryRun();
  });

  /** Texts of the features' steps that have this many definitions. */
  const stepsWith = (fits: (definitions: number) => boolean): string[] => {
    const texts = new Map(
      messages.flatMap(({ pickle }) =>
        pickle === undefined ? [] : pickle.steps.map(({ id, text }) => [id, `${pickle.uri}: ${text}`] as const),
      ),
    );
    const steps = messages.flatMap(({ testCase }) => testCase?.testSteps ?? []);
    return steps
      .filter(({ pickleStepId, stepDefinitionIds }) => pickleStepId !== undefined && fits(stepDefinitionIds?.length ?? 0))
      .map(({ pickleStepId = '' }) => texts.get(pickleStepId) ?? pickleStepId);
  };

  test('define every step of the features, and each once', () => {
    assert.deepEqual(
      stepsWith((definitions) => definitions === 0),
      [],
      'undefined',
    );
    assert.deepEqual(
      stepsWith((definitions) => definitions > 1),
      [],
      'ambiguous',
    );
    assert.ok(stepsWith((definitions) => definitions === 1).length > 100, 'the dry run saw the features');
  });

  test('are each used by some feature', () => {
    const used = new Set(messages.flatMap(({ testCase }) => testCase?.testSteps ?? []).flatMap((s) => s.stepDefinitionIds ?? []));
    const unused = messages.flatMap(({ stepDefinition }) =>
      stepDefinition === undefined || used.has(stepDefinition.id)
        ? []
        : [`${placeOf(stepDefinition.sourceReference)}: no feature says "${stepDefinition.pattern.source}"; remove it`],
    );
    assert.deepEqual(unused, []);
  });

  test('have at most 100 forms: before there is one more, look for one that says the same already', () => {
    assert.ok(messages.filter(({ stepDefinition }) => stepDefinition !== undefined).length <= 100);
  });

  test('stand in files that Cucumber loads', () => {
    const loaded = new Set(
      messages.flatMap(({ stepDefinition }) =>
        stepDefinition === undefined ? [] : [placeOf(stepDefinition.sourceReference).replace(/:\d+$/, '')],
      ),
    );
    const defining = globSync('steps/**/*.ts', { cwd: root })
      .map((file) => file.replaceAll('\\', '/'))
      .filter((file) => !file.endsWith('.test.ts'))
      .filter((file) => /^(Given|When|Then)\($/m.test(readFileSync(root + file, 'utf8')) || file.endsWith('.steps.ts'));
    assert.deepEqual([...loaded].sort(), defining.sort());
  });

  test('are run for every scenario of the catalogue, and for no other', () => {
    const pickles = messages.flatMap(({ pickle }) => (pickle === undefined ? [] : [pickle]));
    const ran = pickles.map(({ uri, location }) => placeOf({ uri, ...(location === undefined ? {} : { location }) }));
    const known = readRequirements().flatMap(({ scenarios }) => scenarios.map(({ place }) => place));
    assert.deepEqual(ran.sort(), known.sort());
  });
});

test('every file of features/ but README.md and page.yaml is a known feature, in the folder of a role', () => {
  const files = globSync('features/**/*', { cwd: root, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, resolve(entry.parentPath, entry.name)).replaceAll('\\', '/'));
  assert.deepEqual(
    files.sort(),
    ['features/README.md', 'features/page.yaml', ...featureFiles('server'), ...featureFiles('client')].sort(),
  );
});
