import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Packet } from 'mqtt-packet';
import { agree, FakeServer, type Peer, type Reaction } from '../../testing/fake-server.ts';
import { Trace } from '../mqtt/trace.ts';
import { ConnectError, Device, type DeviceConnection, type DeviceOptions } from './device.ts';
import { RawDevice } from './raw-device.ts';

/** Far longer than a test may take: what waits for it hangs. */
const never = 600_000;
const soon = 30;

const optionsFor = (server: FakeServer, own: Partial<DeviceOptions> = {}): DeviceOptions => ({
  address: server.address,
  mqttVersion: '3.1.1',
  clientId: 'test',
  name: 'device',
  trace: new Trace(),
  deadline: never,
  habits: { acknowledges: true },
  ...own,
});

/** As {@link agree}, but for one kind of packet. */
const except =
  (cmd: Packet['cmd'], act: Reaction = () => {}): Reaction =>
  (packet, peer) =>
    (packet.cmd === cmd ? act : agree)(packet, peer);

const malformed = 'HTTP/1.1 400 Bad Request\r\n\r\n';

const kinds: readonly (readonly [string, (options: DeviceOptions) => Promise<DeviceConnection>])[] = [
  ['a device', (options) => Device.connect(options)],
  ['a raw device', (options) => RawDevice.connect(options)],
];

for (const [kind, connect] of kinds) {
  describe(kind, () => {
    for (const mqttVersion of ['3.1.1', '5'] as const) {
      test(`connects, subscribes, publishes and hears in MQTT ${mqttVersion}`, async () => {
        await using server = await FakeServer.open((packet, peer) => {
          agree(packet, peer);
          if (packet.cmd === 'publish') peer.publish('answer', `to ${String(packet.payload)}`);
        });
        const trace = new Trace();
        const device = await connect(optionsFor(server, { mqttVersion, trace }));
        assert.equal(await device.subscribe('answer', 1), 1);
        const at = device.publish('question', '42', 0);
        const [message] = (await device.inbox.until(() => device.inbox.messages.slice(0, 1).find(Boolean), never))
          ? device.inbox.messages
          : [];
        assert.ok(message);
        const { topic, payload, qos, retain, dup } = message;
        assert.deepEqual(
          { topic, payload: String(payload), qos, retain, dup },
          { topic: 'answer', payload: 'to 42', qos: 0, retain: false, dup: false },
        );
        assert.ok(message.atUs >= at);

        const peer = await server.peer();
        await device.close();
        await peer.closed;
        const [first] = peer.packets;
        assert.equal(first?.cmd === 'connect' && first.protocolVersion, mqttVersion === '5' ? 5 : 4);
        assert.deepEqual(
          peer.packets.map(({ cmd }) => cmd),
          ['connect', 'subscribe', 'publish', 'disconnect'],
        );
        assert.deepEqual(
          trace.lines().map((line) => line.split(/\s+/)[3]),
          ['CONNECT', 'CONNACK', 'SUBSCRIBE', 'SUBACK', 'PUBLISH', 'PUBLISH', 'DISCONNECT', 'connection'],
        );
      });

      test(`says with which code an MQTT ${mqttVersion} server refused it, and hangs up itself`, async () => {
        const refusal = except('connect', (_, peer) => {
          peer.send({ cmd: 'connack', sessionPresent: false, returnCode: 5, reasonCode: 135 });
        });
        await using server = await FakeServer.open(refusal);
        await assert.rejects(connect(optionsFor(server, { mqttVersion })), { name: 'ConnectError', message: /refused/ });
        await (await server.peer()).closed;
      });
    }

    test('fails to connect to a server that closes the connection on CONNECT', async () => {
      await using server = await FakeServer.open(except('connect', (_, peer) => peer.socket.end()));
      await assert.rejects(connect(optionsFor(server)), { name: 'ConnectError', message: /clos/ });
    });

    test('fails to connect to a server that resets the connection on CONNECT', async () => {
      await using server = await FakeServer.open(except('connect', (_, peer) => peer.socket.resetAndDestroy()));
      await assert.rejects(connect(optionsFor(server)), { name: 'ConnectError', message: /ECONNRESET/ });
    });

    test('fails to connect to a server that never sends CONNACK, after its deadline, and hangs up', async () => {
      await using server = await FakeServer.open(except('connect'));
      await assert.rejects(connect(optionsFor(server, { deadline: soon })), { name: 'ConnectError', message: /CONNACK/ });
      await (await server.peer()).closed;
    });

    test('fails to connect where nobody listens', async () => {
      const gone = await FakeServer.open();
      const options = optionsFor(gone, { address: gone.address });
      await gone[Symbol.asyncDispose]();
      await assert.rejects(connect(options), { name: 'ConnectError', message: /ECONNREFUSED/, code: 'ECONNREFUSED' });
    });

    test('fails to connect to a server that answers with something else than MQTT, and hangs up', async () => {
      await using server = await FakeServer.open(except('connect', (_, peer) => void peer.socket.write(malformed)));
      await assert.rejects(connect(optionsFor(server)), ConnectError);
      await (await server.peer()).closed;
    });

    test('waits for a SUBACK that never comes once, and not a second time', async () => {
      await using server = await FakeServer.open(except('subscribe'));
      const habits = { acknowledges: true };
      const options = { ...optionsFor(server, { habits }) };
      const first = await connect(options);
      // only now: on a busy machine the CONNACK may take longer than this
      options.deadline = soon;
      assert.equal(await first.subscribe('a', 0), undefined);
      assert.equal(habits.acknowledges, false);
      const second = await connect(optionsFor(server, { habits }));
      assert.equal(await second.subscribe('a', 0), undefined);
      await Promise.all([first.close(), second.close()]);
    });

    test('gives no QoS for a refused subscription, and still waits for the next SUBACK', async () => {
      const refusal = except('subscribe', (packet, peer) => {
        if (packet.cmd !== 'subscribe') return;
        const allowed = packet.subscriptions[0]?.topic === 'allowed';
        peer.send({ cmd: 'suback', messageId: packet.messageId ?? 0, granted: [allowed ? 2 : 128] });
      });
      await using server = await FakeServer.open(refusal);
      const device = await connect(optionsFor(server));
      assert.equal(await device.subscribe('forbidden', 0), undefined);
      assert.equal(await device.subscribe('allowed', 2), 2);
      await device.close();
    });

    test('gives up a subscription at once when the server closes the connection, and draws no conclusion from it', async () => {
      await using server = await FakeServer.open(except('subscribe', (_, peer) => peer.socket.end()));
      const habits = { acknowledges: true };
      const device = await connect(optionsFor(server, { habits }));
      assert.equal(await device.subscribe('a', 0), undefined);
      assert.equal(await device.subscribe('b', 0), undefined);
      assert.deepEqual(habits, { acknowledges: true });
      assert.notEqual(device.inbox.closed, undefined);
      await device.close();
    });

    test('ends a connection on which the server sent malformed MQTT', async () => {
      await using server = await FakeServer.open();
      const trace = new Trace();
      const device = await connect(optionsFor(server, { trace }));
      const peer = await server.peer();
      peer.socket.write(malformed);
      await device.inbox.until(() => undefined, never);
      assert.match(device.inbox.closed ?? '', /malformed|invalid/i);
      await peer.closed;
      await device.close();
      assert.equal(trace.lines().filter((line) => line.includes('·')).length, 1, 'one note says why');
    });

    test('closes although the server never acknowledges what it published at QoS 1 and 2', async () => {
      await using server = await FakeServer.open();
      const device = await connect(optionsFor(server));
      device.publish('a', 'x', 1);
      device.publish('b', Uint8Array.of(0, 255), 2);
      await device.close();
      const peer = await server.peer();
      await peer.closed;
      assert.deepEqual(
        peer.packets.flatMap((packet) =>
          packet.cmd === 'publish' ? [[packet.qos, Buffer.from(packet.payload).toString('hex')]] : [],
        ),
        [
          [1, '78'],
          [2, '00ff'],
        ],
      );
    });

    test('closes although the server keeps its end open', async () => {
      await using server = await FakeServer.open(agree, { allowHalfOpen: true });
      const device = await connect(optionsFor(server));
      await device.close();
      await device.close();
      assert.notEqual(device.inbox.closed, undefined);
    });

    test('closes although the server closed first', async () => {
      await using server = await FakeServer.open();
      const device = await connect(optionsFor(server));
      (await server.peer()).socket.end();
      await device.inbox.until(() => undefined, never);
      assert.equal(device.inbox.closed, 'connection closed');
      await device.close();
    });

    test('hears flags as they came', async () => {
      await using server = await FakeServer.open();
      const device = await connect(optionsFor(server));
      const peer = await server.peer();
      peer.send({ cmd: 'publish', topic: 'a', payload: 'x', qos: 1, messageId: 7, retain: true, dup: true });
      await device.inbox.until(() => device.inbox.messages[0], never);
      const { qos, retain, dup } = device.inbox.messages[0] ?? {};
      assert.deepEqual({ qos, retain, dup }, { qos: 1, retain: true, dup: true });
      await device.close();
      await peer.closed;
      assert.equal(acknowledged(peer), true);
    });
  });
}

test('a raw device that is to acknowledge nothing leaves a message unacknowledged', async () => {
  await using server = await FakeServer.open();
  const device = await RawDevice.connect({ ...optionsFor(server), acknowledges: false });
  const peer = await server.peer();
  peer.send({ cmd: 'publish', topic: 'a', payload: 'x', qos: 1, messageId: 7, retain: false, dup: false });
  await device.inbox.until(() => device.inbox.messages[0], never);
  await device.close();
  await peer.closed;
  assert.equal(acknowledged(peer), false);
});

const acknowledged = ({ packets }: Peer): boolean => packets.some(({ cmd }) => cmd === 'puback');
