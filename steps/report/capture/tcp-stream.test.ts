import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mostSegmentBytes, TcpStream } from './tcp-stream.ts';

const sums = (bytes: Buffer): number => {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += bytes.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return sum;
};
const numbers = (packet: Buffer | undefined) => [packet?.readUInt32BE(24), packet?.readUInt32BE(28)];

test('the sides of a stream acknowledge what the other one has sent', () => {
  const stream = new TcpStream(0);
  const [first] = stream.packets('device', Buffer.from('abc'));
  const [second] = stream.packets('server', Buffer.from('defgh'));
  const [third] = stream.packets('device', Buffer.from('i'));
  assert.deepEqual(
    [numbers(first), numbers(second), numbers(third)],
    [
      [1, 1],
      [1, 4],
      [4, 6],
    ],
  );
});

test('checksums are those of the bytes', () => {
  for (const text of ['odd', 'even']) {
    const [packet = Buffer.alloc(0)] = new TcpStream(1).packets('server', Buffer.from(text));
    assert.equal(packet.readUInt16BE(2), 40 + text.length);
    assert.equal(sums(packet.subarray(0, 20)), 0xffff);
    const tcp = Buffer.concat([packet.subarray(20), Buffer.alloc(packet.length % 2)]);
    assert.equal(sums(Buffer.concat([packet.subarray(12, 20), Buffer.from([0, 6, 0, 20 + text.length]), tcp])), 0xffff);
  }
});

test('streams differ in the address of the device, and a long packet takes several segments', () => {
  const ends = [0, 1, 16_383, 16_384, 32_768].map((index) => {
    const [packet] = new TcpStream(index).packets('device', Buffer.alloc(1));
    return packet?.subarray(12, 22).toString('hex');
  });
  assert.equal(new Set(ends).size, ends.length);
  const bytes = Buffer.from(Array.from({ length: 2 * mostSegmentBytes + 5 }, (_, index) => index % 251));
  const packets = new TcpStream(0).packets('server', bytes);
  assert.deepEqual(
    packets.map(({ length }) => length),
    [65_535, 65_535, 45],
  );
  assert.deepEqual(Buffer.concat(packets.map((packet) => packet.subarray(40))), bytes);
  assert.equal(new TcpStream(0).packets('server', Buffer.alloc(0)).length, 1);
});
