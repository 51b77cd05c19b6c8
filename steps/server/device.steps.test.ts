import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nowUs, wallMsAt } from '../harness/time/now.ts';
import { type Answers, FakeWorld, right, said, say } from '../testing/fake-world.ts';

const device = 'a device that hears its response topic';
const sibling = 'another device of the same product that hears its own';
const id = 'server-answers-request';

async function after(
  surroundings: ConstructorParameters<typeof FakeWorld>[1],
  ...sentences: readonly string[]
): Promise<FakeWorld> {
  const world = new FakeWorld(id, surroundings);
  for (const sentence of sentences) await say(world, sentence);
  return world;
}

describe('a device is', () => {
  test('the one of the target file, another one of its product, or one of any name', async () => {
    const world = await after(
      {},
      device,
      sibling,
      'the device "a1/x" that hears its response topic',
      'the device "a1/y" that hears its own',
    );
    await say(world, 'a device that stays connected until the run ends, and 5 s or what "lateAnswers" says after it asked');
    assert.deepEqual(
      world.serverRun.wishes.map(({ identity: { productKey, deviceName }, name, staysMs }) => [
        productKey,
        deviceName,
        name,
        staysMs,
      ]),
      [
        ['pk', 'dn', undefined, undefined],
        ['pk', 'probe-2', 'other device', undefined],
        ['a1', 'x', undefined, undefined],
        ['a1', 'y', 'other device', undefined],
        ['pk', 'probe-3', undefined, 5000],
      ],
    );
  });

  test('no other than the server knows', async () => {
    const world = new FakeWorld(id, { target: { onlyThese: true } });
    for (const sentence of [
      sibling,
      'the device "a1/x" that hears its response topic',
      'the device "a1/y" that hears its own',
      'a device that stays connected until the run ends, and 5 s or what "lateAnswers" says after it asked',
    ])
      assert.equal(await say(world, sentence), 'skipped');
    assert.equal(await say(world, 'the device "pk/dn" that hears its response topic'), undefined);
    assert.equal(await say(world, 'the device "pk/dn" that hears its own'), undefined);
  });

  test('one that acknowledges nothing', async () => {
    const world = await after({}, 'a device that acknowledges nothing and hears its response topic');
    assert.equal(world.serverRun.wishes[0]?.acknowledges, false);
  });

  test('subscribed at a QoS, which a server need not grant unless it is 0', async () => {
    const hears = (qos: number, grants: number | 'none') =>
      say(new FakeWorld(id, { grants }), `a device that hears its response topic at QoS ${qos}`);
    assert.equal(await hears(1, 1), undefined);
    assert.equal(await hears(1, 'none'), 'skipped');
    assert.equal(await hears(0, 'none'), undefined);
    const world = await after({}, device, 'a device that hears its response topic at QoS 2', 'the device hears "/x" as well');
    const own = '/ext/ntp/pk/dn/response';
    assert.deepEqual(world.serverRun.subscriptions, [
      [own, 0],
      [own, 2],
      ['/x', 0],
    ]);
  });
});

test('a device whose connection the server closes over another topic comes back', async () => {
  const world = await after({ hangsUpOn: '/x' }, device, 'the device hears "/x" as well', 'the device asks');
  assert.deepEqual([world.server.device.closed, world.server.device.connections], [undefined, 2]);
  await world.server.answer();
});

describe("a device's clock", () => {
  const hour = 3_600_000;
  /** How far it is from a server's clock that is an hour ahead, in ms. */
  const off = ({ server: { device } }: FakeWorld, at = nowUs()): number => device.time(at) - wallMsAt(at) - hour;

  test('is right, or stands at a time when it connects', async () => {
    const world = await after({}, 'a device whose clock is right');
    assert.ok(Math.abs(world.server.device.time() - Date.now()) < 1000);
    const before = nowUs();
    await say(world, 'a device whose clock stands at 4500');
    const now = nowUs();
    const time = world.server.device.time(now);
    assert.ok(time >= 4500 && time <= 4500 + (now - before) / 1000, `${time}`);
    assert.equal(world.server.device.time(now + 2e9), time + 2_000_000);
  });

  test("is so far from the server's, which is learnt on a direct connection", async () => {
    const ahead: Answers = ({ echo, now }) => [said(echo, now + hour, now + hour)];
    const world = await after({ answers: ahead }, 'a link of 10 ms each way');
    assert.deepEqual(world.serverRun.links, [{ forth: 10, back: 10 }]);
    await say(world, 'a device whose clock is 100 ms behind');
    assert.ok(Math.abs(off(world) + 100) <= 3, `${off(world)}`);
    assert.ok(world.serverRun.wishes.at(-1)?.link !== undefined);
    await say(world, 'a device whose clock is 2 h ahead');
    assert.ok(Math.abs(off(world) - 7_200_000) <= 3, `${off(world)}`);
    const before = nowUs();
    await say(world, 'a device whose clock is at 1970');
    const now = nowUs();
    const time = world.server.device.time(now);
    assert.ok(time >= 0 && time <= (now - before) / 1000, `${time}`);
    assert.equal(world.server.device.time(now + 5e6), time + 5000);
  });
});

describe('the device asks', () => {
  const payloads = (): { readonly answers: Answers; readonly said: string[] } => {
    const seen: string[] = [];
    const answers: Answers = (asked) => {
      seen.push(`${asked.topic} ${asked.qos} ${asked.payload}`);
      return right(asked);
    };
    return { answers, said: seen };
  };
  const topic = '/ext/ntp/pk/dn/request';

  test('in the words of the feature', async () => {
    const { answers, said: seen } = payloads();
    const world = await after({ answers }, device);
    await say(world, 'the device asks with:', '{␉"deviceSendTime"␍:"1571724098000"}');
    assert.deepEqual(seen, [`${topic} 0 {\t"deviceSendTime"\r:"1571724098000"}`]);
    assert.deepEqual(world.server.request.timestamp, { type: 'String', digits: '1571724098000' });
    await say(world, 'the device asks with deviceSendTime 0');
    assert.equal(seen[1], `${topic} 0 {"deviceSendTime":0}`);
    await assert.rejects(say(world, 'the device asks with:', '{}'), { name: 'SuiteFault' });
  });

  test('with either type, at any QoS', async () => {
    const { answers, said: seen } = payloads();
    const world = await after(
      { answers },
      device,
      'the device asks with a String',
      'the device asks with a Long',
      'the device asks at QoS 2',
    );
    assert.match(seen.join('\n'), /^\S+ 0 {"deviceSendTime":"\d+"}\n\S+ 0 {"deviceSendTime":\d+}\n\S+ 2 {"deviceSendTime":\d+}$/);
    assert.equal(world.server.requests.length, 3);
  });

  test('several times, each when the one before is answered', async () => {
    const world = await after({}, device, 'the device asks 3 times, one after the other');
    assert.deepEqual(
      world.server.requests.map(({ responses }) => responses.length),
      [1, 1, 1],
    );
    await assert.rejects(say(await after({ answers: () => [] }, device), 'the device asks 3 times, one after the other'), {
      name: 'NonConformance',
    });
    const heard: number[] = [];
    const patient = new FakeWorld(id, {
      answers: (asked) => {
        heard.push(patient.server.device.responses.length);
        return right(asked);
      },
    });
    await say(patient, device);
    await say(patient, 'the device asks 3 times, one after the other');
    await say(patient, 'the device asks 2 times, one after the other, with the same deviceSendTime');
    await say(patient, 'the device asks with a Long, a String and a Long in turn');
    assert.deepEqual(heard, [0, 1, 2, 3, 4, 5, 6, 7]);
    const twice = await after({}, device, 'the device asks 2 times, one after the other, with the same deviceSendTime');
    assert.equal(new Set(twice.server.requests.map(({ timestamp }) => timestamp?.digits)).size, 1);
    assert.equal(twice.server.requests.length, 2);
    const turns = await after({}, device, 'the device asks with a Long, a String and a Long in turn');
    assert.deepEqual(
      turns.server.requests.map(({ timestamp, responses }) => [timestamp?.type, responses.length]),
      [
        ['Long', 1],
        ['String', 1],
        ['Long', 1],
      ],
    );
  });

  test('together with another one', async () => {
    const world = await after(
      {},
      device,
      sibling,
      'the devices ask at the same moment, each with its own deviceSendTime',
      'the other device asks',
    );
    const asker = ({ responseTopic }: { readonly responseTopic: string }): string => responseTopic.split('/')[4] ?? '';
    assert.deepEqual(world.server.requests.map(asker), ['dn', 'probe-2', 'probe-2']);
    await say(world, 'the devices ask at the same moment, one with a Long, one with a String');
    assert.deepEqual(
      world.server.requests.slice(3).map(({ timestamp }) => timestamp?.type),
      ['Long', 'String'],
    );
  });

  test('after it has come back', async () => {
    const world = await after({}, device, 'the device has asked, been answered and disconnected');
    assert.equal(world.server.device.requests[0]?.responses.length, 1);
    assert.equal(world.server.device.closed, 'closed by the suite');
    await say(world, 'the device connects again and hears its response topic');
    assert.deepEqual([world.server.device.responses.length, world.server.device.closed], [0, undefined]);
    await assert.rejects(say(await after({ answers: () => [] }, device), 'the device has asked, been answered and disconnected'));
  });

  test('on another topic, with a time of its own, and what answers that breaks the requirement', async () => {
    const { answers, said: seen } = payloads();
    const world = await after({ answers }, device, 'the device hears "/ext/ntp/{deviceName}/x" as well');
    await say(world, 'the device publishes on "/ext/ntp/{productKey}/x":', '{"deviceSendTime":{deviceTime}}');
    assert.match(seen[0] ?? '', /^\/ext\/ntp\/pk\/x 0 {"deviceSendTime":\d{13}}$/);
    assert.equal(world.server.request.forbiddenBy, id);
    assert.equal(seen[0]?.includes(world.server.request.timestamp?.digits ?? '-'), true);
  });
});

describe('again and again', () => {
  const until = (ms: number) =>
    `the device asks again and again until the server's time has moved on by ${ms} ms, for at most 4 s`;
  /** How many exchanges there are, 10 ms one after the other, each of 2 ms. */
  const count = async (answers: Answers, sentence: string): Promise<number> =>
    (await after({ answers }, device, sentence)).server.exchanges.length;
  const always =
    (stamp: string): Answers =>
    ({ echo }) => [{ payload: `{"deviceSendTime":${echo},"serverRecvTime":${stamp},"serverSendTime":${stamp}}` }];

  test('so many times', async () => {
    assert.equal(await count(right, 'the device asks again and again until it has asked 20 times, for at most 10 s'), 20);
  });

  test("until the server's time has moved on, six times at the least", async () => {
    assert.equal(await count(right, until(30)), 6);
    assert.equal(await count(right, until(200)), 21);
  });

  test('or long enough to see that it does not', async () => {
    // 30 + 200 ms and two steps of 1 ms
    assert.equal(await count(always('1571724098111'), until(30)), 24);
    // with two steps of 100 ms
    const hundreds: Answers = ({ echo, count: n }) => [said(echo, 1_571_724_098_100 + (n % 2) * 100, 1_571_724_098_100)];
    assert.equal(await count(hundreds, until(30)), 44);
  });

  test('and once where there is nothing to see', async () => {
    assert.equal(await count(always('"x"'), until(30)), 1);
    const once: Answers = (asked) => (asked.count === 2 ? always('"x"')(asked) : right(asked));
    assert.equal(await count(once, until(30)), 2);
  });

  test('and no answer is failed', async () => {
    const twice: Answers = (asked) => (asked.count > 2 ? [] : right(asked));
    await assert.rejects(after({ answers: twice }, device, until(30)), { name: 'NonConformance' });
  });
});
