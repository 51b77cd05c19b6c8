import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generate, type Packet } from 'mqtt-packet';
import { type Passing, publish, relayed, requestTopic, responseTopic, welcomed } from '../../testing/recorded-traffic.ts';
import { RecordedConnection } from './recorded-connection.ts';

test('what passes is recorded packet by packet, however it is cut into pieces', () => {
  const connection = new RecordedConnection();
  const connect = generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clientId: 'c', clean: true, keepalive: 0 });
  const both = Buffer.concat([connect, generate(publish(requestTopic, '{"deviceSendTime":1}'))]);
  const pieces = [both.subarray(0, 5), both.subarray(5, connect.length + 3), both.subarray(connect.length + 3)];
  const passes = pieces.map((piece) => connection.came('forth', piece));
  assert.deepEqual(
    [...connection.trace].map(({ packet }) => packet.cmd),
    ['connect', 'publish'],
  );
  assert.equal(connection.serverTrace.length, 0);
  for (const pass of passes) pass();
  const [came, passed] = [[...connection.trace], [...connection.serverTrace]];
  assert.equal(passed.length, came.length);
  assert.ok(passed.every(({ atUs }, index) => atUs >= (came[index]?.atUs ?? Number.POSITIVE_INFINITY)));
  assert.equal(connection.connect?.clientId, 'c');
});

test('a subscription counts from when it was asked for, and until it is taken back', () => {
  const { connections } = relayed(welcomed('/ext/ntp/+/probe/response'));
  const [connection] = connections;
  assert.ok(connection);
  assert.equal(connection.subscribedBefore(responseTopic, connection.accepted.atUs - 1), false);
  assert.equal(connection.subscribedBefore(responseTopic, Number.POSITIVE_INFINITY), true);
  assert.deepEqual(connection.ungranted, []);
  const [refused] = relayed([
    ...welcomed(''),
    { client: { cmd: 'subscribe', messageId: 7, subscriptions: [{ topic: '#', qos: 0 }] } as Packet },
    { server: { cmd: 'suback', messageId: 7, granted: [128] } as Packet },
  ]).connections;
  assert.deepEqual(refused?.ungranted, ['#']);
});

test('subscriptions without end are kept like packets: the earliest', () => {
  const subscribe = (index: number): Passing => ({
    client: { cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: `topic/${index}`, qos: 0 }] } as Packet,
  });
  const [connection] = relayed([...welcomed(''), ...Array.from({ length: 3000 }, (_, index) => subscribe(index))]).connections;
  assert.ok(connection);
  assert.equal(connection.dropped > 0, true);
  assert.deepEqual([connection.asked.length, connection.subscriptions.size <= 2000], [1000, true]);
});

test('what is no MQTT is laid to whoever sent it, and the other side is read on', () => {
  const [connection] = relayed([
    ...welcomed(),
    { server: Buffer.from([0x00, 0x00]) },
    { client: publish(requestTopic, '1') },
  ]).connections;
  assert.deepEqual(
    connection?.faults.map(({ by }) => by),
    ['server'],
  );
  assert.equal(connection?.messages('forth').length, 1);
});

test('the side that ends the connection first is told', () => {
  assert.equal(relayed([...welcomed(), { ends: 'far' }, { ends: 'near' }]).connections[0]?.ending?.by, 'server');
  assert.match(relayed([{ ends: 'near' }]).connections[0]?.ending?.reason ?? '', /^the client closed .* without DISCONNECT$/);
});
