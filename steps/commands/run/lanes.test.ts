import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Envelope } from '@cucumber/messages';
import { Lanes } from './lanes.ts';

/** The messages of one lane: it knows two scenarios, as every lane does, and runs one of them. It has ids of its own. */
function messagesOf(lane: string, runs: 1 | 2, success: boolean): Envelope[] {
  const id = (name: string): string => `${lane}-${name}`;
  const envelopes = [
    { meta: { protocolVersion: '1' } },
    { source: { uri: 'a.feature', data: 'Feature: a' } },
    {
      gherkinDocument: {
        uri: 'a.feature',
        feature: { children: [{ scenario: { id: id('scenario-1'), steps: [{ id: id('step') }] } }] },
      },
    },
    {
      pickle: {
        id: id('pickle-1'),
        astNodeIds: [id('scenario-1')],
        steps: [{ id: id('pickle-step-1'), astNodeIds: [id('step')] }],
      },
    },
    {
      pickle: {
        id: id('pickle-2'),
        astNodeIds: [id('scenario-1')],
        steps: [{ id: id('pickle-step-2'), astNodeIds: [id('step')] }],
      },
    },
    { parameterType: { id: id('type'), name: 'duration' } },
    { stepDefinition: { id: id('definition') } },
    { hook: { id: id('hook') } },
    { testRunStarted: { id: id('run'), timestamp: { seconds: 1, nanos: 0 } } },
    {
      testCase: {
        id: id('case'),
        testRunStartedId: id('run'),
        pickleId: id(`pickle-${runs}`),
        testSteps: [
          { id: id('before'), hookId: id('hook') },
          { id: id('test-step'), pickleStepId: id(`pickle-step-${runs}`), stepDefinitionIds: [id('definition')] },
        ],
      },
    },
    { testCaseStarted: { id: id('started'), testCaseId: id('case'), attempt: 0 } },
    {
      attachment: {
        testCaseStartedId: id('started'),
        testStepId: id('test-step'),
        body: id('pickle-1'),
        mediaType: 'text/plain',
      },
    },
    {
      testStepFinished: {
        testCaseStartedId: id('started'),
        testStepId: id('test-step'),
        testStepResult: { message: id('hook') },
      },
    },
    { testCaseFinished: { testCaseStartedId: id('started') } },
    { testRunFinished: { testRunStartedId: id('run'), success, timestamp: { seconds: 2, nanos: 0 } } },
  ];
  // Only the members that `Lanes` reads.
  return envelopes as unknown as Envelope[];
}

const first = messagesOf('first', 1, true);
const second = messagesOf('second', 2, true);

/** The merged stream of two lanes, whose messages alternate as `order` says; the remaining messages come last. */
function merge(order: readonly (0 | 1)[], lanes: readonly [Envelope[], Envelope[]] = [first, second]): Envelope[] {
  const stream: Envelope[] = [];
  const merged = new Lanes(2, (envelope) => stream.push(envelope));
  const left = lanes.map((messages) => [...messages]);
  const send = (lane: 0 | 1): void => {
    const next = left[lane]?.shift();
    if (next !== undefined) merged.add(lane, next);
  };
  for (const lane of order) send(lane);
  for (const lane of [1, 0] as const) while (left[lane]?.length) send(lane);
  return stream;
}

/** Orders of arrival: one lane before the other, alternating, and 200 random orders, which are the same in every run. */
function* orders(): Generator<(0 | 1)[]> {
  const length = first.length + second.length;
  yield first.map(() => 0);
  yield second.map(() => 1);
  yield Array.from({ length }, (_, index) => (index % 2 === 0 ? 1 : 0));
  let state = 1;
  for (let count = 0; count < 200; count += 1) {
    yield Array.from({ length }, () => {
      state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
      return state % 65_536 < 32_768 ? 0 : 1;
    });
  }
}

/** The ids that the messages define, and the ids that they refer to. */
function ids(stream: readonly Envelope[]): { defined: Set<string>; used: Set<string> } {
  const defined = new Set<string>();
  const used = new Set<string>();
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, member] of Object.entries(value)) {
      if (name === 'id') defined.add(String(member));
      else if (/Ids?$/.test(name)) for (const id of [member].flat()) used.add(String(id));
      else walk(member);
    }
  };
  for (const envelope of stream) walk(envelope);
  return { defined, used };
}

const kinds = (stream: readonly Envelope[]): string[] => stream.map((envelope) => Object.keys(envelope)[0] ?? '');

describe('lanes are merged into one stream, for any order of their messages:', () => {
  test('every id is defined earlier in the stream than it is used', () => {
    for (const order of orders()) {
      const stream = merge(order);
      for (const [index, envelope] of stream.entries()) {
        const { used } = ids([envelope]);
        const { defined } = ids(stream.slice(0, index + 1));
        assert.deepEqual(
          [...used].filter((id) => !defined.has(id)),
          [],
          order.join(''),
        );
      }
    }
  });

  test('shared messages occur once, and the messages of each lane are included', () => {
    const expected = [
      ...first,
      ...second.filter((envelope) => 'testCase' in envelope || kinds([envelope])[0]?.startsWith('testCase')),
    ];
    for (const order of orders()) {
      const stream = merge(order);
      assert.equal(stream.length, expected.length + 2, 'an attachment and a step of the second lane come on top');
      const cases = stream.flatMap(({ testCase }) => (testCase === undefined ? [] : [testCase]));
      assert.deepEqual(new Set(cases.map(({ pickleId }) => pickleId)), new Set(['first-pickle-1', 'first-pickle-2']));
      assert.deepEqual(new Set(cases.map(({ id }) => id)), new Set(['first-case', 'second-case']));
    }
  });

  test('the end occurs once, and comes last', () => {
    for (const order of orders()) {
      const all = kinds(merge(order));
      assert.equal(all.indexOf('testRunFinished'), all.length - 1);
    }
  });

  test('free texts do not change', () => {
    for (const order of orders()) {
      const bodies = merge(order).flatMap(({ attachment }) => (attachment === undefined ? [] : [attachment.body]));
      assert.deepEqual(bodies.toSorted(), ['first-pickle-1', 'second-pickle-1']);
    }
  });
});

test('the run was a success when every lane was', () => {
  const failed = messagesOf('second', 2, false);
  for (const order of [[], first.map(() => 0 as const)]) {
    assert.equal(merge(order).at(-1)?.testRunFinished?.success, true);
    assert.equal(merge(order, [first, failed]).at(-1)?.testRunFinished?.success, false);
  }
});

test('a single lane passes through', () => {
  const stream: Envelope[] = [];
  const lanes = new Lanes(1, (envelope) => stream.push(envelope));
  for (const envelope of first) lanes.add(0, envelope);
  assert.deepEqual(stream, first);
});

test('if a lane dies, the stream has no end, so that a part does not look like the whole', () => {
  const stream = merge([], [first, second.slice(0, -1)]);
  assert.ok(!kinds(stream).includes('testRunFinished'));
});
