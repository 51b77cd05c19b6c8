import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Packet } from 'mqtt-packet';
import { nowUs } from '../time/now.ts';
import { describePacket, Trace } from './trace.ts';

const publish = (n: number, own: object = {}): Packet => ({
  cmd: 'publish',
  topic: 't',
  payload: Buffer.from(String(n)),
  qos: 0,
  retain: false,
  dup: false,
  ...own,
});

describe('a packet in one line', () => {
  for (const [packet, line] of [
    [{ cmd: 'connect', clientId: 'c1', password: Buffer.from('secret') } as Packet, 'CONNECT  client id c1'],
    [{ cmd: 'connack', sessionPresent: false, returnCode: 0 } as Packet, 'CONNACK  accepted'],
    [{ cmd: 'connack', sessionPresent: false, reasonCode: 135 } as Packet, 'CONNACK  refused, code 135'],
    [{ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'a/b', qos: 1 }] } as Packet, 'SUBSCRIBE  a/b  QoS 1'],
    [{ cmd: 'suback', messageId: 1, granted: [2, 128] } as Packet, 'SUBACK  QoS 2, refused'],
    [publish(1), 'PUBLISH  t  QoS 0  1'],
    [publish(1, { qos: 1, messageId: 7, retain: true, dup: true }), 'PUBLISH  t  QoS 1 packet id 7 RETAIN DUP  1'],
    [publish(0, { payload: Buffer.from('a\x1b[2Jb') }), 'PUBLISH  t  QoS 0  a\\x1B[2Jb'],
    [{ cmd: 'pubrel', messageId: 9 } as Packet, 'PUBREL  packet id 9'],
    [{ cmd: 'disconnect' } as Packet, 'DISCONNECT'],
  ] as const) {
    test(line, () => assert.equal(describePacket(packet), line));
  }

  test('a payload of megabytes is cut', () => {
    assert.ok(describePacket(publish(0, { payload: Buffer.alloc(5_000_000, 'x') })).length < 400);
  });
});

describe('a trace', () => {
  const record = (trace: Trace, count: number): void => {
    for (let n = 0; n < count; n += 1)
      trace.record({
        atUs: 1_000_000 + n * 1000,
        wallMs: 0,
        connection: 'device',
        direction: n % 2 === 0 ? 'sent' : 'received',
        packet: publish(n),
        bytes: Buffer.alloc(0),
      });
  };

  test('shows times from the first entry, directions, and whose packet it is where there are several', () => {
    const trace = new Trace();
    record(trace, 2);
    assert.deepEqual(trace.lines(), ['+0.000000 s  → PUBLISH  t  QoS 0  0', '+0.001000 s  ← PUBLISH  t  QoS 0  1']);
    trace.record({ atUs: 1_002_500, connection: 'other device', note: 'connection closed' });
    assert.deepEqual(trace.lines(), [
      '+0.000000 s  device  → PUBLISH  t  QoS 0  0',
      '+0.001000 s  device  ← PUBLISH  t  QoS 0  1',
      '+0.002500 s  other device  · connection closed',
    ]);
  });

  test('leaves out the middle beyond the limit, and says how much', () => {
    const trace = new Trace();
    record(trace, 10);
    const lines = trace.lines(5).map((line) => line.split('  ').at(-1));
    assert.deepEqual(lines, ['0', '1', '2', '… 5 lines left out', '8', '9']);
    assert.equal(trace.lines(10).length, 10);
  });

  test('of a flood keeps the beginning, and counts the rest', () => {
    const trace = new Trace();
    record(trace, 5003);
    assert.equal(trace.lines(4).at(-1), '… 3 more packets');
  });

  test('begins anew', () => {
    const trace = new Trace();
    record(trace, 6000);
    trace.clear();
    assert.deepEqual(trace.lines(), []);
    record(trace, 1);
    assert.deepEqual(trace.lines(), ['+0.000000 s  → PUBLISH  t  QoS 0  0']);
  });
});

test('monotonic time never goes back', () => {
  let last = nowUs();
  for (let n = 0; n < 1000; n += 1) {
    const now = nowUs();
    assert.ok(now >= last);
    last = now;
  }
});
