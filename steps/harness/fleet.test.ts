import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agree, FakeServer, type Peer, type Reaction } from './fake-server.ts';
import { Fleet, type FleetOptions } from './fleet.ts';

const identities = Array.from({ length: 20 }, (_, index) => ({ productKey: 'a1b2c3d4e5f', deviceName: `probe-${index}` }));

const optionsFor = ({ address }: FakeServer, deadline = 60_000): FleetOptions => ({
  host: address.host,
  port: address.port,
  mqttVersion: '3.1.1',
  clientId: ({ deviceName }) => deviceName,
  deadline,
});

/** A server that answers as it is told to: `answer` sends one response. */
const serving =
  (act: (name: string, answer: (change?: (payload: string) => string) => void, peer: Peer) => void): Reaction =>
  (packet, peer) => {
    agree(packet, peer);
    if (packet.cmd !== 'publish') return;
    const name = packet.topic.split('/')[4] ?? '';
    const payload = String(packet.payload).replace(/}$/, ',"serverRecvTime":1,"serverSendTime":2}');
    const answer = (change = (text: string) => text): void =>
      peer.publish(packet.topic.replace(/request$/, 'response'), change(payload));
    act(name, answer, peer);
  };

test('every device of a fleet gets its own single answer, in each round', async () => {
  await using server = await FakeServer.open(serving((_, answer) => answer()));
  await using fleet = await Fleet.gather(identities, optionsFor(server));
  for (let round = 0; round < 3; round += 1) {
    const { asked, answered } = await fleet.askAll();
    assert.deepEqual({ asked, answered }, { asked: 20, answered: 20 });
  }
  const { exchanges } = await fleet.exchange(5, 50);
  assert.ok(exchanges >= 5);
  assert.deepEqual(fleet.faults, []);
});

test('a second answer, another device’s answer and an incomplete one are faults, and no answers', async () => {
  const wrong: Readonly<Record<string, (answer: (change?: (payload: string) => string) => void) => void>> = {
    'probe-3': (answer) => {
      answer();
      answer();
    },
    'probe-7': (answer) => answer((payload) => payload.replace(/\d+/, '17')),
    'probe-9': (answer) => answer((payload) => payload.replace('serverSendTime', 'sent')),
  };
  await using server = await FakeServer.open(serving((name, answer) => (wrong[name] ?? ((right) => right()))(answer)));
  await using fleet = await Fleet.gather(identities, optionsFor(server, 300));
  assert.equal((await fleet.askAll()).answered, 18);
  for (const said of [
    /^probe-3 got a message that it did not wait for/,
    /^probe-7 asked with \d+ and got .*17/,
    /^probe-9 asked with/,
  ])
    assert.ok(
      fleet.faults.some((fault) => said.test(fault)),
      `${said.source} in ${fleet.faults.join('\n')}`,
    );
  assert.ok(fleet.faults.includes('probe-7 was not answered'));
});

test('a device that is not answered, and one that is hung up on, are faults', async () => {
  await using server = await FakeServer.open(
    serving((name, answer, peer) => {
      if (name === 'probe-1') peer.socket.destroy();
      else if (name !== 'probe-2') answer();
    }),
  );
  await using fleet = await Fleet.gather(identities, optionsFor(server, 300));
  assert.equal((await fleet.askAll()).answered, 18);
  assert.deepEqual(fleet.faults.toSorted(), [
    'probe-1 was not answered',
    'probe-1: the server closed the connection',
    'probe-2 was not answered',
  ]);
});

test('a fleet is not gathered where the server lets a device not in', async () => {
  await using server = await FakeServer.open((packet, peer) => {
    if (packet.cmd === 'connect' && packet.clientId === 'probe-4')
      peer.send({ cmd: 'connack', sessionPresent: false, returnCode: 5 });
    else agree(packet, peer);
  });
  await assert.rejects(
    Fleet.gather(identities, optionsFor(server)),
    /probe-4 could not connect: the server refused the connection with code 5/,
  );
});
