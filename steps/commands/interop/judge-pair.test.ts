import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { StartedTarget, Target } from '../../harness/implementation/target.ts';
import { readRequirements } from '../../requirements/requirement.ts';
import { loadSentences } from '../../support/sentences.ts';
import { type Passing, publish, relayed, requestTopic, responseTopic, welcomed } from '../../testing/recorded-traffic.ts';
import { embeddedTarget } from '../run/reference-target.ts';
import { judgePair } from './judge-pair.ts';
import type { PairRun } from './pair-run.ts';
import { troubleOf } from './start-outcome.ts';

const requirements = readRequirements();
const say = await loadSentences();
const client = await embeddedTarget('client');
const server = await embeddedTarget('server');
const started: StartedTarget = {
  target: { ...server, responseDeadlineMs: 10, sharedClock: false },
  host: '127.0.0.1',
  port: 1,
  output: () => [],
  ended: () => undefined,
  end: new Promise(() => {}),
  write: async () => {},
  signal: async () => {},
  exec: async () => {},
  stop: async () => {},
};

const now = Date.now();
const asks = (how: object = {}, topic = requestTopic): Passing => ({ client: publish(topic, `{"deviceSendTime":${now}}`, how) });
const json = (type: 'long' | 'string', time = now): string => (type === 'long' ? `${time}` : `"${time}"`);
const answers = (type: 'long' | 'string' = 'long', how: object = {}): Passing => {
  const time = json(type);
  const payload = `{"deviceSendTime":${time},"serverSendTime":${time},"serverRecvTime":${time}}`;
  return { server: publish(responseTopic, payload, how) };
};

async function judged(pairRuns: readonly PairRun[], own: Partial<Target> = {}) {
  const results = await judgePair({ server: started, client: { ...client, ...own }, pairRuns, requirements, say });
  const byId = new Map(results.map((result) => [result.id, result]));
  return {
    failed: results.filter(({ status }) => status === 'failed').map(({ id }) => id),
    warned: results.filter(({ status }) => status === 'warning').map(({ id }) => id),
    statusOf: (id: string) => byId.get(id)?.status,
    reasonOf: (id: string) => byId.get(id)?.reason ?? '',
    passed: results.filter(({ status }) => status === 'passed').map(({ id }) => id),
  };
}

describe('a correct client and a correct server', () => {
  const good = [...welcomed(), asks(), answers(), { reports: now }];

  test('pass the requirements that the trace shows, and no others', async () => {
    const { failed, warned, passed, statusOf, reasonOf } = await judged([relayed(good)]);
    assert.deepEqual([failed, warned], [[], []]);
    for (const id of ['client-request-qos0', 'client-accepts-own-type', 'server-long-stays-long', 'server-unit-milliseconds'])
      assert.ok(passed.includes(id), id);
    for (const id of ['server-concurrent-devices', 'client-worked-example', 'client-counts-latency', 'server-answers-once'])
      assert.equal(statusOf(id), 'untested', id);
    assert.match(reasonOf('server-answers-once'), /no later request/);
    assert.match(reasonOf('server-stamps-are-fresh'), /100 ms apart/);
    assert.equal(statusOf('server-refuses-strangers'), 'inapplicable');
  });

  test('show by a later start that nothing was left behind', async () => {
    assert.match((await judged([relayed(good)])).reasonOf('server-response-not-retained'), /no later start/);
    assert.equal((await judged([relayed(good), relayed(good)])).statusOf('server-response-not-retained'), 'passed');
  });

  test('do not show by two connections that the type is decided by each request', async () => {
    const text = { client: publish(requestTopic, `{"deviceSendTime":"${now}"}`) };
    const string = relayed([...welcomed(), text, answers('string'), { reports: now }], 'string');
    assert.match((await judged([relayed(good), string])).reasonOf('server-type-per-request'), /no connection carried both types/);
    const both = relayed([...welcomed(), asks(), answers(), text, answers('string'), { reports: now }]);
    assert.equal((await judged([both])).statusOf('server-type-per-request'), 'passed');
  });

  test('show by a later request that there was no second answer', async () => {
    const twice = relayed([...welcomed(), asks(), answers(), asks(), answers(), { reports: now }]);
    assert.equal((await judged([twice])).statusOf('server-answers-once'), 'passed');
  });
});

describe('only the client fails', () => {
  test('for a request at QoS 1, regardless of the reaction of the server', async () => {
    const { failed, reasonOf } = await judged([relayed([...welcomed(), asks({ qos: 1, messageId: 2 }), { ends: 'near' }])]);
    assert.deepEqual(failed, ['client-request-qos0']);
    assert.equal(reasonOf('server-answers-request'), 'cannot be judged while client-request-qos0 fails');
  });

  test('for a missing subscription, unless it declares auto-subscription', async () => {
    const deaf = [relayed([...welcomed(''), asks(), { ends: 'near' }])];
    assert.deepEqual((await judged(deaf)).failed, ['client-hears-response']);
    const declared = await judged(deaf, { capabilities: new Set(['auto-subscription']) });
    assert.deepEqual(declared.failed, []);
    assert.match(declared.reasonOf('server-answers-request'), /automatic subscription/);
  });

  test('for a time that the formula does not give, or none', async () => {
    const answered = [...welcomed(), asks(), answers()];
    assert.deepEqual((await judged([relayed([...answered, { reports: now - 700_000 }])])).failed, ['client-counts-latency']);
    assert.deepEqual((await judged([relayed([...answered, { reports: Math.floor(now / 1000) }])])).failed, [
      'client-worked-example',
    ]);
    assert.deepEqual((await judged([relayed(answered)])).failed, ['client-accepts-own-type']);
  });
});

describe('only the server fails', () => {
  test('for an answer in another type, which the client cannot use', async () => {
    const { failed, reasonOf } = await judged([relayed([...welcomed(), asks(), answers('string'), { ends: 'near' }])]);
    assert.deepEqual(failed, ['server-long-stays-long']);
    assert.equal(reasonOf('client-accepts-own-type'), 'cannot be judged while server-long-stays-long fails');
  });

  test('for an answer at QoS 1, and for a second one', async () => {
    const high = relayed([...welcomed(), asks(), answers('long', { qos: 1, messageId: 3 }), { reports: now }]);
    assert.deepEqual((await judged([high])).failed, ['server-response-qos0']);
    assert.deepEqual((await judged([relayed([...welcomed(), asks(), answers(), answers(), { reports: now }])])).failed, [
      'server-answers-once',
    ]);
  });

  test('for a message that waits for the client when it comes back', async () => {
    const left = relayed([...welcomed(), answers('long', { retain: true }), asks(), answers(), { reports: now }]);
    const first = relayed([...welcomed(), asks(), answers(), { reports: now }]);
    assert.deepEqual((await judged([first, left])).failed, ['server-response-not-retained']);
  });

  test('for silence, where the client waited for as long as an answer may take', async () => {
    const silence = relayed([...welcomed(), asks()]);
    assert.deepEqual((await judged([silence])).failed, ['server-answers-request']);
  });
});

describe('neither side fails', () => {
  test('where the client left before the answer was due', async () => {
    const { failed, reasonOf } = await judged([relayed([...welcomed(), asks(), { ends: 'near' }])]);
    assert.deepEqual(failed, []);
    assert.match(reasonOf('server-answers-request'), /^the client left \d+ ms after it had asked, and an answer may take 10 ms$/);
  });

  test('where the server does not understand a wildcard', async () => {
    const wide = relayed([...welcomed('/ext/ntp/a1NtpSuite1/+/response'), asks()]);
    const { failed, warned } = await judged([wide]);
    assert.deepEqual([failed, warned], [[], ['client-hears-only-its-own']]);
  });

  test('where the server does not let the client in', async () => {
    const refused = relayed([...welcomed(responseTopic, 5), { ends: 'far' }]);
    assert.deepEqual((await judged([refused])).failed, []);
    assert.deepEqual(troubleOf(refused, client, started)?.side, 'both');
    assert.match(troubleOf(refused, client, started)?.text ?? '', /refused the CONNECT with code 5/);
  });
});
