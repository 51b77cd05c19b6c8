import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readBlocks, readOptions, readPackets } from '../../testing/read-capture.ts';
import { captureHeader, packetBlock } from './pcapng.ts';

test('a file begins with a section and an interface of IPv4 packets whose times are in µs', () => {
  const [section, itsInterface, ...more] = readBlocks(captureHeader('a program', 'wire', 'made up'));
  assert.deepEqual(more, []);
  assert.equal(section?.type, 0x0a0d0d0a);
  assert.equal(section.body.subarray(0, 16).toString('hex'), '4d3c2b1a01000000ffffffffffffffff');
  assert.equal(readOptions(section.body.subarray(16)).get(4)?.toString(), 'a program');
  assert.equal(itsInterface?.type, 1);
  assert.equal(itsInterface.body.subarray(0, 8).toString('hex'), '6500000000000000');
  const options = readOptions(itsInterface.body.subarray(8));
  assert.deepEqual(
    [options.get(2)?.toString(), options.get(3)?.toString(), options.get(9)?.toString('hex')],
    ['wire', 'made up', '06'],
  );
});

test('a packet has its time, direction, bytes of any length and comment', () => {
  for (const length of [40, 41, 42, 43]) {
    const bytes = Buffer.alloc(length, 7);
    const comment = 'ä'.repeat(length - 39);
    const file = packetBlock({ wallMs: 1_571_724_098_110.125, direction: 'inbound', bytes, comment });
    const [packet] = readPackets(file);
    assert.deepEqual([packet?.us, packet?.flags, packet?.comment], [1_571_724_098_110_125, 1, comment]);
    assert.deepEqual(packet?.bytes, bytes);
  }
  const [sent] = readPackets(packetBlock({ wallMs: 0, direction: 'outbound', bytes: Buffer.alloc(40), comment: '' }));
  assert.equal(sent?.flags, 2);
});

test('a comment that is too long ends with a whole character', () => {
  const comment = `x${'ä'.repeat(5000)}`;
  const [packet] = readPackets(packetBlock({ wallMs: 0, direction: 'inbound', bytes: Buffer.alloc(40), comment }));
  assert.equal(packet?.comment, `x${'ä'.repeat(999)}`);
});
