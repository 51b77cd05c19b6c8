import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, test } from 'node:test';
import { agree, FakeServer } from '../../testing/fake-server.ts';
import { Trace } from '../mqtt/trace.ts';
import { RawDevice } from './raw-device.ts';

// What it has in common with the other device is tested in device.test.ts.

const connect = (server: FakeServer, trace = new Trace()): Promise<RawDevice> =>
  RawDevice.connect({
    address: server.address,
    mqttVersion: '3.1.1',
    clientId: 'test',
    name: 'device',
    trace,
    deadline: 600_000,
    habits: { acknowledges: true },
  });

describe('a raw device', { timeout: 20_000 }, () => {
  test('sends a packet as it stands, and nothing by itself', async () => {
    await using server = await FakeServer.open((packet, peer) => {
      agree(packet, peer);
      if (packet.cmd === 'publish') peer.send({ cmd: 'pubrec', messageId: packet.messageId ?? 0 });
    });
    const device = await connect(server);
    device.publish('a', 'x', 2);
    device.send({ cmd: 'publish', topic: 'b', payload: 'y', qos: 0, retain: true, dup: true });
    device.send({ cmd: 'pingreq' });
    const peer = await server.peer();
    await peer.received('pingreq');
    assert.deepEqual(
      peer.packets.map(({ cmd }) => cmd),
      ['connect', 'publish', 'publish', 'pingreq'],
      'no PUBREL for the PUBREC',
    );
    const [, , odd] = peer.packets;
    assert.deepEqual(odd?.cmd === 'publish' && [odd.retain, odd.dup], [true, true]);
    await device.close();
  });

  test('has ended when the server has closed its side, which then has room for another connection', async () => {
    let open = true;
    const end = (socket: Socket): void => {
      open = false;
      socket.end();
    };
    await using server = await FakeServer.open(
      (packet, peer) => (packet.cmd === 'disconnect' ? setTimeout(end, 50, peer.socket) : agree(packet, peer)),
      { allowHalfOpen: true },
    );
    const device = await connect(server);
    await device.close();
    assert.equal(open, false);
  });

  test('cuts the connection without a DISCONNECT, and says so on the trace', async () => {
    await using server = await FakeServer.open();
    const trace = new Trace();
    const device = await connect(server, trace);
    device.cut();
    const peer = await server.peer();
    await peer.closed;
    assert.deepEqual(
      peer.packets.map(({ cmd }) => cmd),
      ['connect'],
    );
    assert.equal(device.inbox.closed, 'cut by the device');
    assert.match(trace.lines().at(-1) ?? '', /· cut by the device$/);
  });

  test('sends nothing more on a connection that is gone, and does not throw', async () => {
    await using server = await FakeServer.open();
    const device = await connect(server);
    const { socket } = await server.peer();
    socket.end();
    await device.inbox.until(() => undefined, 600_000);
    device.publish('a', 'x', 0);
    assert.equal(await device.subscribe('a', 0), undefined);
    if (!socket.closed) await once(socket, 'close');
    assert.equal(server.peers[0]?.packets.length, 1);
  });
});
