import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { featureFiles, readFeature, root } from '../../requirements/requirement.ts';
import { repeatScenarios } from './repeated-scenarios.ts';

for (const times of [1, 3])
  test(`has every scenario ${times} times, each at its own place, under the same requirements`, () => {
    for (const file of featureFiles('server')) {
      const text = readFileSync(root + file, 'utf8');
      const before = readFeature(file, text);
      const after = readFeature(file, repeatScenarios(file, text, times));
      assert.deepEqual(
        after.map(({ id, level, capabilities, sentence }) => ({ id, level, capabilities, sentence })),
        before.map(({ id, level, capabilities, sentence }) => ({ id, level, capabilities, sentence })),
      );
      for (const [index, { scenarios }] of before.entries()) {
        const copies = after[index]?.scenarios ?? [];
        const titles = scenarios.map(({ title }) => title);
        assert.deepEqual(
          copies.map(({ title }) => title),
          Array.from({ length: times }, () => titles).flat(),
        );
        assert.equal(new Set(copies.map(({ place }) => place)).size, scenarios.length * times);
      }
    }
  });
