import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Exchange, requestOf, responseOf } from '../message/exchange.ts';
import { nowUs, wallMsAt } from '../time/now.ts';
import { claimedProcessing, estimateServerTime } from './server-time.ts';

/** Numbers from 0 to 1 that are the same in every run. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state / 2 ** 32;
  }
}

/** An exchange by its payload, and when it was published and answered, monotonic in µs. */
function exchange(payload: string, sentUs: number, arrivedUs: number): Exchange {
  const common = { topic: '', qos: 0, retain: false, dup: false, wallMs: 0 } as const;
  const asked = { ...common, payload: Buffer.from('{}'), atUs: sentUs };
  const request = requestOf(asked, { place: '', responseTopic: '' });
  return { request, response: responseOf({ ...common, payload: Buffer.from(payload), atUs: arrivedUs }, request) };
}

/** Exchanges with a server whose clock is `offset` ms ahead and has steps of `step` ms. */
function played(offset: number, step: number, random: Generator<number, never>, count: number): Exchange[] {
  const start = nowUs();
  return Array.from({ length: count }, (_, n) => {
    const at = start + n * 30_000;
    const [forth, processing, back] = [0, 0, 0].map(() => random.next().value * 10_000) as [number, number, number];
    const stamp = (moment: number): number => Math.floor((wallMsAt(moment) + offset) / step) * step;
    const payload = `{"serverRecvTime":${stamp(at + forth)},"serverSendTime":${stamp(at + forth + processing)}}`;
    return exchange(payload, at, at + forth + processing + back);
  });
}

/** Does it again when this machine's clock was set meanwhile, which moves what the exchanges are compared with. */
function undisturbed(act: () => void): void {
  for (let attempt = 0; ; attempt += 1) {
    const before = wallMsAt(0);
    try {
      act();
      return;
    } catch (error) {
      if (Math.abs(wallMsAt(0) - before) < 0.01 || attempt === 20) throw error;
    }
  }
}

describe("the estimate of a server's clock", () => {
  for (const step of [1, 10, 100]) {
    test(`holds the true offset within its uncertainty, for a clock with steps of ${step} ms`, () => {
      undisturbed(() => {
        const random = numbers(step);
        for (let n = 0; n < 100; n += 1) {
          const offset = (random.next().value - 0.5) * 10 ** (n % 12);
          const estimate = estimateServerTime(played(offset, step, random, 8), step);
          assert.ok(estimate);
          const error = Math.abs(estimate.offset - offset);
          assert.ok(error <= estimate.uncertainty + 0.01, `off by ${error} ms, uncertainty ${estimate.uncertainty} ms`);
        }
      });
    });
  }

  test('does not get worse by more exchanges', () => {
    undisturbed(() => {
      const random = numbers(42);
      const exchanges = played(1234.5, 1, random, 20);
      const widths = exchanges.map((_, n) => estimateServerTime(exchanges.slice(0, n + 1), 1)?.uncertainty ?? Number.NaN);
      for (const [n, width] of widths.entries()) if (n > 0) assert.ok(width <= (widths[n - 1] ?? 0) + 0.01, widths.join(' '));
    });
  });

  test('passes over exchanges without both stamps', () => {
    undisturbed(() => {
      const at = nowUs();
      const whole = played(5000, 1, numbers(7), 3);
      const torn = [exchange('{}', at, at + 1), exchange('{"serverRecvTime":1}', at, at + 1), exchange('malformed', at, at + 1)];
      const [alone, among] = [estimateServerTime(whole, 1), estimateServerTime([...torn, ...whole], 1)];
      assert.ok(alone && among && Math.abs(alone.offset - among.offset) < 0.01);
      assert.equal(estimateServerTime(torn, 1), undefined);
    });
  });

  test('is the middle of what the exchanges leave open, and half as uncertain as that is wide', () => {
    undisturbed(() => {
      const at = nowUs();
      // published at a whole millisecond, heard 10 ms later: received 3 ms after, sent 5 ms before that
      const start = at + (1 - (wallMsAt(at) % 1)) * 1000;
      const time = (ms: number): number => Math.round(wallMsAt(start) + ms);
      const payload = `{"serverRecvTime":${time(3)},"serverSendTime":${time(5)}}`;
      const estimate = estimateServerTime([exchange(payload, start, start + 10_000)], 1);
      // server - suite: at least 5 - 10, at most 3 + 1
      assert.ok(estimate && Math.abs(estimate.offset + 0.5) < 0.01 && Math.abs(estimate.uncertainty - 4.5) < 0.01);
    });
  });

  test('of nothing is nothing', () => {
    assert.equal(estimateServerTime([], 1), undefined);
  });

  test('has an uncertainty of 0 or more even from stamps that contradict each other', () => {
    const at = nowUs();
    const estimate = estimateServerTime([exchange('{"serverRecvTime":1000,"serverSendTime":999000}', at, at + 10)], 1);
    assert.ok(estimate && estimate.uncertainty >= 0);
  });
});

test('the claimed processing time is serverSendTime minus serverRecvTime, whatever type they have', () => {
  assert.equal(claimedProcessing(exchange('{"serverRecvTime":"1571724098110","serverSendTime":1571724098115}', 0, 1)), 5);
  assert.equal(claimedProcessing(exchange('{"serverRecvTime":12,"serverSendTime":10}', 0, 1)), -2);
  assert.equal(claimedProcessing(exchange('{"serverRecvTime":12}', 0, 1)), undefined);
});
