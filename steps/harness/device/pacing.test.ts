import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nowUs } from '../time/now.ts';
import { Allowance, BeyondLimits, Pacing } from './pacing.ts';

const device = { productKey: 'a1PkTest01', deviceName: 'dev01' };

describe('an allowance', () => {
  test('is never exceeded in any span', async () => {
    const [most, spanMs] = [20, 100];
    const allowance = new Allowance(most, spanMs);
    const times: number[] = [];
    while (times.length < 3 * most) {
      await allowance.wait();
      allowance.take();
      times.push(nowUs());
    }
    for (const [index, at] of times.entries()) {
      const within = times.slice(index).filter((later) => later - at < spanMs * 1000).length;
      assert.ok(within <= most, `${within} within ${spanMs} ms`);
    }
  });

  test('that is to be used up at once is left alone for a span before', async () => {
    const [most, spanMs] = [20, 100];
    const allowance = new Allowance(most, spanMs);
    const takenUs = nowUs();
    allowance.take();
    while (nowUs() - takenUs < (spanMs * 1000) / 2) await allowance.wait();
    await allowance.rest();
    assert.ok(nowUs() - takenUs >= spanMs * 1000, `after ${(nowUs() - takenUs) / 1000} ms`);
  });

  test('of one in a span lets the first one pass at once', async () => {
    const allowance = new Allowance(1, 3_600_000);
    await allowance.wait();
    await allowance.rest();
  });
});

describe('pacing', () => {
  test('without limits lets everything pass', async () => {
    const pacing = new Pacing();
    assert.equal(pacing.requests(device), undefined);
    for (let n = 0; n < 1000; n += 1) await pacing.connect(device);
    assert.equal(pacing.free, Number.POSITIVE_INFINITY);
  });

  test('counts each device by itself', async () => {
    const pacing = new Pacing({ requestsPerSecond: 30, connectsPerMinute: 1 });
    assert.equal(pacing.requests(device), pacing.requests({ ...device }));
    assert.notEqual(pacing.requests(device), pacing.requests({ ...device, productKey: 'a1PkTest02' }));
    await pacing.connect(device);
    await pacing.connect({ ...device, deviceName: 'dev02' });
  });

  test('refuses a connection beyond those that the server allows at the same time', async () => {
    const pacing = new Pacing({ connections: 1 });
    await pacing.connect(device);
    pacing.open.add({});
    await assert.rejects(
      pacing.connect(device),
      (error) => error instanceof BeyondLimits && /limits\.connections/.test(error.message),
    );
  });
});
