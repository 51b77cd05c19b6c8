import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Request, type Response, requestOf, responseOf } from '../message/exchange.ts';
import type { Message } from '../message/message.ts';
import { ClockCourse } from './clock-course.ts';

/** A request of so many ms after the start, and the response with this serverSendTime, `tookMs` later. */
function exchange(sentMs: number, serverSendTime: number, tookMs = 2): [Request, Response] {
  const message = (atMs: number, payload: string): Message => {
    const flags = { qos: 0, retain: false, dup: false } as const;
    return { atUs: atMs * 1000, wallMs: atMs, topic: 't', payload: Buffer.from(payload), ...flags };
  };
  const request = requestOf(message(sentMs, '{}'), { responseTopic: 't', place: 'a:1' });
  return [request, responseOf(message(sentMs + tookMs, `{"serverSendTime":${serverSendTime}}`), request)];
}

/** The odd times among exchanges: of each when it was sent, the server's time, and how long it took, in ms. */
function oddTimes(exchanges: readonly (readonly [number, number, number?])[], step = 1): (readonly [bigint, number])[] {
  const course = new ClockCourse('serverSendTime');
  return exchanges.flatMap(([sentMs, time, tookMs]) => {
    const odd = course.add(...exchange(sentMs, time, tookMs), step);
    return odd === undefined ? [] : [[odd.time, odd.aheadMs] as const];
  });
}

describe('the course of a server clock', () => {
  test('has an odd time where one is unlike those before it and after it', () => {
    const times = [
      [0, 5000],
      [100, 5100],
      [200, 520],
      [300, 5300],
      [400, 5400],
      [500, 5999],
      [600, 5600],
    ] as const;
    assert.deepEqual(oddTimes(times), [
      [520n, -4680],
      [5999n, 499],
    ]);
  });

  test('has none where the clock is set, drifts, or has steps', () => {
    assert.deepEqual(
      oddTimes([
        [0, 5000],
        [100, 5100],
        [200, 9200],
        [300, 9300],
      ]),
      [],
    );
    assert.deepEqual(
      oddTimes([
        [0, 5000],
        [100, 5140],
        [200, 5280],
        [300, 5420],
        [400, 5560],
        [0, 5000],
      ]),
      [],
    );
    assert.deepEqual(
      oddTimes(
        [
          [0, 5000],
          [199, 5100],
          [200, 5200],
          [299, 5200],
        ],
        100,
      ),
      [],
    );
  });

  test('has none where an exchange was so long that it holds the time', () => {
    assert.deepEqual(
      oddTimes([
        [0, 5000],
        [100, 5600, 500],
        [700, 5700],
      ]),
      [],
    );
    assert.equal(
      oddTimes([
        [0, 5000],
        [100, 5700, 500],
        [700, 5700],
      ]).length,
      1,
    );
  });
});
