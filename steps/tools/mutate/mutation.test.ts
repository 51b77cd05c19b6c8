import assert from 'node:assert/strict';
import { test } from 'node:test';
import { juryFor, randomFrom, shuffled } from './choice.ts';
import { findMutations, mutate } from './mutation.ts';
import { faultsOfNotes, isAbout, type Note } from './note.ts';

const source = `import { Then } from 'x';

const bound = 16;

Then('a', function (this: World) {
  if (this.time <= bound && this.seen) return;
  this.fail({ expected: 1 + bound, received: 1 + 1, needs: other() });
  this.inform(1 + 2);
});

function other(): boolean {
  return inner() === true;
}

function inner(): unknown {
  if (bound > 3) throw new Error(String(1 + 2));
  return undefined;
}

function likelyMistake(): boolean {
  return true;
}
`;
const file = 'steps/x.steps.ts';
const mutations = findMutations(new Set([file]), [{ file, text: source }]);

test('every kind of mutation is found, and none in text for people', () => {
  assert.deepEqual(
    mutations.map(({ line, before, after }) => `${line} ${before} => ${after}`),
    [
      '3 16 => 17',
      '6 this.time <= bound && this.seen => !(this.time <= bound && this.seen)',
      '6 this.time <= bound && this.seen => this.time <= bound || this.seen',
      '6 this.time <= bound => this.time < bound',
      '6 return; => ;',
      '7 this.fail({ expected: 1 + bound, received: 1 + 1, needs: other() }); => ;',
      '12 inner() === true => inner() !== true',
      '12 true => false',
      '16 bound > 3 => !(bound > 3)',
      '16 bound > 3 => bound >= 3',
      '16 3 => 4',
    ],
  );
});

test('a mutation is put in its place, and nothing else changes', () => {
  const [, , , swapped] = mutations;
  assert.ok(swapped);
  assert.equal(mutate(source, swapped), source.replace('this.time <= bound', 'this.time < bound'));
});

test('a mutation knows the statements that reach it by name', () => {
  const reached = (line: number): readonly string[] | undefined => mutations.find((one) => one.line === line)?.reachedFrom;
  const places = (...lines: number[]): string[] => lines.map((line) => `${file}:${line}`);
  assert.deepEqual(reached(6), places(5));
  assert.deepEqual(reached(12), places(11, 5));
  assert.deepEqual(reached(16), places(15, 11, 5));
});

test('a mutation is reached from other files: by what is exported, and by the members of a class', () => {
  const clockResolution = `const hidden = 1;
export function shared() { return hidden; }
export class ClockResolution {
  #seen = 2;
  add() { return this.#seen; }
  step() { return 3; }
}`;
  const steps = `Then('a', () => shared());
Then('b', () => clockResolution.add());
Then('c', ({ clockResolution: { step } }) => step());
Then('d', () => hidden);
Then('e', () => new ClockResolution());`;
  const found = findMutations(new Set(['clockResolution.ts']), [
    { file: 'clockResolution.ts', text: clockResolution },
    { file: 'x.steps.ts', text: steps },
  ]);
  const sentences = (before: string): string[] =>
    found
      .find((one) => one.before === before)
      ?.reachedFrom.filter((place) => place.startsWith('x.'))
      .sort() ?? [];
  assert.deepEqual(sentences('1'), ['x.steps.ts:1']);
  assert.deepEqual(sentences('2'), ['x.steps.ts:2', 'x.steps.ts:5']);
  assert.deepEqual(sentences('3'), ['x.steps.ts:3']);
});

test('integers of any size, negations and the least and the most are changed', () => {
  const text = 'const low = Math.min(2n, all.every((one) => !one)) + names.length;';
  assert.deepEqual(
    findMutations(new Set(['a.ts']), [{ file: 'a.ts', text }])
      .map(({ before, after }) => `${before} => ${after}`)
      .sort(),
    [
      '!one => one',
      '2n => 3n',
      'every => some',
      'min => max',
      `${text.slice(12, -1)} => ${text.slice(12, -1).replace('+', '-')}`,
    ].sort(),
  );
});

test('the same seed makes the same choice', () => {
  const numbers = [1, 2, 3, 4, 5, 6, 7, 8];
  assert.deepEqual(shuffled(numbers, randomFrom(7)), shuffled(numbers, randomFrom(7)));
  assert.notDeepEqual(shuffled(numbers, randomFrom(7)), shuffled(numbers, randomFrom(8)));
  assert.deepEqual(
    shuffled(numbers, randomFrom(7)).sort((a, b) => a - b),
    numbers,
  );
});

test('those who break the requirements are asked first, with a correct one of their role', () => {
  const make = (name: string, kind: 'faulty' | 'unusual', role: 'server' | 'client', fails: string[]) => {
    return { name, kind, role, fails, warns: [], about: '', seen: '', target: {} };
  };
  const all = [
    make('broad', 'faulty', 'server', ['server-a', 'server-b']),
    make('narrow', 'faulty', 'server', ['server-a']),
    make('other', 'faulty', 'server', ['server-c']),
    make('right', 'unusual', 'server', []),
    make('right-too', 'unusual', 'server', []),
    make('client', 'unusual', 'client', []),
  ];
  const { few, more } = juryFor(new Set(['server-a']), all, randomFrom(1));
  assert.deepEqual([few[0]?.startsWith('right'), ...few.slice(1)], [true, 'narrow', 'broad']);
  assert.equal(more.length, 1);
  assert.deepEqual(juryFor(new Set(['server-x']), all, randomFrom(1)), { few: [], more: [] });
});

test('a note must have a reason and be about a mutation that there is', () => {
  const [first] = mutations;
  assert.ok(first);
  const note: Note = { file: first.file, code: 'const bound = 16;', before: '16', after: '17', why: 'no clock ticks so' };
  assert.ok(isAbout(note, first));
  assert.deepEqual(faultsOfNotes([note], mutations), []);
  assert.match(faultsOfNotes([{ ...note, why: ' ' }], mutations).join(), /16 => 17 in .* has no reason/);
  assert.match(
    faultsOfNotes([{ ...note, before: '18' }], mutations).join(),
    /18 => 17 in "const bound = 16;" is no mutation of that file any more/,
  );
  const seen = (by: string | undefined): string[] => faultsOfNotes([note], mutations, [{ mutation: first, by }]);
  assert.deepEqual(seen(undefined), []);
  assert.match(seen('x.test.ts').join(), /is noticed by x\.test\.ts; remove it/);
});
