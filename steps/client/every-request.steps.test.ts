import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ClientRun, ObservedConnection } from '../harness/platform/client-run.ts';
import { origin, played, playedRequest, reported } from '../testing/client-starts.ts';
import { FakeWorld, fail, say } from '../testing/fake-world.ts';
import { diagnoseTopic } from './topic-diagnosis.ts';

const server = { serverRecvTime: 1_571_724_098_110, serverSendTime: 1_571_724_098_115 };
const formula = 1_571_724_098_125;

/** A start of three requests with a report after each; `reports` are added to what the formula gives. */
function thrice(...reports: readonly number[]): ClientRun {
  const clientRun = played({ asked: 100, ...server });
  for (const asked of [600, 1100]) clientRun.requests.push(playedRequest(clientRun, { asked, answered: asked + 10, ...server }));
  for (const [index, off] of reports.entries()) {
    const asked = 100 + index * 500;
    const own = { deviceSendTime: BigInt(origin + asked), deviceRecvTime: BigInt(origin + asked + 25) };
    clientRun.reports.push(reported(formula + off, asked + 20, own));
  }
  return Object.assign(clientRun, { started: { atUs: 0, wallMs: origin } });
}

function judge(clientRun: ClientRun, filters: readonly (readonly [string, 0 | 1])[] = []): FakeWorld {
  const asked = filters.map(([filter, requestedQos]) => ({ filter, requestedQos }));
  const connection = { asked, trace: Object.assign([], { dropped: 0 }), ending: undefined };
  clientRun.connections = [connection as unknown as ObservedConnection];
  const made = new FakeWorld('client-request-topic', { perform: () => clientRun });
  made.client.clientRuns.push(clientRun);
  return made;
}

/** The same three requests, the last of them with something else in its message. */
function last(deed: object, part: 'message' | 'whole' = 'message'): ClientRun {
  const clientRun = thrice();
  const request = clientRun.requests[2];
  assert.ok(request);
  Object.assign(part === 'message' ? request.message : request, deed);
  return clientRun;
}

describe('every request is judged', () => {
  for (const [sentence, deed] of [
    ['the request is published on its own request topic', { topic: '/ext/ntp/dn/pk/request' }],
    ['the request is published at QoS 0', { qos: 1 }],
    ['the request is published without the RETAIN flag', { retain: true }],
  ] as const) {
    test(sentence, async () => {
      await say(judge(thrice()), sentence);
      assert.match((await fail(judge(last(deed)), sentence)).received, /in request 3 of 3$/);
    });
  }

  test('its payload and its type', async () => {
    const asked = { deviceSendTime: '"1"' };
    const clientRun = thrice();
    clientRun.requests.push(playedRequest(clientRun, { ...asked, asked: 1600 }));
    assert.match((await fail(judge(clientRun), 'deviceSendTime is a Long')).received, /"1", in request 4 of 4/);
    const sentence = 'the request is a JSON object with deviceSendTime, a Long or a String of decimal digits';
    await say(judge(clientRun), sentence);
    clientRun.requests.push(playedRequest(clientRun, { deviceSendTime: '1.5', asked: 1700 }));
    assert.match((await fail(judge(clientRun), sentence)).received, /1\.5, in request 5 of 5/);
  });

  test('whether its response can be heard', async () => {
    const sentence = 'a filter that covers its response topic was subscribed before the request';
    await say(judge(thrice()), sentence);
    assert.equal((await fail(judge(last({ subscribed: false }, 'whole')), sentence)).received, 'no SUBSCRIBE');
  });
});

test('every subscription is judged', async () => {
  const own = '/ext/ntp/pk/dn/response';
  const twice = judge(thrice(), [
    [own, 1],
    [own, 0],
  ]);
  assert.match((await fail(twice, 'its response topic was subscribed at QoS 0')).received, /at QoS 1/);
  const wide = judge(thrice(), [
    ['#', 0],
    [own, 0],
  ]);
  assert.equal((await fail(wide, "no filter covers another device's response topic")).received, 'SUBSCRIBE #');
});

test('a wrong subscription is named', async () => {
  const sentence = 'a filter that covers its response topic was subscribed before the request';
  const likely = async (filter: string) =>
    (await fail(judge(last({ subscribed: false }, 'whole'), [[filter, 0]]), sentence)).likely;
  assert.match((await likely('/ext/ntp/pk/dn/request')) ?? '', /^the client subscribed .*\/request/);
  assert.match((await likely('/ext/ntp/dn/pk/response')) ?? '', /swapped in the filter/);
  assert.equal(await likely('/other'), 'the client subscribed /other');
});

describe('every first report after a response is judged', () => {
  const sentence = 'each time that the client reports first after a response is the one that the formula gives';

  test('and a right client passes', async () => {
    const good = judge(thrice(0, 0, 0));
    await say(good, sentence);
    assert.deepEqual(good.informed, ['3 reported times were judged']);
  });

  test('and the third may be the wrong one', async () => {
    assert.match((await fail(judge(thrice(0, 0, 3_600_000)), sentence)).received, /as time number 3$/);
    assert.match((await fail(judge(thrice(0, 1000)), sentence)).received, /as time number 2$/);
  });

  test('and what is reported again is not', async () => {
    const clientRun = thrice(0);
    clientRun.reports.push(reported(formula + 300, 400));
    await say(judge(clientRun), sentence);
  });
});

test('a time is reported in each start', async () => {
  const sentence = 'the client reports a time in each start';
  const both = judge(thrice(0));
  both.client.clientRuns.push(thrice(0));
  await say(both, sentence);
  const silent = thrice();
  both.client.clientRuns.push(Object.assign(silent, { setup: { ...silent.setup, forthMs: 0, backMs: 0 } }));
  assert.equal((await fail(both, sentence)).mistake, 'a round trip of 0 is rejected');
});

test('a wrong request topic is named', () => {
  const identity = { productKey: 'a1Suite', deviceName: 'a-b_c@d:e.f' };
  const name = (topic: string) => diagnoseTopic(topic, identity)?.text;
  assert.equal(name('/ext/ntp/a-b_c@d:e.f/a1Suite/request'), 'product key and device name are swapped');
  assert.equal(name('ext/ntp/a1Suite/a-b_c@d:e.f/request'), 'the leading slash is missing');
  assert.equal(name('/ext/ntp/a1Suite/a-b'), 'the topic is cut after 20 characters');
  assert.equal(name('/ext/ntp/a1Suite/a-b_c@/request'), 'the device name is cut after 6 characters');
  assert.equal(name('/ext/ntp/a1/a-b_c@d:e.f/request'), 'the product key is cut after 2 characters');
  assert.equal(name('/ext/ntp/a1Suite/a-b_c%40d%3Ae.f/request'), 'the device name is percent-encoded');
  assert.match(name('/ext/ntp/a1Suite/a_b_c_d_e_f/request') ?? '', /^characters of the device name are replaced/);
  assert.equal(name('/ext/ntp/a1suite/a-b_c@d:e.f/request'), 'the case of letters in a name is changed');
  assert.equal(name('/ext/ntp/a1Suite/other/request'), undefined);
});
