import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sign } from '../harness/implementation/hmac.ts';
import type { Target } from '../harness/implementation/target.ts';
import { type FakeWorld, fail, say } from '../testing/fake-world.ts';
import { client, connectionOf, type Deeds, own, silent, world } from '../testing/made-up-clients.ts';

test('the request topic is told from the usual mistakes', async () => {
  const sentence = 'the request is published on its own request topic';
  const judge = (topic?: string) => world('client-request-topic', [client(topic === undefined ? {} : { publish: { topic } })]);
  await say(judge(), sentence);
  assert.match((await fail(judge('/ext/ntp/dn/pk/request'), sentence)).likely ?? '', /swapped/);
  assert.match((await fail(judge('ext/ntp/pk/dn/request'), sentence)).likely ?? '', /leading slash/);
  assert.equal((await fail(judge('/ext/ntp/pk/dn/ask'), sentence)).likely, undefined);
});

test('a subscription counts when it came before the request', async () => {
  const sentence = 'a filter that covers its response topic was subscribed before the request';
  const judge = (deeds: Deeds) => world('client-hears-response', [client(deeds)]);
  await say(judge({ filters: { [own]: 0 } }), sentence);
  const late = await fail(judge({ filters: { [own]: 0 }, subscribed: false }), sentence);
  assert.deepEqual(
    [late.received, late.likely],
    ['that SUBSCRIBE, but not before this request', 'the client subscribes after asking'],
  );
  const other = await fail(judge({ filters: { other: 0 }, subscribed: false }), sentence);
  assert.deepEqual([other.received, other.likely], ['SUBSCRIBE other', 'the client subscribed other']);
  const none = await fail(judge({ subscribed: false }), sentence);
  assert.deepEqual([none.received, none.likely?.includes('automatic')], ['no SUBSCRIBE', true]);
});

test("a filter that covers another device's topic is failed, one's own is not", async () => {
  const sentence = "no filter covers another device's response topic";
  const judge = (filter: string) => world('client-hears-only-its-own', [client({ filters: { [own]: 0, [filter]: 0 } })]);
  await say(judge('/ext/ntp/+/dn/request'), sentence);
  await fail(judge('/ext/ntp/+/dn/response'), sentence);
  assert.equal((await fail(judge('/ext/ntp/pk/+/response'), sentence)).received, 'SUBSCRIBE /ext/ntp/pk/+/response');
  await fail(world('client-hears-only-its-own', [silent()]), sentence);
});

test('both ways are at QoS 0, and not retained', async () => {
  const request = 'the request is published at QoS 0';
  const topic = 'its response topic was subscribed at QoS 0';
  const flag = 'the request is published without the RETAIN flag';
  const judge = (deeds: Deeds) => world('client-request-qos0', [client(deeds)]);
  await say(judge({}), request);
  assert.equal((await fail(judge({ publish: { qos: 1 } }), request)).received, 'PUBLISH at QoS 1');
  await say(judge({ filters: { [own]: 0, other: 1 } }), topic);
  assert.equal((await fail(judge({}), topic)).received, `no SUBSCRIBE that covers ${own}`);
  assert.equal((await fail(judge({ filters: { [own]: 1 } }), topic)).received, `SUBSCRIBE ${own} at QoS 1`);
  await fail(world('client-subscribes-qos0', [silent()]), topic);
  await say(judge({}), flag);
  await fail(judge({ publish: { retain: true } }), flag);
});

test('deviceSendTime is an integer, or a String of digits, in a JSON object', async () => {
  const sentence = 'the request is a JSON object with deviceSendTime, a Long or a String of decimal digits';
  const judge = (payload: string) => world('client-sends-time', [client({ payload })]);
  for (const good of ['{"deviceSendTime":1}', '{"deviceSendTime":"1"}']) await say(judge(good), sentence);
  for (const [bad, received] of [
    ['[1]', /^(?!no deviceSendTime).*: \[1\]$/],
    ['{}', /^no deviceSendTime/],
    ['{"deviceSendTime":1.0}', /1\.0/],
    ['{"deviceSendTime":"1.0"}', /"1\.0"/],
    ['{"deviceSendTime":"x1"}', /"x1"/],
    ['{"deviceSendTime":true}', /true/],
    ['{"deviceSendTime":null}', /null/],
  ] as const)
    assert.match((await fail(judge(bad), sentence)).received, received);
});

test('deviceSendTime has the declared type', async () => {
  const judge = (payload: string) => world('client-type-as-declared', [client({ payload })]);
  const [long, string] = ['{"deviceSendTime":1}', '{"deviceSendTime":"1"}'];
  await say(judge(long), 'deviceSendTime is a Long');
  await say(judge(string), 'deviceSendTime is a String');
  await fail(judge(string), 'deviceSendTime is a Long');
  await fail(judge(long), 'deviceSendTime is a String');
  await fail(judge('{}'), 'deviceSendTime is a Long');
});

describe('its CONNECT is signed', () => {
  const sentence = 'its CONNECT is signed';
  const identity = { productKey: 'pk', deviceName: 'dn', deviceSecret: 'secret' };
  const judge = (mode: string, connected = true, target: Partial<Target> = {}): FakeWorld => {
    const password = Buffer.from(sign({ ...identity, clientId: 'c', method: 'hmacsha256' }));
    const connect = { username: 'dn&pk', clientId: `c|securemode=${mode},signmethod=hmacsha256|`, password };
    const clientRun = Object.assign(client(), { identity });
    clientRun.connections = connected ? [connectionOf({}), connectionOf({}, connect)] : [];
    return world('client-signs', [clientRun], target);
  };

  test('for the transport that it came on', async () => {
    await say(judge('3'), sentence);
    await say(judge('2', true, { tls: { selfSigned: true } }), sentence);
    assert.match((await fail(judge('2'), sentence)).received, /plain TCP/);
    assert.match((await fail(judge('3', true, { tls: { selfSigned: true } }), sentence)).received, /uses TLS/);
  });

  test('and there must be one', async () => {
    assert.equal((await fail(judge('3', false), sentence)).expected, 'a CONNECT');
  });
});
