import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agree, FakeServer, type Peer } from '../../testing/fake-server.ts';
import { Trace } from '../mqtt/trace.ts';
import type { Habits } from './device.ts';
import { RawDevice } from './raw-device.ts';

/** What the suite learns of a server that sends this on a subscription, and how much of it is recorded. */
async function learnt(send: (peer: Peer) => void): Promise<{ habits: Habits; exceeded: string[]; recorded: number }> {
  await using server = await FakeServer.open((packet, peer) => {
    agree(packet, peer);
    if (packet.cmd === 'subscribe') send(peer);
  });
  const exceeded: string[] = [];
  const habits: Habits = { acknowledges: true };
  const trace = new Trace();
  const common = {
    address: server.address,
    mqttVersion: '3.1.1',
    name: 'device',
    trace,
    clientId: 'dev01',
    habits,
    exceeded: (what: string) => exceeded.push(what),
  } as const;
  const device = await RawDevice.connect({ ...common, deadline: 600_000 });
  await device.subscribe('/ext/ntp/a1PkTest01/dev01/response', 0);
  await device.inbox.until(() => device.inbox.messages.find(({ topic }) => topic === 'end'), 10_000);
  await device.close();
  return { habits, exceeded, recorded: trace.length };
}

test('a packet that is too long for the suite is no fault of the server', async () => {
  const { habits, exceeded } = await learnt(({ socket }) => socket.write(Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f])));
  assert.match(exceeded.join(), /announces 268435455 bytes/);
  assert.equal(habits.excessive, undefined);
});

test('a flood is', async () => {
  const { habits, exceeded } = await learnt(({ socket }) => socket.write(Buffer.alloc(200_000, Buffer.from([0xd0, 0]))));
  assert.deepEqual([habits.excessive, exceeded], [true, []]);
});

test('of the messages of other services a few are recorded', async () => {
  const { recorded } = await learnt((peer) => {
    for (let n = 0; n < 500; n += 1) peer.publish('/sys/a1PkTest01/dev01/thing', '{}');
    peer.publish('end', '');
  });
  assert.ok(recorded > 100 && recorded < 120, String(recorded));
});
