import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, test } from 'node:test';
import {
  connected,
  distinct,
  FeatureError,
  featureFiles,
  featuresDigest,
  mistakesOf,
  type Requirement,
  readFeature,
  readRequirements,
  requirementAbout,
  root,
} from './requirement.ts';

const file = 'features/server/qos.feature';

/** A feature that follows the rules of CONTRIBUTING.md. */
const whole = `Feature: QoS

  A subject.

  @server-response-qos0 @must @tls
  Rule: the server MUST deliver the response at QoS 0

    Whatever the subscription
    was granted.

    How the suite reads it.

    Source: stated, "Device connection",
    step 1

    Depends on: server-second,
    server-third

    Usual mistakes: the response follows
    the subscription.

    Background:
      Given a device

    Example: The subscription asked for QoS 1
      When the device asks

    @clock
    Example: A device asks with <stamp> at <qos>
      When the device asks with <stamp>

      Examples:
        | stamp | qos   |
        | 1     | QoS 1 |

      @aliyun-hmac
      Examples:
        | stamp | qos   |
        | 2     | QoS 2 |

  @server-second @should
  Rule: the server SHOULD do something else

    Source: derived

    Example: One scenario
      When the device asks
`;

/** The whole feature with a part replaced. */
const broken = (part: string | RegExp, by: string): string => {
  const text = whole.replace(part, by);
  assert.notEqual(text, whole);
  return text;
};

describe('a feature', () => {
  const [first, second] = readFeature(file, whole);

  test('gives a requirement for each Rule, in order, with all that stands in it', () => {
    assert.ok(first && second);
    const { digest, ...said } = first;
    assert.deepEqual(
      { ...said, scenarios: [] },
      {
        id: 'server-response-qos0',
        level: 'must',
        role: 'server',
        capabilities: ['tls'],
        feature: 'QoS',
        sentence: 'the server MUST deliver the response at QoS 0',
        description: 'Whatever the subscription was granted.\n\nHow the suite reads it.',
        source: 'stated, "Device connection", step 1',
        dependsOn: ['server-second', 'server-third'],
        mistakes: 'the response follows the subscription.',
        place: `${file}:6`,
        scenarios: [],
        sentences: ['the device asks', 'the device asks with 1', 'the device asks with 2'],
      },
    );
    assert.match(digest, /^[0-9a-f]{64}$/);
    assert.deepEqual([second.id, second.level, second.mistakes, second.description], ['server-second', 'should', '', '']);
    assert.deepEqual([mistakesOf(second), requirementAbout([second], '')], [[], undefined]);
  });

  test('gives a scenario for each scenario and each row, with its title, place and capabilities', () => {
    assert.deepEqual(first?.scenarios, [
      { title: 'The subscription asked for QoS 1', place: `${file}:25`, capabilities: [] },
      { title: 'A device asks with 1 at QoS 1', place: `${file}:34`, capabilities: ['clock'] },
      { title: 'A device asks with 2 at QoS 2', place: `${file}:39`, capabilities: ['clock', 'aliyun-hmac'] },
    ]);
  });

  test('of the other role gives requirements of that role', () => {
    const [requirement] = readFeature('features/client/qos.feature', whole.replaceAll('@server-', '@client-'));
    assert.equal(requirement?.role, 'client');
    assert.equal(requirement?.id, 'client-response-qos0');
  });

  test('changes the digest of the Rule that changed, its tags included, and of no other', () => {
    const digests = (text: string): (string | undefined)[] => readFeature(file, text).map(({ digest }) => digest);
    const [one, two] = digests(whole);
    for (const changed of [broken('asked for QoS 1', 'asked for QoS 2'), broken(' @tls', ' @clock')]) {
      const [own, other] = digests(changed);
      assert.notEqual(own, one);
      assert.equal(other, two);
    }
    const [own, other] = digests(broken('@server-second', '@server-third'));
    assert.equal(own, one);
    assert.notEqual(other, two);
    assert.deepEqual(digests(broken('A subject.', 'Another subject.')), [one, two]);
    assert.deepEqual(digests(whole.replaceAll('\n  ', '\n    ')), [one, two], 'indentation says nothing');
  });
});

for (const [mistake, text, message] of [
  ['a scenario outside a Rule', 'Feature: x\n\n  Example: y\n    Given z\n', /qos\.feature:3: every scenario belongs to a Rule/],
  ['an empty file', '', /qos\.feature: there is no feature/],
  [
    'a text that is no Gherkin',
    'Feature: x\n  MalformedRequest\n  @tag\n',
    /^features\/server\/qos\.feature: .*unexpected end of file/s,
  ],
  ['no tags', broken('@server-response-qos0 @must @tls', ''), /qos\.feature:6: the Rule's first tag must be its id, @server-…/],
  ['the id of the other role', broken('@server-response-qos0', '@client-response-qos0'), /:6: the Rule's first tag/],
  ['no level', broken('@must ', ''), /:6: the Rule's second tag must be @must or @should/],
  ['a level in the wrong place', broken('@must @tls', '@tls @must'), /:6: the Rule's second tag/],
  ['a sentence of another level', broken('MUST', 'SHOULD'), /:6: a Rule tagged @must says MUST/],
  ['a sentence that is just lower case', broken('MUST', 'must'), /:6: a Rule tagged @must says MUST/],
  ['no source', broken('Source: stated,', 'Stated:'), /:6: the Rule's description must have a paragraph "Source: …"/],
  ['a source that is no paragraph of its own', broken('reads it.\n\n', 'reads it.\n'), /paragraph "Source: …"/],
  [
    'no scenario',
    broken('    Example: One scenario\n      When the device asks\n', ''),
    /:42: the Rule has no scenario that judges it/,
  ],
] as const) {
  test(`a feature with ${mistake} is an error that says where and what`, () => {
    assert.throws(
      () => readFeature(file, text),
      (error) => error instanceof FeatureError && message.test(error.message) && !error.message.includes('    at '),
    );
  });
}

test('an id that is used twice is an error that names both places', () => {
  const twice = broken('@server-second @should', '@server-response-qos0 @should');
  assert.throws(() => distinct(readFeature(file, twice)), {
    name: 'FeatureError',
    message: `${file}:42: @server-response-qos0 is already used at ${file}:6; an id must be unique`,
  });
});

describe('the features of this package', () => {
  test('are requirements of the server and of the client, each id once, those of the server first', () => {
    const all = readRequirements();
    assert.deepEqual(
      all.map(({ id }) => id),
      [...readRequirements('server'), ...readRequirements('client')].map(({ id }) => id),
    );
    assert.equal(new Set(all.map(({ id }) => id)).size, all.length);
    assert.ok(all.some(({ role }) => role === 'server'));
  });

  test('begin with the topics, and are found below the package', () => {
    const files = featureFiles('server');
    assert.equal(files[0], 'features/server/topics.feature');
    assert.ok(files.every((path) => existsSync(root + path)));
  });

  test('have a digest that is the same each time, and another one for another role', () => {
    assert.match(featuresDigest('server'), /^[0-9a-f]{64}$/);
    assert.equal(featuresDigest('server'), featuresDigest('server'));
    assert.notEqual(featuresDigest('server'), featuresDigest());
  });
});

describe('what a requirement depends on', () => {
  const rules = (first: string, second: string, role: 'server' | 'client' = 'server'): readonly Requirement[] => {
    const [one, two] = readFeature(file, whole);
    assert.ok(one && two);
    return [
      { ...one, id: 'a', dependsOn: first === '' ? [] : [first] },
      { ...two, id: 'b', role, dependsOn: second === '' ? [] : [second] },
      { ...two, id: 'c', dependsOn: ['a'] },
    ];
  };

  test('is what its dependencies depend on as well', () => {
    assert.deepEqual(
      connected(rules('b', '')).map(({ dependsOn }) => dependsOn),
      [['b'], [], ['a', 'b']],
    );
  });

  test('is a requirement of the same role, and not itself', () => {
    assert.throws(() => connected(rules('x', '')), /qos\.feature:6: the Rule depends on x, which is no requirement of a server/);
    assert.throws(() => connected(rules('b', '', 'client')), /depends on b, which is no requirement of a server/);
    assert.throws(() => connected(rules('a', '')), /depends on itself/);
    assert.throws(() => connected(rules('b', 'a')), /depends on itself/);
  });
});
