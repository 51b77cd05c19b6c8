import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Intake } from './receive-limits.ts';

const limits = { packetBytes: 300, bytes: 1000, packets: 3 };
const ping = Buffer.from([0xd0, 0]);
const publish = (length: number): Buffer =>
  Buffer.concat([Buffer.from(length < 128 ? [0x30, length] : [0x30, (length & 0x7f) | 0x80, length >> 7]), Buffer.alloc(length)]);

describe('what is received on a connection', () => {
  test('takes what is within its bounds, however it is cut', () => {
    const bytes = Buffer.concat([ping, publish(300), ping]);
    assert.equal(new Intake(limits).take(bytes), undefined);
    const receiveBuffer = new Intake(limits);
    for (const byte of bytes) assert.equal(receiveBuffer.take(Buffer.from([byte])), undefined);
  });

  test('ends with a packet that is too long by its header, before its content comes', () => {
    const receiveBuffer = new Intake(limits);
    assert.equal(receiveBuffer.take(Buffer.from([0x30, 0xff, 0xff, 0xff])), undefined);
    assert.equal(receiveBuffer.take(Buffer.from([0x7f])), 'a packet that announces 268435455 bytes, where at most 300 are taken');
  });

  test('ends with a length that never ends', () => {
    assert.match(new Intake(limits).take(Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff])) ?? '', /^malformed MQTT/);
  });

  test('ends with one packet too many', () => {
    const receiveBuffer = new Intake(limits);
    assert.equal(receiveBuffer.take(Buffer.concat([ping, ping, ping])), undefined);
    assert.equal(receiveBuffer.take(ping), 'more than 3 packets on one connection');
  });

  test('ends with one byte too many', () => {
    const receiveBuffer = new Intake({ ...limits, packets: 1000 });
    for (let count = 0; count < 3; count += 1) assert.equal(receiveBuffer.take(publish(300)), undefined);
    assert.equal(receiveBuffer.take(publish(100)), 'more than 1000 bytes on one connection');
  });
});
