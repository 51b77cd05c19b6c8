import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRequirements } from '../../requirements/requirement.ts';
import { scenarioAt, turnOf } from '../../requirements/scenario-turn.ts';
import { inTurn } from './order-plugin.ts';

test('in any order, what all stands on comes first, and what a server may not survive last', () => {
  const all = readRequirements('server').flatMap(({ scenarios }) => scenarios.map(({ place }) => place.split(':')));
  const shuffled = all.map(([uri = '', line]) => ({ pickle: { uri }, location: { line: Number(line) } })).reverse();
  const turns = inTurn(shuffled).map(({ pickle: { uri }, location: { line } }) => turnOf(scenarioAt(uri, line)));
  assert.deepEqual(
    [turns[0], turns.at(-1)],
    [
      { number: 0, alone: false },
      { number: 5, alone: true },
    ],
  );
  const numbers = turns.map(({ number }) => number);
  assert.deepEqual(
    numbers,
    numbers.toSorted((a, b) => a - b),
  );
});
