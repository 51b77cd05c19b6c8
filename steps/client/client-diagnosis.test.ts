import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { trueAnswer } from '../harness/platform/client-setup.ts';
import { expectedTimes } from '../harness/platform/expected-time.ts';
import { readRequirements, requirementAbout } from '../requirements/requirement.ts';
import { origin, type PlayedExchange, played, reported } from '../testing/client-starts.ts';
import type { Diagnosis } from '../verdict/evidence.ts';
import { diagnoseClientTime } from './client-diagnosis.ts';

const requirements = readRequirements('client');

/** Id of the requirement that is about a mistake. */
const brokenBy = (mistake: Diagnosis | undefined): string | undefined =>
  mistake === undefined ? undefined : requirementAbout(requirements, mistake.kind)?.id;

/** What is found in a time that was reported after an exchange of 800 ms, 400 ms of them the platform's; on its own clock 1 ms off at most. */
function diagnose(time: number, exchange: PlayedExchange = {}) {
  const clientRun = played({ asked: 100, answered: 900, serverRecvTime: received, serverSendTime: sent, ...exchange });
  const report = reported(time, 901);
  return diagnoseClientTime(clientRun, report, expectedTimes(clientRun, report, false)[0]);
}

const [received, sent] = [1_571_724_098_000, 1_571_724_098_400];
const device = origin + 100;
const right = 1_571_724_098_600;

for (const [time, requirement, words] of [
  [sent, 'client-counts-latency', /the latency of the link is not counted/],
  [sent + 400, 'client-counts-processing', /serverSendTime plus half the round trip/],
  [received + 400, 'client-counts-latency', /serverSendTime/],
  [received, 'client-counts-processing', /is serverRecvTime$/],
  [right + device, 'client-worked-example', /a sign error/],
  [right - device - 800, 'client-worked-example', /the offset between the two clocks/],
  [right * 2, 'client-worked-example', /not halved/],
  [(sent + 800) / 2, 'client-no-made-up-time', /serverRecvTime is read as 0/],
  [(received + 801) / 2, 'client-no-made-up-time', /serverSendTime is read as 0/],
  [sent - 10, 'client-counts-latency', /the latency of the link is not counted/],
  [right * 2 + 20, 'client-worked-example', /not halved/],
  [right * 1000 + 10_000, 'client-worked-example', /in microseconds/],
  [4_294_967_295, 'client-any-offset', /saturated/],
  [right % 2 ** 31, 'client-any-offset', /the time went through/],
  [(right % 2 ** 32) + 59_000, 'client-any-offset', /the time went through/],
  [(right % 2 ** 32) + 61_000, 'client-no-made-up-time', /in part/],
  [right % 2 ** 33, 'client-any-offset', /a timestamp went through/],
  [right - 2 ** 31, 'client-any-offset', /a timestamp went through/],
  [right + 3 * 2 ** 31 + 490, 'client-any-offset', /a timestamp went through/],
  [origin + 901 + 1900, 'client-worked-example', /own clock is reported/],
  [right + 900_000, 'client-unix-time', /0\.25 h ahead of UTC/],
  [right + 14 * 3_600_000 + 1900, 'client-unix-time', /14 h ahead of UTC/],
  [right / 1.6, 'client-no-made-up-time', /in part/],
  [1, 'client-no-made-up-time', /in part/],
  [right + device / 2, 'client-no-made-up-time', /deviceSendTime is read as 0/],
  [Math.floor(right / 1000), 'client-worked-example', /in seconds/],
  [right * 1000, 'client-worked-example', /in microseconds/],
  [2_147_483_647, 'client-any-offset', /saturated/],
  [right % 2 ** 32, 'client-any-offset', /the time went through/],
  [(right % 2 ** 32) - 2 ** 32, 'client-any-offset', /the time went through/],
  [device + 5, 'client-worked-example', /own clock is reported/],
  [right + 8 * 3_600_000, 'client-unix-time', /8 h ahead of UTC/],
  [right - 3.5 * 3_600_000, 'client-unix-time', /3\.5 h behind UTC/],
  [15_717, 'client-no-made-up-time', /read as 0, or in part/],
] as const) {
  test(`${time} after ${received} and ${sent} breaks ${requirement}`, () => {
    const mistake = diagnose(time);
    assert.equal(brokenBy(mistake), requirement);
    assert.match(mistake?.text ?? '', words);
  });
}

test('nothing is found in a time that no known mistake gives', () => {
  for (const time of [
    right,
    right + 2,
    right + 450,
    right + 300_000,
    right * 2 + 25,
    right * 1000 + 15_000,
    right + 3 * 2 ** 31 + 600,
    right + 14.25 * 3_600_000,
    right + 8 * 3_600_000 + 3000,
    right + 8 * 3_600_000 + 400_000,
    origin + 901 + 3000,
    right / 1.4,
    0,
  ])
    assert.equal(diagnose(time)?.text, undefined, `${time - right} ms off`);
  assert.equal(diagnose(sent - 11)?.text, undefined);
  assert.equal(diagnoseClientTime(played(), reported(0, 901, { twice: undefined }), undefined), undefined);
});

test('of two mistakes that give nearly the same the nearer one is named', () => {
  const near = { serverRecvTime: received, serverSendTime: received + 12 };
  assert.equal(brokenBy(diagnose(received + 5, near)), 'client-counts-processing');
  assert.equal(brokenBy(diagnose(received + 7, near)), 'client-counts-latency');
  const short = { serverRecvTime: received, serverSendTime: received + 100 };
  assert.match(diagnose(received + 400, short)?.text ?? '', /serverRecvTime plus half the round trip/);
});

test('a mistake that makes no difference is none', () => {
  const clientRun = played({ serverRecvTime: received, serverSendTime: received, asked: 100, answered: 110 });
  const report = reported(received + 5.5, 111);
  const [expected] = expectedTimes(clientRun, report, false);
  for (const time of [received, received + 5.5, received + 8])
    assert.equal(diagnoseClientTime(clientRun, reported(time, 111), expected), undefined);
});

describe('on a controlled clock', () => {
  const setup = { clock: { sends: 1_571_724_098_000, receives: 1_571_724_098_025 } };
  const exchange = { setup, serverRecvTime: 1_571_724_098_110, serverSendTime: 1_571_724_098_115 };

  test('the usual mistakes in the worked example are told apart', () => {
    assert.equal(brokenBy(diagnose(1_571_724_098_115, exchange)), 'client-counts-latency');
    assert.equal(brokenBy(diagnose(1_571_724_098_127, exchange)), 'client-counts-processing');
    assert.equal(brokenBy(diagnose(1_571_724_098_110, exchange)), 'client-counts-processing');
  });

  test('a mistake is known to the rounding of a millisecond', () => {
    assert.equal(brokenBy(diagnose(1_571_724_098_116, exchange)), 'client-counts-latency');
    assert.equal(diagnose(1_571_724_098_117, exchange), undefined);
  });

  const odd = {
    setup: { clock: { sends: 1_571_724_098_000, receives: 1_571_724_098_425 } },
    serverRecvTime: 1_571_724_098_001,
    serverSendTime: 1_571_724_098_401,
  };

  test('three halves that were lost are those of stamps that were halved early, and no other mistake that is near', () => {
    const odd = { ...exchange, deviceSendTime: 1_571_724_098_000, serverRecvTime: 1_571_724_098_111 };
    assert.match(diagnose(1_571_724_098_124, odd)?.text ?? '', /half milliseconds are lost/);
  });

  test('a millisecond too little is one that was lost by halving early', () => {
    assert.equal(brokenBy(diagnose(1_571_724_098_412, odd)), 'client-half-millisecond');
    assert.equal(brokenBy(diagnose(1_571_724_098_411.5, odd)), 'client-half-millisecond');
    assert.equal(diagnose(1_571_724_098_411, odd), undefined);
  });
});

test('a time of single precision, and one since 2000, are named', () => {
  assert.equal(brokenBy(diagnose(Math.fround(right))), 'client-any-offset');
  assert.equal(brokenBy(diagnose(right - Date.UTC(2000, 0))), 'client-unix-time');
});

test('a millisecond more than the right time is rounding, and not the mistake that is as near', () => {
  const setup = { clock: { sends: 1_571_724_098_000, receives: 1_571_724_098_024 } };
  const even = { setup, serverRecvTime: 1_571_724_098_110, serverSendTime: 1_571_724_098_114 };
  for (const time of [1_571_724_098_123, 1_571_724_098_125])
    assert.equal(diagnose(time, even)?.text, 'rounding adds or takes a whole millisecond');
  assert.equal(brokenBy(diagnose(1_571_724_098_126, even)), 'client-counts-processing');
});

describe('a false response that came first is told by whose it was', () => {
  const offByMs = 3_600_000;
  for (const [on, echoOffByMs, time, requirement] of [
    ["another device's", 0, right + offByMs, 'client-ignores-others'],
    ['its own', offByMs, right + offByMs, 'client-foreign-echo'],
    ['its own', offByMs, right + offByMs / 2, 'client-foreign-echo'],
  ] as const) {
    test(`${on}, taken for ${time - right} ms`, () => {
      const setup = { answers: [{ ...trueAnswer(), on, offByMs, echoOffByMs }, trueAnswer()] };
      assert.equal(brokenBy(diagnose(time, { setup })), requirement);
    });
  }
});

test("the client's own clock without any answer is recognised", () => {
  const mistake = diagnoseClientTime(played(), reported(origin + 895, 901), undefined);
  assert.equal(brokenBy(mistake), 'client-no-time-without-answer');
  assert.equal(diagnoseClientTime(played(), reported(0, 901), undefined), undefined);
});

test("the client's own clock is not named where the platform's time is that of this machine", () => {
  const now = { serverRecvTime: origin + 500, serverSendTime: origin + 500 };
  const clientRun = played({ asked: 100, answered: 900, ...now });
  const report = reported(origin + 1900, 901);
  const [expected] = expectedTimes(clientRun, report, false);
  assert.equal(diagnoseClientTime(clientRun, report, expected), undefined);
});
