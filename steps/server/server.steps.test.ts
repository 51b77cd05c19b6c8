import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Answers, FakeWorld, fail, right, type Said, said, say } from '../testing/fake-world.ts';

const device = 'a device that hears its response topic';
const sibling = 'another device of the same product that hears its own';

/** A world in which these sentences were said. */
async function after(id: string, answers: Answers, ...sentences: readonly string[]): Promise<FakeWorld> {
  const world = new FakeWorld(id, { answers });
  for (const sentence of sentences) await say(world, sentence);
  return world;
}

/** A correct server that says something more. */
const also =
  (more: (asked: Parameters<Answers>[0]) => readonly Said[]): Answers =>
  (asked) => [...right(asked), ...more(asked)];
const twice = (how: Partial<Said> = {}) => also(({ echo, now }) => [said(echo, now + 1, now + 1, how)]);

test('a clock that is not shared is no clock to compare with', async () => {
  const sentence = "a server that shares the suite's clock";
  assert.equal(await say(new FakeWorld('server-stamps-within-exchange'), sentence), undefined);
  const apart = new FakeWorld('server-stamps-within-exchange', { target: { sharedClock: false } });
  assert.equal(await say(apart, sentence), 'skipped');
});

test('an answer is told with its round trip, and no answer is failed', async () => {
  const world = await after('server-answers-request', right, device, 'the device asks');
  await say(world, 'the server answers');
  assert.deepEqual(world.informed, ['answered in 2.000 ms']);
  const { expected, received, cause } = await fail(
    await after('server-answers-request', () => [], device, 'the device asks'),
    'the server answers',
  );
  assert.equal(expected, 'a response on /ext/ntp/pk/dn/response within 15 ms');
  assert.deepEqual([received, cause], ['no response', 'silence']);
  const onlyOne: Answers = (asked) => (asked.topic.includes('dn') ? right(asked) : []);
  const other = await after('server-answers-the-asker', onlyOne, device, sibling, 'the other device asks');
  assert.deepEqual((await fail(other, 'the server answers')).cause, 'silence');
  const both = await after('server-answers-the-asker', right, device, sibling, 'the other device asks');
  await say(both, 'the server answers');
});

test('every request is answered', async () => {
  const three = 'the device asks 3 times, one after the other';
  await say(await after('server-answers-request', right, device, three), 'the server answers each request');
  const world = await after(
    'server-answers-request',
    (asked) => (asked.count === 2 ? [] : right(asked)),
    device,
    'the device asks',
    'the device asks',
  );
  await fail(world, 'the server answers each request');
});

describe('exactly once', () => {
  const id = 'server-answers-once';

  test('one request', async () => {
    const sentence = 'the server answers each request exactly once';
    await say(await after(id, right, device, 'the device asks'), sentence);
    assert.match((await fail(await after(id, twice(), device, 'the device asks'), sentence)).likely ?? '', /delivered twice/);
    const later: Answers = also(({ echo, now }) => [said(echo, now + 1, now + 2)]);
    assert.match((await fail(await after(id, later, device, 'the device asks'), sentence)).likely ?? '', /taken twice/);
    // one that is retained is another fault
    await say(await after(id, twice({ retain: true }), device, 'the device asks'), sentence);
    assert.match((await fail(await after(id, () => [], device, 'the device asks'), sentence)).expected, /^a response on/);
    const once: Answers = (asked) => (asked.count === 1 ? right(asked) : []);
    assert.match((await fail(await after(id, once, device, 'the device asks'), sentence)).expected, /still answers/);
  });

  test('each request', async () => {
    const sentence = 'the server answers each request exactly once';
    const five = 'the device asks 5 times, one after the other';
    await say(await after(id, right, device, five), sentence);
    const third: Answers = (asked) => (asked.count === 3 ? twice()(asked) : right(asked));
    assert.equal((await fail(await after(id, third, device, five), sentence)).cause, undefined);
    const none: Answers = (asked) => (asked.count === 2 ? [] : right(asked));
    await fail(await after(id, none, device, 'the device asks', 'the device asks'), sentence);
  });

  test('each of two devices', async () => {
    const sentence = 'the server answers each request exactly once';
    const both = [device, sibling, 'the devices ask at the same moment, each with its own deviceSendTime'];
    await say(await after(id, right, ...both), sentence);
    const to =
      (name: string): Answers =>
      (asked) =>
        asked.topic.includes(name) ? twice()(asked) : right(asked);
    for (const name of ['/dn/', '/probe-2/'])
      assert.deepEqual((await fail(await after(id, to(name), ...both), sentence)).cause, undefined);
    const none: Answers = (asked) => (asked.topic.includes('/probe-2/') ? [] : right(asked));
    assert.match((await fail(await after(id, none, ...both), sentence)).expected, /^a response on \/ext\/ntp\/pk\/probe-2\//);
  });

  test('each of two devices, however often', async () => {
    const sentence = 'the server answers each request';
    const both = [device, sibling, 'the devices ask at the same moment, each with its own deviceSendTime'];
    await say(await after(id, twice(), ...both), sentence);
    const none: Answers = (asked) => (asked.topic.includes('/probe-2/') ? [] : twice()(asked));
    assert.match((await fail(await after(id, none, ...both), sentence)).expected, /^a response on \/ext\/ntp\/pk\/probe-2\//);
  });
});

describe('the server does not answer it', () => {
  const sentence = 'the server does not answer it';
  const id = 'server-serves-qos0-only';
  const any: Answers = (asked) => right({ ...asked, qos: 0 });

  test('whatever its echo', async () => {
    await say(await after(id, right, device, 'the device asks at QoS 1'), sentence);
    assert.match(
      (await fail(await after(id, any, device, 'the device asks at QoS 1'), sentence)).received,
      /^a response on \/ext\/ntp\/pk\/dn\/response/,
    );
    const without: Answers = (asked) => (asked.qos === 0 ? right(asked) : [{ payload: '{"serverSendTime":1}' }]);
    await fail(await after(id, without, device, 'the device asks at QoS 1'), sentence);
    const received: Answers = (asked) =>
      asked.qos === 0 ? right(asked) : [{ payload: '{"serverRecvTime":1}', topic: '/ext/ntp/pk/dn/response' }];
    await fail(await after(id, received, device, 'the device asks at QoS 1'), sentence);
  });

  test('with whatever it says of the time, wherever it says it', async () => {
    const other = 'the device hears "/ext/ntp/{productKey}/{deviceName}/other" as well';
    for (const payload of ['{"serverRecvTime":1}', '{"serverSendTime":1}']) {
      const elsewhere: Answers = (asked) => (asked.qos === 0 ? right(asked) : [{ payload, topic: '/ext/ntp/pk/dn/other' }]);
      assert.match(
        (await fail(await after(id, elsewhere, device, other, 'the device asks at QoS 1'), sentence)).received,
        /other/,
      );
    }
    const echo: Answers = (asked) =>
      asked.qos === 0 ? right(asked) : [{ payload: `{"deviceSendTime":${asked.echo},"more":1}` }];
    await fail(await after(id, echo, device, 'the device asks at QoS 1'), sentence);
  });

  test('a message that is no answer, or is retained, is none', async () => {
    const chat: Answers = (asked) =>
      asked.qos === 0 ? right(asked) : [{ payload: '{"hello":1}', topic: '/ext/ntp/pk/dn/other' }];
    await say(
      await after(
        id,
        chat,
        device,
        'the device hears "/ext/ntp/{productKey}/{deviceName}/other" as well',
        'the device asks at QoS 1',
      ),
      sentence,
    );
    const old: Answers = (asked) => (asked.qos === 0 ? right(asked) : [said(asked.echo, 1, 1, { retain: true })]);
    await say(await after(id, old, device, 'the device asks at QoS 1'), sentence);
  });

  test('the answer to an earlier request, or to the fence, is none', async () => {
    const world = await after(id, right, device);
    await world.server.answered(world.server.device, world.server.device.ask());
    await say(world, 'the device asks at QoS 1');
    await say(world, sentence);
    assert.equal(world.server.requests[0]?.forbiddenBy, id);
    // two answers to the fence are told by another requirement
    await say(await after(id, (asked) => (asked.qos === 0 ? twice()(asked) : []), device, 'the device asks at QoS 1'), sentence);
  });

  test('and a server that no longer answers is failed for that', async () => {
    assert.match((await fail(await after(id, () => [], device, 'the device asks at QoS 1'), sentence)).expected, /still answers/);
  });

  test('on another topic', async () => {
    const publishes = async (answers: Answers): Promise<FakeWorld> => {
      const world = await after('server-request-topic-exact', answers, device);
      await say(
        world,
        'the device publishes on "/ext/ntp/{productKey}/{deviceName}/request/":',
        '{"deviceSendTime":{deviceTime}}',
      );
      return world;
    };
    await say(await publishes(right), sentence);
    await fail(await publishes((asked) => right({ ...asked, topic: asked.topic.replace(/\/$/, '') })), sentence);
  });
});

describe('nothing reaches another device', () => {
  const id = 'server-answers-the-asker';
  const asks = [device, sibling, 'the device asks', 'the server answers'];
  const sentence = 'nothing reaches the other device';

  test('and what does is failed, on whatever topic', async () => {
    await say(await after(id, right, ...asks), sentence);
    const everybody = also(({ count, echo }) => (count === 1 ? [said(echo, 1, 1, { to: 'probe-2' })] : []));
    const { expected, likely } = await fail(await after(id, everybody, ...asks), sentence);
    assert.equal(expected, 'nothing reaches probe-2 of pk');
    assert.match(likely ?? '', /every connection/);
    const own = { to: 'probe-2', topic: '/ext/ntp/pk/probe-2/response' };
    const matched = also(({ count, echo }) => (count === 1 ? [said(echo, 1, 1, own)] : []));
    assert.match((await fail(await after(id, matched, ...asks), sentence)).likely ?? '', /in part/);
  });

  test('what is retained is not this fault', async () => {
    const old = also(({ count }) =>
      count === 1 ? [said('1', 1, 1, { to: 'probe-2', topic: '/ext/ntp/pk/probe-2/response', retain: true })] : [],
    );
    await say(await after(id, old, ...asks), sentence);
  });

  test('the other way round', async () => {
    const back = [device, sibling, 'the other device asks', 'the server answers'];
    await say(await after(id, right, ...back), 'nothing reaches the device');
    const everybody = also(({ count, echo }) => (count === 1 ? [said(echo, 1, 1, { to: 'dn' })] : []));
    assert.match(
      (await fail(await after(id, everybody, ...back), 'nothing reaches the device')).likely ?? '',
      /every connection/,
    );
  });

  test('and the other device is still served', async () => {
    const one: Answers = (asked) => (asked.topic.includes('/dn/') ? right(asked) : []);
    assert.match((await fail(await after(id, one, ...asks), sentence)).expected, /still answers/);
  });
});

describe('nothing reaches the device before it asks', () => {
  const sentence = 'nothing reaches the device before it asks';
  const back = [
    device,
    'the device has asked, been answered and disconnected',
    'the device connects again and hears its response topic',
  ];
  const id = 'server-response-not-retained';

  test('nothing did', async () => {
    await say(await after(id, right, ...back), sentence);
  });

  test('what was stored is told from what is retained', async () => {
    /** An answer to the first request comes again, 1 ms before the second one is answered. */
    const before = (how: Partial<Said>): Answers => {
      let first: Said | undefined;
      return (asked) => {
        if (asked.count === 1) [first] = right(asked);
        return [...(asked.count === 2 && first !== undefined ? [{ ...first, after: 1, ...how }] : []), ...right(asked)];
      };
    };
    assert.match((await fail(await after(id, before({}), ...back), sentence)).likely ?? '', /stores responses/);
    const { likely, received } = await fail(await after(id, before({ retain: true }), ...back), sentence);
    assert.match(likely ?? '', /RETAIN flag/);
    assert.match(received, /^PUBLISH RETAIN: /);
    // at whatever moment it comes
    await fail(await after(id, before({ retain: true, after: 5 }), ...back), sentence);
  });

  test('what an earlier run has left, where the server was there before this one', async () => {
    /** A message of an earlier run comes with the second connection, before the request. */
    const old: Answers = (asked) => [
      ...(asked.count === 2 ? [said('1571724098000', 1, 1, { after: 1, retain: true })] : []),
      ...right(asked),
    ];
    const { likely } = await fail(await after(id, old, ...back), sentence);
    assert.equal(likely, 'a retained message was already there when the run began');
  });

  test('what comes after the answer is another fault', async () => {
    await say(await after(id, twice({ after: 2 }), ...back), sentence);
  });
});

test('the server still serves the device', async () => {
  const id = 'server-outlives-other-qos';
  await say(await after(id, right, device, 'the device asks at QoS 2'), 'the server still serves the device');
  const { expected } = await fail(
    await after(id, () => [], device, 'the device asks at QoS 2'),
    'the server still serves the device',
  );
  assert.match(expected, /still answers/);
});
