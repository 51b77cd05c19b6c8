import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MalformedPacket } from './malformed-packet.ts';
import { PacketReader } from './packet-reader.ts';
import { packetLimit } from './receive-limits.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const ping = 'd000';

/** What is read of some bytes, in words. */
function read(reader: PacketReader, text: string): string[] {
  return [...reader.read(hex(text))].map(({ packet, bytes }) => `${packet.cmd} ${bytes.toString('hex')}`);
}

describe('a reader of packets', () => {
  test('gives each packet with its own bytes, however the stream is cut', () => {
    const reader = new PacketReader({ limits: packetLimit(1000), protocolVersion: 4 });
    assert.deepEqual(read(reader, `${ping} 20 02 00`), ['pingresp d000']);
    assert.equal(reader.unfinished, 3);
    assert.deepEqual(read(reader, `00 ${ping}`), ['connack 20020000', 'pingresp d000']);
    assert.equal(reader.unfinished, 0);
  });

  test('says when the first byte came of a packet that comes in pieces', () => {
    const reader = new PacketReader({ limits: packetLimit(1000), protocolVersion: 4 });
    const whole = [...reader.read(hex(`${ping} 20`))];
    const end = performance.now() + 2;
    while (performance.now() < end);
    const pieces = [...reader.read(hex(`02 00 00 ${ping}`))];
    assert.deepEqual(
      [...whole, ...pieces].map(({ atUs, beganUs }) => (beganUs === undefined ? undefined : atUs - beganUs >= 2000)),
      [undefined, true, undefined],
    );
  });

  const malformed: readonly (readonly [string, 4 | 5, string, RegExp])[] = [
    ['a CONNACK without a code', 4, '20 00', /without a code/],
    ['a CONNACK without a code, whose length is written in two bytes', 4, '20 81 00 00', /without a code/],
    ['a CONNACK whose code is the begin of the next packet', 5, '20 01 00 00 00', /without a code/],
    ['a packet type that there is none of', 4, '00 00', /first byte 0x00/],
    ['flags that the packet type has not', 4, '21 02 00 00', /first byte 0x21/],
    ['both QoS bits', 4, '36', /both QoS bits/],
    ['a topic that is longer than its packet', 4, `30 03 00 09 61 ${ping}`, /topic/],
    ['a remaining length of five bytes', 4, '30 ff ff ff ff 01', /more than four bytes/],
    ['MQTT 5 properties that run into the payload', 5, '30 0a 0001 61 03 26 0001 61 00 00', /properties do not end/],
    ['a packet that is too long', 4, '30 ff 7f', /at most 1000/],
  ];
  for (const [name, version, bytes, says] of malformed) {
    test(`takes ${name} for malformed, and nothing that follows it`, () => {
      const reader = new PacketReader({ limits: packetLimit(1000), protocolVersion: version });
      // one byte alone shows nothing yet: the shortest packet has two
      assert.throws(
        () => read(reader, `${bytes} ${ping}`),
        (error) => error instanceof MalformedPacket && says.test(error.message),
      );
      assert.deepEqual(read(reader, ping), []);
    });
  }
});
