import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Target } from '../harness/implementation/target.ts';
import { plainSetup, trueAnswer } from '../harness/platform/client-setup.ts';
import { say } from '../testing/fake-world.ts';
import { client, report, server, world } from '../testing/made-up-clients.ts';

describe('what the target file does not declare is inapplicable', () => {
  const asks = async (sentence: string, target: Partial<Target>): Promise<unknown> =>
    say(world('client-request-topic', [], target), sentence);

  test('another device', async () => {
    assert.equal(await asks('the client is the device "pk/other"', { onlyThese: true }), 'skipped');
    const free = world('client-request-topic', []);
    assert.equal(await say(free, 'the client is the device "pk/other"'), undefined);
    assert.deepEqual(free.client.setup.identity, { productKey: 'pk', deviceName: 'other' });
  });

  test('a type of timestamps', async () => {
    assert.equal(await asks('the client sends a String', { timestampTypes: ['long'] }), 'skipped');
    assert.equal(await asks('the client sends a Long', { timestampTypes: ['string'] }), 'skipped');
    const both = world('client-request-topic', [], { timestampTypes: ['long', 'string'] });
    assert.equal(await say(both, 'the client sends a String'), undefined);
    assert.equal(both.client.setup.type, 'string');
    await say(both, 'the client sends a Long');
    assert.equal(both.client.setup.type, 'long');
  });

  test('a subscription of its own, and a second request', async () => {
    const automatic = { capabilities: new Set(['auto-subscription']) };
    assert.equal(await asks('a client that does not rely on automatic subscription', automatic), 'skipped');
    assert.equal(await asks('a client that does not rely on automatic subscription', {}), undefined);
    assert.equal(await asks('a client that asks more than once', {}), 'skipped');
    assert.equal(await asks('a client that asks more than once', { sync: { kind: 'every', intervalMs: 100 } }), undefined);
  });
});

test('the sentences about the surroundings make the setup that is performed', async () => {
  const here = world('client-worked-example', []);
  await say(here, 'a link of 20 ms to the platform and 30 ms back');
  await say(here, 'a link of 100 ms to the platform and 120 ms back after the first request');
  await say(here, 'a platform that answers after 5 ms');
  await say(here, "the platform's time is 1571724098110 when the request comes");
  await say(here, "the client's clock stands at 1571724098000 when it asks and at 1571724098025 when the response comes");
  await say(here, 'the client runs in the time zone "Asia/Kolkata"');
  await say(here, 'the client asks');
  const [setup] = here.scenes;
  assert.deepEqual(setup, {
    ...plainSetup('long'),
    forthMs: 20,
    backMs: 30,
    later: { forthMs: 100, backMs: 120 },
    processingMs: 5,
    serverRecvTime: 1_571_724_098_110,
    clock: { sends: 1_571_724_098_000, receives: 1_571_724_098_025 },
    timeZone: 'Asia/Kolkata',
  });
  assert.equal(here.client.clientRuns.length, 1);
  const slow = world('client-worked-example', []);
  await say(slow, 'a platform that takes 2 s to accept the connection');
  await say(slow, 'the client asks');
  assert.equal(slow.scenes[0]?.slowConnectMs, 2000);
  for (const [sentence, argument, answers] of [
    ['the platform answers with:', '{}', [trueAnswer('{}')]],
    ['the platform first answers with:', '{}', [{ ...trueAnswer('{}'), request: 1 }, trueAnswer()]],
    [
      'the platform first sends a response for another device, times 1 h off, deviceSendTime 0 ms off',
      undefined,
      [{ ...trueAnswer(), on: "another device's", offByMs: 3_600_000 }, trueAnswer()],
    ],
    [
      'the platform first sends a response for the client itself, times 1 h off, deviceSendTime 1 h off',
      undefined,
      [{ ...trueAnswer(), offByMs: 3_600_000, echoOffByMs: 3_600_000 }, trueAnswer()],
    ],
    [
      "the platform answers twice, 60 ms apart, and listens for 300 ms after the client's first time",
      undefined,
      [trueAnswer(), { ...trueAnswer(), afterMs: 60 }],
    ],
  ] as const) {
    const answering = world('client-worked-example', []);
    await say(answering, sentence, argument);
    await say(answering, 'the client asks and is answered');
    assert.deepEqual(answering.scenes[0]?.answers, answers);
  }
  await say(here, 'a platform that resets every connection');
  assert.equal(here.client.setup.refusal, 'resets every connection');
  await say(here, 'a platform that loses the first answer');
  assert.equal(here.client.setup.sequel, 'loses the first answer');
});

test('a client is started until a round trip of 0 ms is seen', async () => {
  const sentence = 'the client asks and is answered until its time shows a round trip of 0 ms, in at most 4 starts';
  const sum = server.serverRecvTime + server.serverSendTime;
  const play = async (...times: readonly (number | undefined)[]): Promise<[unknown, number]> => {
    const left = [...times];
    const here = world('client-worked-example', [], {}, () => {
      const time = left.shift();
      return client({ ...server, reports: time === undefined ? [] : [report(time)] });
    });
    const said = await say(here, sentence);
    return [said, here.scenes.length];
  };
  assert.deepEqual(await play(sum / 2), [undefined, 1]);
  assert.deepEqual(await play(sum / 2 + 1, sum / 2 + 0.5, sum / 2), [undefined, 3]);
  assert.deepEqual(await play(sum / 2 + 1, undefined), [undefined, 2]);
  assert.deepEqual(await play(sum / 2 + 1, sum / 2 + 1, sum / 2 + 1, sum / 2 + 1), ['skipped', 4]);
});
