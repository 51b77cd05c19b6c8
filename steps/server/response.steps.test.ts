import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Answers, FakeWorld, fail, failed, right, type Said, said, say } from '../testing/fake-world.ts';

/** A device that has asked, in these words, a server that answers so. */
async function asked(id: string, answers: Answers, ...questions: readonly string[]): Promise<FakeWorld> {
  const world = new FakeWorld(id, { answers });
  await say(world, 'a device that hears its response topic');
  for (const question of questions.length === 0 ? ['the device asks'] : questions) await say(world, question);
  return world;
}

/** An answer with this payload; {echo} stands for the request's deviceSendTime. */
const saying =
  (payload: string, how: Partial<Said> = {}): Answers =>
  ({ echo }) => [{ payload: payload.replace('{echo}', echo), ...how }];
const times = (deviceSendTime: string, serverRecvTime: string, serverSendTime: string): Answers =>
  saying(`{"deviceSendTime":${deviceSendTime},"serverRecvTime":${serverRecvTime},"serverSendTime":${serverSendTime}}`);

test('each response comes at QoS 0, whatever the request had', async () => {
  const at = (qos: 0 | 1 | 2): Answers => saying('{"deviceSendTime":{echo},"serverRecvTime":1}', { qos });
  const sentence = 'each response comes at QoS 0';
  const id = 'server-response-qos0';
  const answered = ['the device asks', 'the server answers'];
  await say(await asked(id, right, ...answered), sentence);
  assert.match((await fail(await asked(id, at(1), ...answered), sentence)).likely ?? '', /QoS of the subscription/);
  /** One that serves requests at QoS 0 as well, to show that it is alive. */
  const alive =
    (answers: Answers): Answers =>
    (request) =>
      request.qos === 0 ? right(request) : answers(request);
  const served = ['the device asks at QoS 1', 'the server still serves the device'];
  await say(await asked(id, right, ...served), sentence);
  assert.match((await fail(await asked(id, alive(at(1)), ...served), sentence)).likely ?? '', /QoS of the request/);
  assert.match((await fail(await asked(id, alive(at(2)), ...served), sentence)).likely ?? '', /QoS of the subscription/);
});

test('the response comes without the RETAIN flag', async () => {
  const sentence = 'the response comes without the RETAIN flag';
  await say(await asked('server-response-not-retained', right), sentence);
  await fail(
    await asked('server-response-not-retained', saying('{"deviceSendTime":{echo},"serverRecvTime":1}', { retain: true })),
    sentence,
  );
});

test('the response is a JSON object with the members', async () => {
  const judge = async (payload: string) =>
    fail(await asked('server-response-members', saying(payload)), 'the response is a JSON object with the members:', [
      ['serverRecvTime'],
      ['serverSendTime'],
    ]);
  await say(await asked('server-response-members', right), 'the response is a JSON object with the members:', [
    ['serverRecvTime'],
    ['serverSendTime'],
  ]);
  await say(
    await asked('server-response-members', times('{echo}', '"1"', '1.5')),
    'the response is a JSON object with the members:',
    [['serverRecvTime'], ['serverSendTime']],
  );
  for (const [payload, received, likely] of [
    ["{'serverRecvTime':1}", /: \{'serverRecvTime'/, /single quotes/],
    ['{"serverRecvTime":1,}', /: \{/, /a comma after/],
    ['{"it\'s":1', /: \{/, undefined],
    ['{"serverRecvTime":null,"serverSendTime":1}', /^no serverRecvTime:/, /neither a Long nor a String/],
    ['{"serverReceiveTime":1,"serverSendTime":1}', /^no serverRecvTime:/, /is written serverReceiveTime/],
    ['{"serverRecvTime":1,"server_send_time":1}', /^no serverSendTime:/, /is written server_send_time/],
    ['{}', /^no serverRecvTime and no serverSendTime:/, undefined],
  ] as const) {
    const finding = await judge(payload);
    assert.match(finding.received, received);
    if (likely === undefined) assert.equal(finding.likely, undefined);
    else assert.match(finding.likely ?? '', likely);
  }
});

test('the response returns deviceSendTime, to the digit', async () => {
  const judge = async (id: string, answers: Answers, digits: string) => ({
    world: await asked(id, answers, `the device asks with deviceSendTime ${digits}`),
    sentence: `the response returns deviceSendTime ${digits} in either type`,
  });
  const good = await judge('server-echoes-send-time', right, '4711');
  await say(good.world, good.sentence);
  for (const [answers, digits, likely] of [
    [times('4712', '1', '1'), '4711', undefined],
    [times('"x"', '1', '1'), '4711', undefined],
    [saying('{"serverRecvTime":1}'), '4711', /missing/],
    [times('9007199254740992', '1', '1'), '9007199254740993', /double/],
    [times('-307163520', '1', '1'), '1571724098176', /32-bit/],
    [times('2147483647', '1', '1'), '1571724098176', /saturated/],
    [times('4294967295', '1', '1'), '1571724098176', /saturated/],
  ] as const) {
    const { world, sentence } = await judge('server-echoes-send-time', answers, digits);
    const finding = await fail(world, sentence);
    if (likely === undefined) assert.equal(finding.likely, undefined);
    else if (!/32-bit/.test(String(likely))) assert.match(finding.likely ?? '', likely);
    assert.deepEqual(finding.cause, undefined);
  }
});

test('an echo from inside another member is a search for a text', async () => {
  const world = new FakeWorld('server-accepts-further-members', { answers: times('77', '1', '1') });
  await say(world, 'a device that hears its response topic');
  await say(world, 'the device asks with:', '{"ext":{"deviceSendTime":77},"deviceSendTime":1571724098000}');
  const finding = await fail(world, 'the response returns deviceSendTime 1571724098000 in either type');
  assert.equal(finding.mistake, 'the request is searched as text instead of parsed');
});

test('the response returns deviceSendTime in the same type', async () => {
  const judge = async (answers: Answers, digits: string) => ({
    world: await asked('server-echoes-64-bit', answers, `the device asks with deviceSendTime ${digits}`),
    sentence: `the response returns deviceSendTime ${digits} in the same type`,
  });
  for (const digits of ['9223372036854775807', '"9223372036854775807"']) {
    const { world, sentence } = await judge(right, digits);
    await say(world, sentence);
  }
  for (const [answers, digits, likely] of [
    [times('"{echo}"', '1', '1'), '9007199254740993', 'a Long above 2^53 is returned as a String'],
    [times('9007199254740993', '1', '1'), '"9007199254740993"', undefined],
    [times('9007199254740992', '1', '1'), '9007199254740993', 'the echo went through a double'],
  ] as const) {
    const { world, sentence } = await judge(answers, digits);
    assert.equal((await fail(world, sentence)).likely, likely);
  }
});

describe('each time in the response has the type of the request', () => {
  const long = 'each time in the response is a Long';
  const string = 'each time in the response is a String of decimal digits';

  test('and all of them', async () => {
    await say(await asked('server-long-stays-long', right), long);
    await say(await asked('server-long-stays-long', times('{echo}', '1.5', '1e3')), long);
    const { likely } = await fail(await asked('server-long-stays-long', times('{echo}', '"1"', '"1"')), long);
    assert.equal(likely, 'only the echo keeps its type');
    const never = await fail(await asked('server-long-stays-long', times('"{echo}"', '"1"', '"1"')), long);
    assert.match(never.likely ?? '', /always answers with Strings/);
    const echo = await fail(await asked('server-long-stays-long', times('"{echo}"', '1', '1')), long);
    assert.match(echo.likely ?? '', /always answers with Strings/);
    // whatever else is wrong, the echo does not keep its type where it is wrong, or missing
    for (const answers of [times('"{echo}"', '"1"', '1'), saying('{"serverRecvTime":"1","serverSendTime":"1"}')])
      assert.match((await fail(await asked('server-long-stays-long', answers), long)).likely ?? '', /always answers/);
  });

  test('a String is of digits', async () => {
    const judge = (answers: Answers) => asked('server-string-stays-string', answers, 'the device asks with a String');
    await say(await judge(times('{echo}', '"1"', '"2"')), string);
    assert.match((await fail(await judge(times('{echo}', '1', '2')), string)).likely ?? '', /only the echo/);
    const { expected } = await fail(await judge(times('{echo}', '"1"', '"now"')), string);
    assert.equal(expected, 'Strings of decimal digits');
    await fail(await judge(times('{echo}', '"1.0"', '"1"')), string);
    await fail(await judge(times('{echo}', '"-1"', '"1"')), string);
  });

  test('no time at all is no type', async () => {
    const { expected, received } = await fail(await asked('server-long-stays-long', saying('{"a":1}')), long);
    assert.deepEqual([expected, received], ['three Longs', '{"a":1}']);
  });

  test('in turn', async () => {
    const sentence = 'each response has the type of its request';
    const turns = 'the device asks with a Long, a String, a Long and a String in turn';
    const typed: Answers = ({ echo, now }) => [{ payload: `{"deviceSendTime":${echo},"serverRecvTime":${quote(echo, now)}}` }];
    const quote = (echo: string, now: number): string => (echo.startsWith('"') ? `"${now}"` : `${now}`);
    const id = 'server-type-per-request';
    await say(await asked(id, typed, turns), sentence);
    await fail(await asked(id, right, turns), sentence);
  });

  test('of two devices at the same moment', async () => {
    const sentence = 'each response has the type of its request';
    const both = async (answers: Answers): Promise<FakeWorld> => {
      const world = new FakeWorld('server-type-per-request', { answers });
      await say(world, 'a device that hears its response topic');
      await say(world, 'another device of the same product that hears its own');
      await say(world, 'the devices ask at the same moment, one with a Long, one with a String');
      return world;
    };
    await say(await both(({ echo }) => [{ payload: `{"deviceSendTime":${echo},"serverRecvTime":${echo}}` }]), sentence);
    await fail(await both(({ echo }) => [said(echo, 1, 1)]), sentence);
  });
});

test('each Long is written as an integer', async () => {
  const sentence = 'each Long in the response is written as an integer';
  const id = 'server-long-is-integer';
  await say(await asked(id, right), sentence);
  await say(await asked(id, times('{echo}', '"1"', '"1"')), sentence);
  const { expected, received } = await fail(await asked(id, times('{echo}', '1.0', '1e3')), sentence);
  assert.deepEqual([expected, received], ['JSON integers', 'serverRecvTime 1.0, serverSendTime 1e3']);
  await fail(await asked(id, times('{echo}', '1.0', '"1"')), sentence);
  const none = await fail(await asked(id, times('"{echo}"', '"1"', '"1"')), sentence);
  assert.equal(none.expected, 'Longs');
});

test('the response holds what the page says, to the digit', async () => {
  const world = () => asked('server-worked-example', times('{echo}', '1571724098110', '1'));
  await say(await world(), 'the response holds:', [['serverRecvTime', '1571724098110']]);
  const wrong = await fail(await world(), 'the response holds:', [['serverSendTime', '1571724098115']]);
  assert.equal(wrong.received, 'serverSendTime 1');
  assert.equal((await fail(await world(), 'the response holds:', [['other', '1']])).received, 'no other');
});

describe('the server answers each request of equal ones exactly once', () => {
  const sentence = 'the server answers each request exactly once';
  const twice = 'the device asks 2 times, one after the other, with the same deviceSendTime';
  const times =
    (first: number, second: number): Answers =>
    ({ echo, now, count }) =>
      Array.from({ length: [1, first, second][count] ?? 1 }, () => said(echo, now, now));

  test('and no more', async () => {
    await say(await asked('server-answers-once', times(1, 1), twice), sentence);
    for (const answers of [times(1, 2), times(2, 1)])
      assert.equal(
        (await fail(await asked('server-answers-once', answers, twice), sentence)).received,
        '2 responses to one request',
      );
  });

  test('one that is missing is no answer, and one that comes late is one too many', async () => {
    assert.match((await failed(asked('server-answers-once', times(1, 0), twice))).expected, /^a response on/);
    let first = '';
    const late: Answers = (request) => {
      if (request.count === 1) first = request.echo;
      return [...(request.count === 3 ? [said(first, 1, 1)] : []), ...right(request)];
    };
    assert.equal((await fail(await asked('server-answers-once', late, twice), sentence)).received, '2 responses to one request');
  });
});
