import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PacketStream } from './packet-stream.ts';

test('what is written between cork and uncork leaves in one piece', () => {
  const pieces: Buffer[] = [];
  const nothing = (): void => {};
  const stream = new PacketStream({ write: (bytes) => pieces.push(bytes), pause: nothing, resume: nothing, end: nothing });
  stream.cork();
  for (const byte of [0x82, 5, 0, 1, 0]) stream.write(Buffer.from([byte]));
  stream.uncork();
  assert.deepEqual(pieces, [Buffer.from([0x82, 5, 0, 1, 0])]);
  stream.destroy();
});
