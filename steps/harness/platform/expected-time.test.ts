import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { origin, type PlayedExchange, played, playedRequest, reported } from '../../testing/client-starts.ts';
import { canHaveElapsed, countedAge, expectedTimes, isRight, TooUncertain } from './expected-time.ts';
import type { ReportedTime } from './reported-time.ts';

/** The least and the most that a report may be, in ms. */
function bounds(exchange: PlayedExchange, report: ReportedTime, seconds = false): (readonly [number, number])[] {
  return expectedTimes(played(exchange), report, seconds)
    .filter(({ later }) => !later)
    .map(({ twiceLow, twiceHigh }) => [Number(twiceLow) / 2, Number(twiceHigh) / 2] as const);
}

const server = { serverRecvTime: 1_571_724_098_110, serverSendTime: 1_571_724_098_115 };

describe('what the formula gives', () => {
  test('is exact by the stamps of the report, to the rounding of half a millisecond', () => {
    const report = reported(0, 400, { deviceRecvTime: BigInt(origin + 125) });
    assert.deepEqual(bounds(server, report), [[1_571_724_098_124.5, 1_571_724_098_125.5]]);
  });

  test('is exact on a controlled clock', () => {
    const setup = { clock: { sends: 1_571_724_098_000, receives: 1_571_724_098_025 } };
    assert.deepEqual(bounds({ ...server, setup }, reported(0, 9_000)), [[1_571_724_098_124.5, 1_571_724_098_125.5]]);
  });

  test('lies between what must and what can have elapsed on a clock that the suite cannot see', () => {
    // Read 4 ms before it arrived, answered 10 ms after that, reported 6 ms later: 10 to 21 ms, and 1.5 ms for the rounding.
    const times = bounds({ ...server, deviceSendTime: origin + 96 }, reported(0, 116));
    assert.deepEqual(times, [[1_571_724_098_116, 1_571_724_098_124.5]]);
  });

  test('counts the latency that the platform spent', () => {
    const [[low] = []] = bounds({ ...server, asked: 100, answered: 500 }, reported(0, 501));
    assert.equal(low, 1_571_724_098_112.5 + 200 - 1.5);
  });

  test('allows 50 ms before the arrival of a stamp that follows no clock of this machine', () => {
    const times = bounds({ ...server, deviceSendTime: 4711 }, reported(0, 110));
    assert.deepEqual(times, [[1_571_724_098_116, 1_571_724_098_144]]);
  });

  test('and all of the time since the packet before, where that is longer', () => {
    const times = bounds({ ...server, deviceSendTime: 4711, before: 20 }, reported(0, 110));
    assert.deepEqual(times, [
      [1_571_724_098_116, 1_571_724_098_144],
      [1_571_724_098_116, 1_571_724_098_159],
    ]);
  });

  test('is one of two for a stamp that came late: read so long before, or from a clock that is behind', () => {
    const times = bounds({ ...server, deviceSendTime: origin - 900 }, reported(0, 110));
    assert.deepEqual(times, [
      [1_571_724_098_615.5, 1_571_724_098_619.5],
      [1_571_724_098_116, 1_571_724_098_144],
    ]);
  });

  test('is a second wider for a display in seconds', () => {
    const report = reported(0, 400, { deviceRecvTime: BigInt(origin + 125) });
    assert.deepEqual(bounds(server, report, true), [[1_571_724_097_124.5, 1_571_724_099_125.5]]);
  });

  test('loses no digit beyond 2^53', () => {
    const setup = { clock: { sends: 0, receives: 2 } };
    const [time] = expectedTimes(played({ setup, serverRecvTime: 2 ** 60 }), reported(0, 400), false);
    assert.equal(time?.twiceLow, 2n ** 61n + 1n);
  });

  test('is said in words with its uncertainty', () => {
    const report = reported(0, 400, { deviceRecvTime: BigInt(origin + 125) });
    assert.equal(expectedTimes(played(server), report, false)[0]?.text, '1571724098125, to within 0.5 ms');
  });
});

describe('a clock that was set by the result', () => {
  const claims = { deviceRecvTime: BigInt(origin + 125) };

  test('shows up to the time until the report more', () => {
    const right = (time: number): boolean =>
      isRight(reported(time, 140), expectedTimes(played(server), reported(time, 140, claims), false));
    // answered after 110 ms, reported after 140
    assert.deepEqual(
      [-1, 0, 30, 31, 32].map((more) => right(1_571_724_098_125 + more)),
      [false, true, true, true, false],
    );
  });

  test('shows no more where it stands still', () => {
    const setup = { clock: { sends: 1_571_724_098_000, receives: 1_571_724_098_025 } };
    const times = expectedTimes(played({ ...server, setup }), reported(0, 9_000), false);
    assert.deepEqual(
      times.map(({ later }) => later),
      [false],
    );
  });
});

describe('a claimed deviceRecvTime', () => {
  const claim = (ms: number) => reported(0, 140, { deviceRecvTime: BigInt(origin + ms) });
  const agrees = (ms: number, exchange: PlayedExchange = {}): boolean => {
    const clientRun = played({ ...server, answered: 125, ...exchange });
    const [request] = clientRun.requests;
    const [response] = request?.responses ?? [];
    assert.ok(request !== undefined && response !== undefined);
    return canHaveElapsed(clientRun, request, response, claim(ms));
  };

  test('agrees with the trace, to the whole milliseconds of its clock', () => {
    // asked at 100, answered at 125, reported at 140
    assert.deepEqual(
      [100, 123, 124, 125, 140, 142, 143].map((ms) => agrees(ms)),
      [false, false, true, true, true, true, false],
    );
  });

  test('agrees with the controlled clock', () => {
    const setup = { clock: { sends: origin + 100, receives: origin + 125 } };
    assert.deepEqual(
      [100, 125].map((ms) => agrees(ms, { setup, answered: 900 })),
      [false, true],
    );
  });

  test('is taken for nothing where it does not', () => {
    const times = (ms: number) => bounds({ ...server, answered: 125 }, claim(ms));
    assert.deepEqual(times(125), [[1_571_724_098_124.5, 1_571_724_098_125.5]]);
    assert.deepEqual(times(100), [[1_571_724_098_123.5, 1_571_724_098_134.5]]);
  });

  test('may be a step of 10 ms from the trace on a clock that has such steps', () => {
    const steps = { deviceSendTime: origin + 97 };
    assert.deepEqual(
      [117, 127].map((ms) => agrees(ms, steps)),
      [true, true],
    );
    assert.equal(agrees(107, steps), false);
  });
});

test('both ends of what may be are right, and nothing beyond them', () => {
  const report = reported(0, 400, { deviceRecvTime: BigInt(origin + 125) });
  const times = expectedTimes(played(server), report, false).filter(({ later }) => !later);
  const right = (time: number): boolean => isRight(reported(time, 400), times);
  assert.deepEqual([1_571_724_098_124, 1_571_724_098_124.5, 1_571_724_098_125.5, 1_571_724_098_126].map(right), [
    false,
    true,
    true,
    false,
  ]);
});

describe('a stamp', () => {
  /** How wide each of the possibilities is, in ms. */
  const widths = (behind: number): number[] =>
    bounds({ ...server, deviceSendTime: origin + 100 - behind }, reported(0, 116)).map(([low, high]) => high - low);

  test('that is up to 50 ms behind came from the clock of this machine', () => {
    assert.equal(widths(50).length, 1);
    assert.equal(widths(51).length, 2);
  });

  test('that is up to 5 s behind may have been read so long before, but not one that is ahead', () => {
    assert.equal(widths(4999).length, 2);
    assert.equal(widths(5000).length, 1);
    assert.deepEqual(widths(-1), [6.5]);
    assert.equal(widths(-2)[0], widths(5000)[0]);
  });

  test('that is none counts as one of 1970', () => {
    assert.equal(
      bounds({ ...server, deviceSendTime: '"x"' }, reported(0, 116))[0]?.[1],
      bounds({ ...server, deviceSendTime: 1 }, reported(0, 116))[0]?.[1] ?? 0,
    );
  });
});

test('fractions of a millisecond that elapsed widen what may be, and never narrow it', () => {
  const exact = bounds({ ...server, answered: 110 }, reported(0, 116));
  const wider = bounds({ ...server, answered: 109.5 }, reported(0, 116.5));
  assert.deepEqual(
    wider,
    exact.map(([low, high]) => [low - 0.5, high + 0.5]),
  );
});

describe('a response counts', () => {
  const clock = { sends: 1000, receives: 1025 };

  test('that was delivered before the report, and reached the client', () => {
    assert.equal(bounds({ setup: { clock } }, reported(0, 110)).length, 1);
    assert.equal(bounds({ setup: { clock } }, reported(0, 109)).length, 0);
    assert.equal(bounds({ setup: { clock }, sent: false }, reported(0, 110)).length, 0);
  });

  test('that is certain to be valid', () => {
    const clientRun = played({ setup: { clock } });
    assert.equal(expectedTimes(clientRun, reported(0, 400), false).length, 1);
    Object.assign(clientRun.requests[0]?.responses[0] ?? {}, { preliminary: true });
    assert.equal(expectedTimes(clientRun, reported(0, 400), false).length, 0);
  });

  test('to whichever of its requests', () => {
    const clientRun = played({ setup: { clock } });
    clientRun.requests.push(playedRequest(clientRun, { asked: 200, answered: 210, serverRecvTime: 5000 }));
    assert.equal(expectedTimes(clientRun, reported(0, 205), false).length, 1);
    const times = expectedTimes(clientRun, reported(0, 215), false);
    assert.ok(isRight(reported(5013, 215), times));
    assert.ok(isRight(reported(1_571_724_098_123, 215), times));
    assert.ok(!isRight(reported(5011, 215), times) && !isRight(reported(5013, 0, { twice: undefined }), times));
  });
});

describe('a busy machine', () => {
  const late = { ...server, deviceSendTime: 4711, before: -800 };

  test('leaves a report unjudged that may be right', () => {
    assert.throws(
      () => bounds(late, reported(1_571_724_098_300, 110)),
      (error) =>
        error instanceof TooUncertain &&
        /known to no better than 100 ms, .* capability "clock" where it is not declared$/.test(error.message),
    );
    assert.throws(() => bounds({ ...server }, reported(1_571_724_098_200, 400)), TooUncertain);
  });

  test('leaves no report unjudged that cannot be right, or that is right within 50 ms', () => {
    for (const time of [1_571_724_098_100, 1_571_724_099_000, 1_571_724_098_130])
      assert.ok(bounds(late, reported(time, 110)).length > 0);
  });

  test('leaves it unjudged beyond 100 ms', () => {
    const least = (before: number) => () => bounds({ ...server, deviceSendTime: 4711, before }, reported(1_571_724_098_180, 110));
    // the packet before came 200 ms earlier: 200 ms between the least and the most
    assert.equal(least(-90)().length, 2);
    assert.throws(least(-110), TooUncertain);
  });

  test('does not keep a stamp of the own wall clock from being exact', () => {
    const exchange = { ...server, deviceSendTime: origin - 900, before: -950 };
    assert.ok(bounds(exchange, reported(1_571_724_098_617, 110)).length > 0);
    assert.throws(() => bounds(exchange, reported(1_571_724_098_400, 110)), TooUncertain);
  });

  test('does not matter where the client reports its own stamps', () => {
    assert.equal(bounds(late, reported(0, 9_000, { deviceRecvTime: 4736n })).length, 1);
  });
});

describe('the age of a stamp', () => {
  /** Asked at 500, answered at 510, reported at 512. */
  const age = (behind: number, time: number, setup: PlayedExchange['setup'] = {}, before = 50): number | undefined => {
    const clientRun = played({ ...server, setup, before, asked: 500, answered: 510, deviceSendTime: origin + 500 - behind });
    const [request] = clientRun.requests;
    assert.ok(request !== undefined);
    return countedAge(clientRun, request, reported(time, 512), false);
  };
  const right = 1_571_724_098_118;

  test('is seen where the reported time counts it', () => {
    assert.equal(age(400, right + 200), 400);
    assert.equal(age(400, right), undefined, 'a clock that is behind');
    assert.equal(age(50, right + 25), undefined);
    assert.equal(age(400, right + 5000), undefined);
    assert.equal(age(400, right + 200, {}, 160), undefined, 'the packet before came later');
    assert.equal(age(400, right + 200, { clock: { sends: 0, receives: 10 } }), undefined);
  });
});
