import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { exitedWith } from '../harness/implementation/end.ts';
import type { Target } from '../harness/implementation/target.ts';
import type { ClientRun } from '../harness/platform/client-run.ts';
import { plainSetup, trueAnswer } from '../harness/platform/client-setup.ts';
import type { ReportedTime } from '../harness/platform/reported-time.ts';
import { origin, playedRequest, reported } from '../testing/client-starts.ts';
import { fail, say } from '../testing/fake-world.ts';
import { client, type Deeds, formula, report, server, silent, world } from '../testing/made-up-clients.ts';

describe('the client reports the time that the formula gives', () => {
  const sentence = 'the client reports the time that the formula gives';
  const judge = (time: number, id = 'client-counts-latency') => world(id, [client({ ...server, reports: [report(time)] })]);

  test('to the rounding of a millisecond', async () => {
    const good = judge(formula);
    await say(good, sentence);
    assert.deepEqual(good.informed, [`reported ${formula}; the formula gives ${formula}, to within 0.5 ms`]);
    await say(judge(formula + 0.5), sentence);
    await fail(judge(formula - 1), sentence);
  });

  test('or what a clock shows that was set by it, 10 ms later', async () => {
    await say(judge(formula + 10), sentence);
    await fail(judge(formula + 12), sentence);
  });

  test('and a deviceRecvTime that the trace shows to be wrong is none', async () => {
    const once = report(formula, 120, { deviceRecvTime: BigInt(origin + 100) });
    const { expected, received, mistake } = await fail(
      world('client-counts-latency', [client({ ...server, reports: [once] })]),
      sentence,
    );
    assert.match(expected, /the response arrived 10\.0 ms after the request$/);
    assert.equal(received, 'deviceRecvTime - deviceSendTime = 0 ms');
    assert.equal(mistake, 'the clock is read once for both timestamps');
    const late = report(formula, 120, { deviceRecvTime: BigInt(origin + 150) });
    assert.equal(
      (await fail(world('client-counts-latency', [client({ ...server, reports: [late] })]), sentence)).mistake,
      undefined,
    );
  });

  test('a mistake that is known is named', async () => {
    const { likely, mistake, received } = await fail(judge(1_571_724_098_200, 'client-any-offset'), sentence);
    assert.match(likely ?? '', /latency/);
    assert.equal(mistake, 'the time is serverSendTime');
    assert.equal(received, '1571724098200');
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
    assert.equal(mistake, 'the local clock is printed when no response came');
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
      client({
        ...server,
        deviceSendTime: 4711,
        before: 0,
        asked: 1000,
        answered: 1010,
        reports: [reported(1_571_724_098_420, 1020)],
      });
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

  test('nor on the order, where a response at another moment brings one', async () => {
    const atOnce = client({ ...server, setup: { forthMs: 0, backMs: 0 } });
    assert.equal((await fail(judge(atOnce, talks), sentence)).mistake, 'a round trip of 0 is rejected');
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
  const page = { serverRecvTime: 1_571_724_098_110, serverSendTime: 1_571_724_098_115 };
  const judge = (time: number, target: Partial<Target> = {}) =>
    world('client-worked-example', [client({ ...page, setup, reports: [reported(time, 120)] })], target);
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

describe('a late time on a controlled clock', () => {
  const setup = { clock: { sends: 1_571_724_098_000, receives: 1_571_724_098_025 } };
  const page = { serverRecvTime: 1_571_724_098_110, serverSendTime: 1_571_724_098_115 };
  const sentence = `the client reports ${formula}`;
  /** A client that is so late in its first start, and then in each start with a hastened clock; it reports 10 ms after the response. */
  const judge = (late: number, ...later: readonly number[]) => {
    const starts = [...later];
    const run = (ms: number): ClientRun => client({ ...page, setup, reports: [reported(formula + ms, 120)] });
    return world('client-worked-example', [run(late)], {}, () => run(starts.shift() ?? 0));
  };

  test('is right where it grows with the monotonic clock, in one of three starts', async () => {
    const good = judge(10, 90);
    await say(good, sentence);
    assert.match(good.informed.join(), /10 ms more than the formula gives, and 90 ms where .* 10 times as fast/);
    assert.deepEqual(
      good.scenes.map(({ hastened }) => hastened),
      [10],
    );
    await say(judge(10, 5, 10, 11), sentence);
  });

  test('is wrong where it does not', async () => {
    const constant = judge(10, 10, 10, 10);
    await fail(constant, sentence);
    assert.deepEqual(
      constant.scenes.map(({ start }) => start),
      [1, 2, 3],
    );
    await fail(judge(10, 0), sentence);
  });

  test('is wrong where it is later than the report, or early', async () => {
    for (const late of [-1, 11, 90]) {
      const wrong = judge(late, 90);
      await fail(wrong, sentence);
      assert.deepEqual(wrong.scenes, []);
    }
    await fail(judge(10, 101), sentence);
  });

  test('shows no half millisecond', async () => {
    const halves = judge(10, 90);
    assert.equal(await say(halves, `the client reports ${formula - 1} or ${formula}`), 'skipped');
  });
});

describe('the client reports no time', () => {
  const sentence = 'the client reports no time';
  const refused = (refusal: 'resets every connection' | 'never answers', deeds: Deeds = {}): ClientRun =>
    client({ setup: { refusal }, ...deeds });

  test('and was seen to try', async () => {
    const id = 'client-no-time-without-answer';
    await say(world(id, [refused('never answers')]), sentence);
    const tried = Object.assign(silent({ attempts: 1 }), {
      setup: { ...plainSetup('long'), refusal: 'resets every connection' },
    });
    await say(world(id, [tried]), sentence);
    const idle = Object.assign(silent(), { setup: { ...plainSetup('long'), refusal: 'resets every connection' } });
    const { expected, received, cause } = await fail(world(id, [idle]), sentence);
    assert.equal(expected, 'an attempt to connect');
    assert.match(received, /^no connection \(the platform resets every connection\)/);
    assert.equal(cause, 'silence');
    const elsewhere = refused('never answers', { publish: { topic: 'x' } });
    assert.deepEqual((await fail(world(id, [elsewhere]), sentence)).received, 'PUBLISH on x');
  });

  test('and is failed for one', async () => {
    const clientRun = refused('never answers', { reports: [reported(origin + 118, 120)] });
    assert.match((await fail(world('client-no-time-without-answer', [clientRun]), sentence)).likely ?? '', /own clock/);
  });
});

describe('the client reports the time that the formula gives, where it waits so long', () => {
  const sentence = 'the client reports the time that the formula gives, where it waits so long';
  const judge = (deeds: Deeds, second?: number) => {
    const clientRun = client({ ...server, ...deeds });
    if (second !== undefined) clientRun.requests.push(playedRequest(clientRun, { ...server, asked: second }));
    return world('client-counts-processing', [clientRun]);
  };

  test('is judged where it waited', async () => {
    await say(judge({ reports: [report(formula)] }), sentence);
    await fail(judge({ reports: [report(formula - 500)] }), sentence);
    await fail(judge({ reports: [report(formula - 500)] }, 400), sentence);
  });

  test('does not apply where it reported nothing, or asked again before the response', async () => {
    assert.equal(await say(judge({ rest: { ended: exitedWith(1) } }), sentence), 'skipped');
    assert.equal(await say(judge({ reports: [report(formula - 500)] }, 105), sentence), 'skipped');
  });
});

describe('the client reports the right time or none', () => {
  const sentence = 'the client reports the right time or none';
  const id = 'client-ignores-others';
  const judge = (deeds: Deeds = {}) => world(id, [client({ ...server, ...deeds })]);

  test('both are right', async () => {
    const none = judge({ rest: { ended: exitedWith(1) } });
    await say(none, sentence);
    assert.deepEqual(none.informed, ['no time was reported: the client exited with code 1']);
    const good = judge({ reports: [report(formula)] });
    await say(good, sentence);
    assert.deepEqual(good.informed, []);
  });

  test('a wrong one is not, and says what would be right', async () => {
    const { expected, likely } = await fail(judge({ reports: [report(1_571_724_098_200)] }), sentence);
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

describe('the client does not report another time', () => {
  const sentence = 'the client does not report another time';
  const judge = (...reports: readonly ReportedTime[]) => world('client-duplicate-response', [client({ ...server, reports })]);

  test('the same again is none', async () => {
    await say(judge(report(formula), report(formula, 190)), sentence);
    assert.match(
      (await fail(judge(report(formula, 130), report(formula + 30, 190)), sentence)).received,
      /, and then 1571724098155$/,
    );
  });

  test('what a clock shows by then that was set by it is none', async () => {
    for (const advanced of [51, 69]) await say(judge(report(formula, 130), report(formula + advanced, 190)), sentence);
    for (const advanced of [49, 71]) await fail(judge(report(formula, 130), report(formula + advanced, 190)), sentence);
  });

  test('the time of a second exchange is none either', async () => {
    const clientRun = client({ ...server, reports: [report(formula), report(formula + 900, 1130)] });
    clientRun.requests.push(playedRequest(clientRun, { asked: 1000, answered: 1100 }));
    await say(world('client-duplicate-response', [clientRun]), sentence);
    clientRun.reports.splice(1, 1, report(formula + 20, 999));
    await fail(world('client-duplicate-response', [clientRun]), sentence);
  });
});
