import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agree, FakeServer, type Peer, type Reaction } from '../../testing/fake-server.ts';
import { MadeCertificates } from '../../testing/made-certificates.ts';
import { nowUs } from '../time/now.ts';
import { Fleet, NotLetIn } from './fleet.ts';
import type { FleetOptions } from './light-device.ts';

const identities = Array.from({ length: 20 }, (_, index) => ({ productKey: 'a1b2c3d4e5f', deviceName: `probe-${index}` }));

const optionsFor = ({ address }: FakeServer, deadline = 60_000): FleetOptions => ({
  address,
  mqttVersion: '3.1.1',
  credentials: ({ deviceName }) => ({ clientId: deviceName, username: `${deviceName}&a1b2c3d4e5f`, password: 'opens' }),
  deadline,
});

async function askAll(fleet: Fleet): Promise<void> {
  const now = nowUs();
  for (let device = 0; device < fleet.size; device += 1) fleet.ask(device, now);
  await fleet.settle();
}

type Answer = (change?: (payload: string) => string, topic?: string) => void;

/** A server that answers as it is told to: `answer` sends one response. */
const serving =
  (act: (name: string, answer: Answer, peer: Peer) => void): Reaction =>
  (packet, peer) => {
    agree(packet, peer);
    if (packet.cmd !== 'publish') return;
    const name = packet.topic.split('/')[4] ?? '';
    const payload = String(packet.payload).replace(/}$/, ',"serverRecvTime":1,"serverSendTime":2}');
    const own = packet.topic.replace(/request$/, 'response');
    act(name, (change = (text) => text, topic = own) => peer.publish(topic, change(payload)), peer);
  };

const none = { unsent: 0, lost: 0, doubled: 0, foreign: 0, unfit: 0, disconnected: 0 };

test('every device of a fleet gets its own single answer, each time, and the moment when it was to ask is told with it', async () => {
  const passwords = new Set<string>();
  const answering = serving((_, answer) => answer());
  await using server = await FakeServer.open((packet, peer) => {
    if (packet.cmd === 'connect') passwords.add(String(packet.password));
    answering(packet, peer);
  });
  await using fleet = await Fleet.gather(identities, optionsFor(server));
  assert.equal(fleet.connected, 20);
  const dues: number[] = [];
  fleet.onAnswer = ({ due, sent, at }) => {
    assert.ok(at >= sent && sent >= due);
    dues.push(due);
  };
  for (let round = 0; round < 3; round += 1) await askAll(fleet);
  // A device may ask again before it is answered.
  for (const due of [1, 2, 3]) fleet.ask(4, due);
  await fleet.settle();
  assert.deepEqual(fleet.counts, { asked: 63, answered: 63, ...none });
  assert.deepEqual(dues.slice(-3), [1, 2, 3]);
  assert.deepEqual(fleet.faults, []);
  assert.deepEqual([...passwords], ['opens']);
});

test('a second answer, another device’s answer and an incomplete one are told apart, and are no answers', async () => {
  const first = new Map<string, string>();
  const wrong: Readonly<Record<string, (answer: Answer) => void>> = {
    'probe-3': (answer) => {
      answer();
      answer();
    },
    'probe-7': (answer) => answer((payload) => payload.replace(/\d+/, first.get('probe-6') ?? '')),
    'probe-8': (answer) => answer((payload) => payload, '/ext/ntp/a1b2c3d4e5f/probe-1/response'),
    'probe-9': (answer) => answer((payload) => payload.replace('serverSendTime', 'sent')),
    'probe-10': (answer) => answer((payload) => payload.replace(/\d+/, '17')),
  };
  await using server = await FakeServer.open(
    serving((name, answer) => {
      const noting: Answer = (change = (text) => text, topic) =>
        answer((payload) => {
          first.set(name, /\d+/.exec(payload)?.[0] ?? '');
          return change(payload);
        }, topic);
      (wrong[name] ?? ((right) => right()))(noting);
    }),
  );
  await using fleet = await Fleet.gather(identities, optionsFor(server, 1_500));
  await askAll(fleet);
  assert.deepEqual(fleet.counts, {
    asked: 20,
    unsent: 0,
    answered: 16,
    lost: 4,
    doubled: 1,
    foreign: 2,
    unfit: 2,
    disconnected: 0,
  });
  for (const said of [
    /^probe-3 got .* a duplicate answer/,
    /^probe-7 got .* an answer to a request of another device/,
    /^probe-8 got .* on \/ext\/ntp\/a1b2c3d4e5f\/probe-1\/response/,
    /^probe-9 got .* which is not a valid answer/,
    /^probe-10 got .*17.* an answer to a request that no device has sent/,
    /^probe-9 was not answered$/,
  ])
    assert.ok(
      fleet.faults.some((fault) => said.test(fault)),
      `${said.source} in ${fleet.faults.join('\n')}`,
    );
});

test('a request is lost without an answer or when its connection ends, and is not sent after that', async () => {
  await using server = await FakeServer.open(
    serving((name, answer, peer) => {
      if (name === 'probe-1') peer.socket.destroy();
      else if (name !== 'probe-2') answer();
    }),
  );
  await using fleet = await Fleet.gather(identities, optionsFor(server, 1_500));
  await askAll(fleet);
  assert.equal(fleet.connected, 19);
  assert.equal(fleet.ask(1, nowUs()), false);
  assert.deepEqual(fleet.counts, { ...none, asked: 20, unsent: 1, answered: 18, lost: 2, disconnected: 1 });
  assert.deepEqual(fleet.faults, ['probe-1: the server closed the connection', 'probe-2 was not answered']);
  assert.deepEqual(
    [0, 1, 2].map((device) => fleet.isReady(device)),
    [true, false, false],
  );
});

test('a fleet that is told to give up while it waits leaves open what is open', async () => {
  const giveUp = new AbortController();
  await using server = await FakeServer.open(serving(() => giveUp.abort()));
  await using fleet = await Fleet.gather(identities, optionsFor(server));
  fleet.ask(0, nowUs());
  await fleet.settle(giveUp.signal);
  assert.deepEqual([fleet.open, fleet.counts.lost], [1, 0]);
});

test('a fleet that is told to give up while it gathers is a smaller one', async () => {
  const giveUp = new AbortController();
  await using server = await FakeServer.open((packet, peer) => {
    if (packet.cmd === 'connect' && packet.clientId === 'probe-4') giveUp.abort();
    else agree(packet, peer);
  });
  await using fleet = await Fleet.gather(identities, optionsFor(server), giveUp.signal);
  assert.ok(fleet.connected < 20);
});

test('a fleet is gathered over TLS', async () => {
  using certificates = new MadeCertificates();
  const { pem } = certificates.authority('server', 'IP:127.0.0.1');
  await using server = await FakeServer.open(
    serving((_, answer) => answer()),
    { tls: pem },
  );
  const options = optionsFor(server);
  const tls = { selfSigned: false, serverName: '', bears: '127.0.0.1', ca: pem.cert };
  await using fleet = await Fleet.gather(identities, { ...options, address: { ...options.address, tls } });
  await askAll(fleet);
  assert.deepEqual(fleet.counts, { asked: 20, answered: 20, ...none });
});

test('a fleet is not gathered where the server lets a device not in', async () => {
  await using server = await FakeServer.open((packet, peer) => {
    if (packet.cmd === 'connect' && packet.clientId === 'probe-4')
      peer.send({ cmd: 'connack', sessionPresent: false, returnCode: 5 });
    else agree(packet, peer);
  });
  await assert.rejects(
    Fleet.gather(identities, optionsFor(server)),
    /^NotLetIn: 19 of 20 devices connected, 1 could not\. probe-4: the server refused the connection with code 5$/,
  );
});

test('a fleet that the server does not take whole says how many devices it took', async () => {
  let taken = 0;
  await using server = await FakeServer.open((packet, peer) => {
    if (packet.cmd === 'connect' && ++taken > 100) peer.send({ cmd: 'connack', sessionPresent: false, returnCode: 3 });
    else agree(packet, peer);
  });
  const many = Array.from({ length: 150 }, (_, index) => ({ productKey: 'a1b2c3d4e5f', deviceName: `probe-${index}` }));
  await assert.rejects(Fleet.gather(many, optionsFor(server)), (error) => {
    assert.ok(error instanceof NotLetIn, String(error));
    assert.match(
      error.message,
      /^100 of 150 devices connected, \d+ could not(, \d+ did not try)?\. probe-1\d\d: the server refused/,
    );
    assert.equal(error.connected, 100);
    return true;
  });
});
