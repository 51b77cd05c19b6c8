import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRequirements } from '../../requirements/requirement.ts';
import { scenarioAt, turnOf } from '../../requirements/scenario-turn.ts';
import { inTurn, ofLane } from './order-plugin.ts';

const requirements = readRequirements('server');
const all = requirements.flatMap(({ scenarios }) =>
  scenarios.map(({ place }) => {
    const [uri = '', line] = place.split(':');
    return { pickle: { uri, steps: [] as { readonly text: string }[] }, location: { line: Number(line) } };
  }),
);

type ListedScenario = (typeof all)[number];

const byPlace = (a: ListedScenario, b: ListedScenario): number =>
  a.pickle.uri.localeCompare(b.pickle.uri) || a.location.line - b.location.line;

test('in any order, what all stands on comes first, and what a server may not survive last', () => {
  const order = inTurn(all.toReversed()).map(({ pickle: { uri }, location: { line } }) => scenarioAt(uri, line));
  const first = order.findIndex(([{ last }]) => last === true);
  assert.ok(first > 0);
  assert.ok(order.slice(first).every(([{ last }]) => last === true));
  const turns = order.map(turnOf);
  assert.deepEqual(turns[0], { number: 0, alone: false });
  assert.equal(turns.at(-1)?.alone, true);
  const numbers = turns.map(({ number }) => number);
  assert.deepEqual(
    numbers,
    numbers.toSorted((a, b) => a - b),
  );
});

test('each scenario of all turns is one of one lane', () => {
  const lanes = [0, 1, 2, 3].map((number) => ofLane(all, { number, of: 4 }));
  assert.deepEqual(lanes.flat().toSorted(byPlace), all.toSorted(byPlace));
});

for (const [text, exchanges] of [
  ['the device asks again and again until it has asked 20 times, for at most 8 s', 16],
  ['the device asks 10 times, one after the other', 10],
  ['the device asks with a Long, a String, a Long and a String in turn', 4],
  ['a link of 10 ms each way', 5],
] as const)
  test(`each scenario is one of one lane, and a lane with a long one has fewer: ${text}`, () => {
    assert.ok(
      requirements.some(({ sentences }) => sentences.includes(text)),
      'the features say it in other words now',
    );
    // Those of one turn, and all others short: what is left over in other turns would hide the length of the long one.
    const turn = all.filter(({ pickle: { uri }, location: { line } }) => turnOf(scenarioAt(uri, line)).number === 1);
    const long = turn.findIndex(({ pickle: { uri } }) => uri.endsWith('time.feature'));
    const scenarios = turn.map((scenario, index) => ({
      ...scenario,
      pickle: { ...scenario.pickle, steps: index === long ? [{ text }] : [] },
    }));
    const lanes = [0, 1, 2, 3].map((number) => ofLane(scenarios, { number, of: 4 }));
    assert.deepEqual(lanes.flat().toSorted(byPlace), scenarios.toSorted(byPlace));
    const lengths = lanes.map(({ length }) => length);
    const [own] = lanes.filter((lane) => lane.includes(scenarios[long] as (typeof scenarios)[number]));
    assert.equal(own?.length, Math.min(...lengths));
    assert.ok(Math.max(...lengths) - Math.min(...lengths) >= exchanges - 2, lengths.join());
  });
