import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generate, type Packet } from 'mqtt-packet';
import { concealPacket } from './concealed-packet.ts';
import { PacketReader } from './packet-reader.ts';
import { packetLimit } from './receive-limits.ts';

const read = (bytes: Buffer, protocolVersion: 4 | 5 = 4): Packet => {
  const [frame] = new PacketReader({ limits: packetLimit(100_000), protocolVersion }).read(bytes);
  if (frame === undefined) throw new Error('no packet');
  return frame.packet;
};

/** The packet that is left of one. */
function concealed(packet: Packet, secrets: readonly string[], version: 4 | 5 = 4): Packet {
  const bytes = generate(packet, { protocolVersion: version });
  const shown = concealPacket({ packet: read(bytes, version), bytes }, secrets, version);
  assert.ok(shown !== undefined && shown !== bytes);
  return read(shown, version);
}

const connect = { cmd: 'connect', clientId: 'id.tok-1234', username: 'dev&pk', password: Buffer.from('any') } as const;

test('the password of a CONNECT is hidden whatever it is, and secrets in its other members', () => {
  const version4 = concealed({ ...connect, protocolId: 'MQTT', protocolVersion: 4 } as Packet, ['tok-1234']);
  assert.ok(version4.cmd === 'connect');
  assert.deepEqual([version4.clientId, version4.username, String(version4.password)], ['id.(secret)', 'dev&pk', '(secret)']);
  const properties = { authenticationMethod: 'x', authenticationData: Buffer.from('any'), userProperties: { a: 'tok-1234' } };
  const version5 = concealed({ ...connect, protocolId: 'MQTT', protocolVersion: 5, properties } as Packet, ['tok-1234'], 5);
  assert.ok(version5.cmd === 'connect');
  assert.equal(String(version5.properties?.authenticationData), '(secret)');
  assert.deepEqual({ ...version5.properties?.userProperties }, { a: '(secret)' });
});

test('a PUBLISH loses secrets in its payload and topic, and its payload keeps the rest', () => {
  const publish = { cmd: 'publish', topic: '/a/s3cret', qos: 1, messageId: 7, dup: false, retain: true } as const;
  const packet = concealed({ ...publish, payload: Buffer.from('{"a":"s3cret","b":1}') }, ['s3cret']);
  assert.ok(packet.cmd === 'publish');
  assert.deepEqual([packet.topic, String(packet.payload)], ['/a/(secret)', '{"a":"(secret)","b":1}']);
  assert.deepEqual([packet.qos, packet.messageId, packet.retain], [1, 7, true]);
});

test('a packet without secrets stays as it came, byte by byte', () => {
  const payload = Buffer.from([0xff, 0xfe, 0, 1]);
  const bytes = generate({ cmd: 'publish', topic: 'a', qos: 0, dup: false, retain: false, payload });
  assert.equal(concealPacket({ packet: read(bytes), bytes }, ['s3cret'], 4), bytes);
});

test('a packet that cannot be encoded again is left out', () => {
  const packet = { ...connect, protocolId: 'MQTT', protocolVersion: 4, username: undefined } as unknown as Packet;
  assert.equal(concealPacket({ packet, bytes: Buffer.from('any') }, [], 4), undefined);
});
