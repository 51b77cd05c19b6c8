import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Inbox } from '../harness/device/inbox.ts';
import { NtpDevice } from '../harness/device/ntp-device.ts';
import { RequestLedger } from '../harness/device/request-ledger.ts';
import { wallMsAt } from '../harness/time/now.ts';
import { origin, played, reported } from '../testing/client-starts.ts';
import { isExchangeRecord, recordClientRuns, recordDevices, thinned } from './exchange-record.ts';
import type { ExchangeRecord } from './report.ts';

const records = (count: number): ExchangeRecord[] =>
  Array.from({ length: count }, (_, index) => ({ n: index + 1, asker: 'device', atMs: index, answers: [] }));

describe('exchanges that are kept', () => {
  test('are all of them where they are few', () => {
    assert.equal(thinned(records(3), 3).length, 3);
  });

  test('are spread evenly over many, with both ends and the wanted one', () => {
    const kept = thinned(records(1001), 11, 333).map(({ n }) => n);
    assert.deepEqual(kept, [1, 101, 201, 301, 333, 401, 501, 601, 701, 801, 901, 1001]);
  });
});

describe('an exchange with a server', () => {
  test("has the four timestamps, the device's on the clock that it asked by, the round trip and the offset to the suite", async () => {
    const responseTopic = '/ext/ntp/p/d/response';
    const inbox = new Inbox();
    const ahead = Math.floor(Date.now()) + 3_600_000;
    const times = `"serverRecvTime":${ahead},"serverSendTime":${ahead + 5}`;
    const hear = (payload: string, at: number): void =>
      inbox.put({
        topic: responseTopic,
        payload: Buffer.from(payload),
        qos: 0,
        retain: false,
        dup: false,
        atUs: at,
        wallMs: wallMsAt(at),
      });
    const device = new NtpDevice({
      identity: { productKey: 'p', deviceName: 'd' },
      name: 'device',
      ledger: new RequestLedger(),
      deadline: 600_000,
      connect: async () => ({
        inbox,
        subscribe: async (_topic, qos) => qos,
        publish: (_topic, payload) => {
          // Whole, so that 25 ms later are 25 ms, and not 24.999 by the digits of a double.
          const at = Math.round(performance.now() * 1000);
          const digits = /\d+/.exec(Buffer.from(payload).toString())?.[0];
          if (digits !== '4500') queueMicrotask(() => hear(`{"deviceSendTime":${digits},${times}}`, at + 25_000));
          return at;
        },
        close: async () => {},
      }),
    });
    await device.connect();
    await device.exchange(device.ask({ type: 'Long', digits: '1571724098000' }));
    device.ask({ type: 'String', digits: '4500' });
    const [answered, unanswered] = recordDevices([device]).map(({ record }) => record);
    const [answer] = answered?.answers ?? [];
    assert.equal(answered?.deviceSendTime, '1571724098000');
    assert.equal(answer?.deviceRecvTime, '1571724098025');
    assert.deepEqual([answer?.serverRecvTime, answer?.serverSendTime], [String(ahead), String(ahead + 5)]);
    assert.ok(Math.abs((answer?.roundTripMs ?? 0) - 25) < 0.01);
    assert.ok(Math.abs((answer?.offsetMs ?? 0) - 3_600_000) < 60_000);
    assert.deepEqual([unanswered?.n, unanswered?.deviceSendTime, unanswered?.answers], [2, '4500', []]);
  });
});

describe('an exchange with a client', () => {
  test('has the time that the client reported, and by how much it is off', () => {
    const setup = { clock: { sends: 1_571_724_098_000, receives: 1_571_724_098_025 } };
    const times = { serverRecvTime: 1_571_724_098_110, serverSendTime: 1_571_724_098_115, deviceSendTime: 1_571_724_098_000 };
    const clientRun = played({ ...times, setup });
    clientRun.reports.push(reported(1_571_724_098_115, 400));
    const [record] = recordClientRuns([clientRun]).map((recorded) => recorded.record);
    assert.equal(record?.reported, '1571724098115');
    assert.equal(record?.errorMs, -10);
    assert.deepEqual(record?.expected, { time: '1571724098125', withinMs: 0.5, errorMs: 0 });
    assert.equal(record?.forthMs, undefined);
    assert.deepEqual(
      record?.answers.map(({ deviceRecvTime, roundTripMs }) => [deviceRecvTime, roundTripMs]),
      [['1571724098025', 20]],
    );
  });

  test('took at most from its stamp to its report, without the time of the platform', () => {
    const clientRun = played({ serverRecvTime: 500, serverSendTime: 505, deviceSendTime: origin + 96 });
    clientRun.reports.push(reported(0, 116));
    const [record] = recordClientRuns([clientRun]).map((recorded) => recorded.record);
    assert.equal(record?.answers[0]?.roundTripMs, 15);
    assert.ok(record?.expected !== undefined && record.expected.withinMs > 0 && record.expected.withinMs < 20);
  });
});

describe('a record', () => {
  test('is distinguished from other values', () => {
    const answer = { afterMs: 1, serverRecvTime: '5', roundTripMs: 1, offsetMs: -3 };
    assert.ok(isExchangeRecord({ n: 1, asker: 'device', atMs: 0, deviceSendTime: '1', answers: [answer, { afterMs: 2 }] }));
    for (const wrong of [
      null,
      {},
      { n: 1.5, asker: 'device', atMs: 0, answers: [] },
      { n: 1, asker: 'device', atMs: 0, answers: [{}] },
      { n: 1, asker: 'device', atMs: 0, answers: [{ ...answer, serverRecvTime: 5 }] },
      { n: 1, asker: 'device', atMs: 0, answers: [{ ...answer, offsetMs: 'x' }] },
      { n: 1, asker: 'device', atMs: 0, deviceSendTime: 1, answers: [] },
      { n: 1, asker: 'client', atMs: 0, answers: [], expected: { time: '5', withinMs: 1 } },
    ]) {
      assert.ok(!isExchangeRecord(wrong), JSON.stringify(wrong));
    }
  });
});
