import assert from 'node:assert/strict';
import test from 'node:test';
import { generate } from 'mqtt-packet';
import { MalformedPacket } from './malformed-packet.ts';
import { PacketCutter } from './packet-cutter.ts';

const publish = (size: number) =>
  generate({ cmd: 'publish', topic: 't', payload: Buffer.alloc(size, 7), qos: 0, retain: false, dup: false });
const packets = [
  generate({ cmd: 'pingreq' }),
  publish(0),
  publish(124),
  publish(125),
  publish(20_000),
  generate({ cmd: 'disconnect' }),
];

test('the packets are the same, however the bytes are portioned', () => {
  const stream = Buffer.concat(packets);
  for (const portion of [1, 2, 3, 127, 4096, stream.length]) {
    const cutter = new PacketCutter(100_000);
    const cut: Buffer[] = [];
    for (let from = 0; from < stream.length; from += portion) cut.push(...cutter.cut(stream.subarray(from, from + portion)));
    assert.deepEqual(cut, packets, `in portions of ${portion}`);
    assert.equal(cutter.unfinished, 0);
  }
});

test('a packet that has begun is counted as unfinished', () => {
  const cutter = new PacketCutter(1000);
  assert.deepEqual([...cutter.cut(publish(100).subarray(0, 50))], []);
  assert.equal(cutter.unfinished, 50);
});

test('a packet that is too long is refused by its header', () => {
  const cutter = new PacketCutter(1000);
  assert.throws(() => [...cutter.cut(Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f]))], MalformedPacket);
  assert.throws(() => [...new PacketCutter(1000).cut(Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80, 0x01]))], /more than four bytes/);
});
