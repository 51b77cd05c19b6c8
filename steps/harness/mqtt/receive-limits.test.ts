import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as pass } from 'node:timers/promises';
import { PacketReader } from './packet-reader.ts';
import { type ReceiveLimits, receiveLimits } from './receive-limits.ts';

const limits = { packetBytes: 300, bytes: 1000, packets: 3 };
const ping = Buffer.from([0xd0, 0]);
const publish = (length: number): Buffer =>
  Buffer.concat([Buffer.from(length < 128 ? [0x30, length] : [0x30, (length & 0x7f) | 0x80, length >> 7]), Buffer.alloc(length)]);

/** A reader with these limits: how many packets it takes from some bytes. */
function reader(within: ReceiveLimits = limits): (bytes: Buffer) => number {
  const packets = new PacketReader({ limits: within, protocolVersion: 4 });
  return (bytes) => [...packets.read(bytes)].length;
}

describe('what is received on a connection', () => {
  test('is taken within its limits, however it is cut', () => {
    const bytes = Buffer.concat([ping, publish(300), ping]);
    assert.equal(reader()(bytes), 3);
    const take = reader();
    for (const byte of bytes) take(Buffer.from([byte]));
  });

  test('ends with a packet that is too long by its header, before its content comes', () => {
    const take = reader();
    take(Buffer.from([0x30, 0xff, 0xff, 0xff]));
    assert.throws(() => take(Buffer.from([0x7f])), {
      name: 'ExcessivePacket',
      message: 'a packet that announces 268435455 bytes, where at most 300 are taken',
    });
  });

  test('ends with a length that never ends', () => {
    assert.throws(() => reader()(Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff])), { name: 'MalformedPacket' });
  });

  test('ends with one packet too many', () => {
    const take = reader();
    take(Buffer.concat([ping, ping, ping]));
    assert.throws(() => take(ping), { message: 'more than 3 packets on one connection' });
  });

  test('ends with one byte too many', () => {
    const take = reader({ ...limits, packets: 1000 });
    for (let count = 0; count < 3; count += 1) take(publish(300));
    assert.throws(() => take(publish(100)), { message: 'more than 1000 bytes on one connection' });
  });

  test('may be more, the longer the connection lasts', async () => {
    const take = reader({ ...limits, perSecond: { bytes: 0, packets: 1000 } });
    take(Buffer.concat([ping, ping, ping]));
    await pass(10);
    take(Buffer.concat([ping, ping]));
  });

  test('is limited further for a server that has sent too much before', () => {
    assert.ok(receiveLimits({ excessive: true }).bytes < receiveLimits({}).bytes);
  });
});
