import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sign } from '../harness/implementation/hmac.ts';
import type { Target } from '../harness/implementation/target.ts';
import { readPayload } from '../harness/message/payload.ts';
import type { ClientConnection } from '../harness/platform/client-connection.ts';
import type { ClientRun, ReportedTime } from '../harness/platform/client-run.ts';
import { plainSetup, trueAnswer } from '../harness/platform/client-setup.ts';
import { origin, type Played, played, playedRequest, reported } from '../testing/client-starts.ts';
import { FakeWorld, fail, say } from '../testing/fake-world.ts';

/** What a made-up client did beside its exchange. */
interface Deeds extends Played {
  readonly reports?: readonly ReportedTime[];
  /** Filters with the QoS that was asked for. */
  readonly filters?: Readonly<Record<string, 0 | 1 | 2>>;
  readonly publish?: Partial<{ topic: string; qos: 0 | 1 | 2; retain: boolean }>;
  readonly payload?: string;
  readonly subscribed?: boolean;
  readonly rest?: Partial<Pick<ClientRun, 'ended' | 'overdue' | 'attempts'>>;
}

function client({
  reports = [],
  filters = {},
  publish = {},
  payload,
  subscribed = true,
  rest = {},
  ...exchange
}: Deeds = {}): ClientRun {
  const clientRun = played(exchange);
  const [request] = clientRun.requests;
  assert.ok(request);
  Object.assign(request.message, publish);
  const read = payload === undefined ? undefined : readPayload(Buffer.from(payload));
  const said = read === undefined ? {} : { payload: read, deviceSendTime: read.members.get('deviceSendTime') };
  Object.assign(request, { subscribed, ...said });
  clientRun.reports.push(...reports);
  clientRun.connections = [connectionOf(filters)];
  return Object.assign(clientRun, { started: { atUs: 0, wallMs: origin } }, rest);
}

function connectionOf(filters: Readonly<Record<string, 0 | 1 | 2>>, connect?: object): ClientConnection {
  const subscriptions = new Map(Object.entries(filters).map(([filter, requestedQos]) => [filter, { filter, requestedQos }]));
  const asked = [...subscriptions.values()];
  const accepted = { atUs: 0, wallMs: origin };
  return {
    subscriptions,
    asked,
    accepted,
    connect,
    trace: Object.assign([], { dropped: 0 }),
    ending: undefined,
  } as unknown as ClientConnection;
}

/** A client that never asked. */
function silent(rest: Partial<Pick<ClientRun, 'ended' | 'overdue' | 'attempts'>> = {}): ClientRun {
  const clientRun = client({ rest });
  clientRun.requests.length = 0;
  clientRun.connections = [];
  return clientRun;
}

function world(id: string, clientRuns: readonly ClientRun[], own: Partial<Target> = {}, perform = () => client()): FakeWorld {
  const made = new FakeWorld(id, { target: own, perform });
  made.client.clientRuns.push(...clientRuns);
  return made;
}

const own = '/ext/ntp/pk/dn/response';
const server = { serverRecvTime: 1_571_724_098_110, serverSendTime: 1_571_724_098_115 };
/** What the formula gives for a client that reports its own stamps, 25 ms apart. */
const formula = 1_571_724_098_125;
const report = (time: number, at = 120, more: Partial<ReportedTime> = {}): ReportedTime =>
  reported(time, at, { deviceSendTime: BigInt(origin + 100), deviceRecvTime: BigInt(origin + 125), ...more });

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
    assert.equal(await asks('a client without automatic subscription', automatic), 'skipped');
    assert.equal(await asks('a client without automatic subscription', {}), undefined);
    assert.equal(await asks('a client that asks more than once', {}), 'skipped');
    assert.equal(await asks('a client that asks more than once', { sync: { kind: 'every', intervalMs: 100 } }), undefined);
  });
});

test('the sentences about the surroundings make the setup that is performed', async () => {
  const here = world('client-worked-example', []);
  await say(here, 'a link of 20 ms to the platform and 30 ms back');
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
    processingMs: 5,
    serverRecvTime: 1_571_724_098_110,
    clock: { sends: 1_571_724_098_000, receives: 1_571_724_098_025 },
    timeZone: 'Asia/Kolkata',
  });
  assert.equal(here.client.clientRuns.length, 1);
  const slow = world('client-worked-example', []);
  await say(slow, 'the client asks on a platform that takes 2 s to accept the connection');
  assert.equal(slow.scenes[0]?.slowConnectMs, 2000);
  for (const [sentence, argument, answers] of [
    ['the platform answers with:', '{}', [trueAnswer('{}')]],
    ['the platform first answers with:', '{}', [trueAnswer('{}'), trueAnswer()]],
    [
      "the platform first delivers another device's response, whose times are 1 h off",
      undefined,
      [{ ...trueAnswer(), on: "another device's", offByMs: 3_600_000 }, trueAnswer()],
    ],
    [
      'the platform first delivers a response whose deviceSendTime is 1 h off, and its times too',
      undefined,
      [{ ...trueAnswer(), offByMs: 3_600_000, echoOffByMs: 3_600_000 }, trueAnswer()],
    ],
    ['the platform answers twice, 60 ms apart', undefined, [trueAnswer(), { ...trueAnswer(), afterMs: 60 }]],
  ] as const) {
    const answering = world('client-worked-example', []);
    await say(answering, sentence, argument);
    await say(answering, 'the client asks and is answered');
    assert.deepEqual(answering.scenes[0]?.answers, answers);
  }
  await say(here, 'a platform that refuses TCP');
  assert.equal(here.client.setup.refusal, 'refuses TCP');
  await say(here, 'a platform that loses the first answer');
  assert.equal(here.client.setup.sequel, 'loses the first answer');
});

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
  await say(judge({}), topic);
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

describe('the client reports the time that the formula gives', () => {
  const sentence = 'the client reports the time that the formula gives';
  const judge = (time: number, id = 'client-counts-latency') => world(id, [client({ ...server, reports: [report(time)] })]);

  test('to the rounding of a millisecond', async () => {
    const good = judge(formula);
    await say(good, sentence);
    assert.deepEqual(good.informed, [`reported ${formula}; the formula gives ${formula}, to within 0.5 ms`]);
    await say(judge(formula + 0.5), sentence);
    await fail(judge(formula + 1), sentence);
    await fail(judge(formula - 1), sentence);
  });

  test('a mistake that is known is named', async () => {
    const { likely, mistake, received } = await fail(judge(1_571_724_098_115, 'client-any-offset'), sentence);
    assert.match(likely ?? '', /latency/);
    assert.equal(mistake, 'the time is serverSendTime');
    assert.equal(received, '1571724098115');
  });

  test('another one is not', async () => {
    assert.equal((await fail(judge(formula + 300_000), sentence)).mistake, undefined);
  });

  test('what is no number is said so', async () => {
    const odd = client({ ...server, reports: [report(0, 120, { twice: undefined, literal: 'soon' })] });
    assert.equal((await fail(world('client-counts-latency', [odd]), sentence)).received, '"soon", which is no number');
  });

  test('a time before any answer is none', async () => {
    const early = client({ ...server, reports: [report(formula, 105)] });
    const { received, mistake } = await fail(world('client-counts-latency', [early]), sentence);
    assert.match(received, /before any response$/);
    assert.equal(mistake, 'the local clock is printed when nothing came');
    await say(world('client-counts-latency', [client({ ...server, reports: [report(formula, 110)] })]), sentence);
  });

  test('a time after one of several answers counts', async () => {
    const twice = client({ ...server, reports: [report(formula, 120)] });
    twice.requests.push(playedRequest(twice, { asked: 200, answered: 210 }));
    await say(world('client-counts-latency', [twice]), sentence);
  });

  test('a machine that is too busy is tried twice more, a client that was quick enough five times, and then nothing is judged', async () => {
    // nothing is known of the client's clock but that a second passed
    const busy = (): ClientRun =>
      client({ ...server, deviceSendTime: 4711, before: 0, asked: 1000, answered: 1010, reports: [reported(0, 1020)] });
    const lost = world('client-counts-latency', [busy()], {}, busy);
    await assert.rejects(say(lost, sentence), { name: 'TooUncertain' });
    assert.equal(lost.scenes.length, 2);
    const saved = world('client-counts-latency', [busy()], {}, () => client({ ...server, reports: [report(formula)] }));
    await say(saved, sentence);
    assert.equal(saved.client.clientRuns.length, 1);

    const good = (): ClientRun => client({ ...server, reports: [report(formula)] });
    const known = world('client-counts-latency', [good()], {}, () => (known.scenes.length === 5 ? good() : busy()));
    await say(known, sentence);
    known.client.clientRuns.splice(0, 1, busy());
    await say(known, sentence);
    assert.equal(known.scenes.length, 5);
    const slow = world('client-counts-latency', [good()], {}, busy);
    await say(slow, sentence);
    slow.client.clientRuns.splice(0, 1, busy());
    await assert.rejects(say(slow, sentence), { name: 'TooUncertain' });
    assert.equal(slow.scenes.length, 5);
  });
});

describe('in another order of the members', () => {
  const sentence = 'the client reports a time';
  const mute = () => client(server);
  const talks = () => client({ ...server, reports: [report(formula)] });
  const judge = (first: ClientRun, again: () => ClientRun, id = 'client-accepts-any-json') => world(id, [first], {}, again);

  test('no time is failed on the order where another order brings one', async () => {
    const formulaToo = 'the client reports the time that the formula gives, as in any other order';
    assert.deepEqual((await fail(judge(mute(), talks), formulaToo)).mistake, 'the members are read by position');
    const { likely, mistake } = await fail(judge(mute(), talks), sentence);
    assert.match(likely ?? '', /read by position/);
    assert.equal(mistake, 'the members are read by position');
  });

  test('no time at all is not', async () => {
    const { expected, mistake, likely } = await fail(judge(mute(), mute), sentence);
    assert.equal(expected, 'a calculated time within 15 ms');
    assert.equal(likely, undefined);
    assert.equal(mistake, 'no time is ever reported');
  });

  test('which one message that was heard is enough for', async () => {
    const partly = mute();
    const [request] = partly.requests;
    request?.responses.push(...(client({ ...server, sent: false }).requests[0]?.responses ?? []));
    assert.deepEqual((await fail(judge(partly, talks), sentence)).mistake, 'the members are read by position');
  });

  test('and no other order is tried for a client that has reported, or has heard nothing', async () => {
    const good = judge(talks(), mute);
    await say(good, sentence);
    const formulaToo = 'the client reports the time that the formula gives, as in any other order';
    await say(good, formulaToo);
    await fail(judge(client({ ...server, reports: [report(formula + 20)] }), mute), formulaToo);
    const deaf = judge(client({ ...server, sent: false }), talks);
    assert.match((await fail(deaf, sentence)).likely ?? '', /had not subscribed/);
    assert.deepEqual([...good.scenes, ...deaf.scenes], []);
  });
});

describe('on a controlled clock', () => {
  const setup = { clock: { sends: 1_571_724_098_000, receives: 1_571_724_098_025 } };
  const judge = (time: number, target: Partial<Target> = {}) =>
    world('client-worked-example', [client({ ...server, setup, reports: [reported(time, 120)] })], target);
  const seconds: Partial<Target> = { result: { kind: 'log', log: 'x', unit: 's' } };

  test('the time is one number', async () => {
    const sentence = `the client reports ${formula}`;
    await say(judge(formula), sentence);
    assert.equal((await fail(judge(formula + 1), sentence)).expected, String(formula));
    await fail(judge(formula - 1), sentence);
    assert.match((await fail(judge(1_571_724_098_115), sentence)).likely ?? '', /latency/);
  });

  test('or between two', async () => {
    const sentence = `the client reports ${formula} or ${formula + 1}`;
    for (const time of [formula, formula + 0.5, formula + 1]) await say(judge(time), sentence);
    for (const time of [formula - 0.5, formula + 1.5])
      assert.equal((await fail(judge(time), sentence)).expected, `${formula} or ${formula + 1}`);
  });

  test('to a second where seconds are shown', async () => {
    const sentence = `the client reports ${formula}`;
    for (const time of [formula - 1000, formula + 1000]) await say(judge(time, seconds), sentence);
    for (const time of [formula - 1001, formula + 1001]) await fail(judge(time, seconds), sentence);
  });
});

describe('the client reports no time', () => {
  const sentence = 'the client reports no time';
  const refused = (refusal: 'refuses TCP' | 'never answers', deeds: Deeds = {}): ClientRun =>
    client({ setup: { refusal }, ...deeds });

  test('and was seen to try', async () => {
    const id = 'client-no-time-without-answer';
    await say(world(id, [refused('never answers')]), sentence);
    const tried = Object.assign(silent({ attempts: 1 }), { setup: { ...plainSetup('long'), refusal: 'refuses TCP' } });
    await say(world(id, [tried]), sentence);
    const idle = Object.assign(silent(), { setup: { ...plainSetup('long'), refusal: 'refuses TCP' } });
    const { expected, received, cause } = await fail(world(id, [idle]), sentence);
    assert.equal(expected, 'an attempt to connect');
    assert.match(received, /^no connection \(the platform refuses TCP\)/);
    assert.equal(cause, 'silence');
    const elsewhere = refused('never answers', { publish: { topic: 'x' } });
    assert.deepEqual((await fail(world(id, [elsewhere]), sentence)).received, 'PUBLISH on x');
  });

  test('and is failed for one', async () => {
    const clientRun = refused('never answers', { reports: [reported(origin + 118, 120)] });
    assert.match((await fail(world('client-no-time-without-answer', [clientRun]), sentence)).likely ?? '', /own clock/);
  });
});

describe('the client reports the right time or none', () => {
  const sentence = 'the client reports the right time or none';
  const id = 'client-ignores-others';
  const judge = (deeds: Deeds = {}) => world(id, [client({ ...server, ...deeds })]);

  test('both are right', async () => {
    const none = judge({ rest: { ended: 'exited with code 1' } });
    await say(none, sentence);
    assert.deepEqual(none.informed, ['no time was reported: the client exited with code 1']);
    const good = judge({ reports: [report(formula)] });
    await say(good, sentence);
    assert.deepEqual(good.informed, []);
  });

  test('a wrong one is not, and says what would be right', async () => {
    const { expected, likely } = await fail(judge({ reports: [report(1_571_724_098_115)] }), sentence);
    assert.equal(expected, `no time, or the right one, ${formula}, to within 0.5 ms`);
    assert.match(likely ?? '', /latency/);
    // a report before any true answer has no right time
    const early = await fail(judge({ reports: [report(formula, 105)] }), sentence);
    assert.equal(early.expected, 'no time, or the right one');
  });

  test('none shows nothing of a client that heard nothing, and one that asked elsewhere is not judged', async () => {
    const deaf = judge({ sent: false });
    assert.deepEqual((await fail(deaf, sentence)).cause, 'silence');
    assert.match(deaf.informed.join(), /it was not sent/);
    const elsewhere = await fail(judge({ publish: { topic: 'x' }, reports: [report(formula)] }), sentence);
    assert.equal(elsewhere.received, 'PUBLISH on x');
    assert.deepEqual((await fail(judge({ sent: false, payload: '{}' }), sentence)).received, '{}');
  });

  test('one answer that was heard is enough', async () => {
    const second = client({ ...server, sent: false });
    second.requests.push(playedRequest(second, server));
    await say(world(id, [second]), sentence);
    const both = client(server);
    both.requests[0]?.responses.push(...playedRequest(both, { ...server, sent: false }).responses);
    await say(world(id, [both]), sentence);
  });

  test("another device's message need not have been heard", async () => {
    const answers = [{ ...trueAnswer(), on: "another device's" as const }, trueAnswer()];
    await say(judge({ sent: false, setup: { answers } }), sentence);
  });
});

describe('the client ends or reports a time', () => {
  const sentence = 'the client ends or reports a time';
  const judge = (deeds: Deeds) => world('client-outlives-malformed', [client({ ...server, ...deeds })]);

  test('either is enough', async () => {
    await say(judge({ rest: { ended: 'exited with code 1', overdue: true } }), sentence);
    await say(judge({ reports: [report(formula)], rest: { overdue: true } }), sentence);
    await say(judge({}), sentence);
    await say(judge({ sent: false, reports: [report(formula)] }), sentence);
  });

  test('neither is a client that hangs', async () => {
    const { likely, cause } = await fail(judge({ rest: { overdue: true } }), sentence);
    assert.match(likely ?? '', /hangs/);
    assert.equal(cause, 'silence');
    assert.deepEqual((await fail(judge({ sent: false }), sentence)).cause, 'silence');
    await fail(judge({ publish: { topic: 'x' }, reports: [report(formula)] }), sentence);
  });
});

describe('the client does not report another time', () => {
  const sentence = 'the client does not report another time';
  const judge = (...reports: readonly ReportedTime[]) => world('client-duplicate-response', [client({ ...server, reports })]);

  test('the same again is none', async () => {
    await say(judge(report(formula), report(formula, 130)), sentence);
    assert.match((await fail(judge(report(formula), report(formula + 20, 130)), sentence)).received, /, and then 1571724098145$/);
  });

  test('the time of a second exchange is none either', async () => {
    const clientRun = client({ ...server, reports: [report(formula), report(formula + 900, 1130)] });
    clientRun.requests.push(playedRequest(clientRun, { asked: 1000, answered: 1100 }));
    await say(world('client-duplicate-response', [clientRun]), sentence);
    clientRun.reports.splice(1, 1, report(formula + 20, 999));
    await fail(world('client-duplicate-response', [clientRun]), sentence);
  });
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
