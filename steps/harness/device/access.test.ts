import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { agree, FakeServer, type Reaction } from '../../testing/fake-server.ts';
import { Trace } from '../mqtt/trace.ts';
import { ForeignDevice } from './foreign-device.ts';
import { RawDevice } from './raw-device.ts';
import { RequestLedger } from './request-ledger.ts';
import { connectUnauthenticated, type UnauthenticatedOptions } from './unauthenticated-device.ts';

const topic = '/ext/ntp/a1PkTest01/dev01';

const options = (server: FakeServer, more: Partial<UnauthenticatedOptions> = {}): UnauthenticatedOptions => ({
  address: server.address,
  mqttVersion: '3.1.1',
  clientId: 'test',
  username: 'dev01',
  password: 'wrong',
  name: 'stranger',
  trace: new Trace(),
  deadline: 5_000,
  habits: { acknowledges: true },
  identity: { productKey: 'a1PkTest01', deviceName: 'dev01' },
  digits: '1',
  hasty: false,
  ...more,
});

const refuse: Reaction = (packet, peer) => {
  if (packet.cmd === 'connect') peer.send({ cmd: 'connack', sessionPresent: false, returnCode: 5, reasonCode: 135 });
};

const serve: Reaction = (packet, peer) => {
  agree(packet, peer);
  if (packet.cmd === 'publish') peer.publish(`${topic}/response`, '{"serverRecvTime":1,"serverSendTime":1}');
};

describe('a stranger', { timeout: 20_000 }, () => {
  test('shows its credentials, and asks for nothing once it is refused', async () => {
    for (const mqttVersion of ['3.1.1', '5'] as const) {
      await using server = await FakeServer.open(refuse);
      const reception = await connectUnauthenticated(options(server, { mqttVersion }));
      assert.deepEqual([reception.accepted, reception.response], [false, undefined]);
      assert.equal(reception.how, `connection refused, code ${mqttVersion === '5' ? 135 : 5}`);
      const { packets } = await server.peer();
      assert.deepEqual(
        packets.map((packet) => (packet.cmd === 'connect' ? [packet.username, packet.password?.toString()] : packet.cmd)),
        [['dev01', 'wrong']],
      );
    }
  });

  test('that is let in is served, or is not, or is thrown out', async () => {
    await using generous = await FakeServer.open(serve);
    const served = await connectUnauthenticated(options(generous));
    assert.equal(served.response?.topic, `${topic}/response`);
    await using silent = await FakeServer.open(agree);
    const left = await connectUnauthenticated(options(silent, { deadline: 1_000 }));
    assert.deepEqual([left.accepted, left.open, left.response], [true, true, undefined]);
    await using late = await FakeServer.open((packet, peer) => {
      agree(packet, peer);
      if (packet.cmd === 'publish') peer.socket.end();
    });
    const thrown = await connectUnauthenticated(options(late));
    assert.deepEqual([thrown.accepted, thrown.open, thrown.response], [true, false, undefined]);
    assert.equal(thrown.how, 'CONNACK accepted it, then: connection closed');
  });

  test('in a hurry asks before it is accepted, and hears a server that answers although it refuses', async () => {
    await using server = await FakeServer.open((packet, peer) => (packet.cmd === 'connect' ? refuse : serve)(packet, peer));
    const reception = await connectUnauthenticated(options(server, { hasty: true }));
    assert.deepEqual([reception.accepted, reception.response?.topic], [false, `${topic}/response`]);
    await using closing = await FakeServer.open((_, peer) => peer.socket.end());
    const refused = await connectUnauthenticated(options(closing, { hasty: true }));
    assert.deepEqual([refused.accepted, refused.open, refused.response], [false, false, undefined]);
  });
});

describe('a foreign device', { timeout: 20_000 }, () => {
  const identity = { productKey: 'a1PkTest01', deviceName: 'dev01' };
  const playForeignDevice = async (
    server: FakeServer,
    ledger = new RequestLedger(),
    deadline = 5_000,
  ): Promise<ForeignDevice> => {
    const connection = await RawDevice.connect(options(server, { deadline }));
    return new ForeignDevice({ identity, connection, ledger, deadline, habits: { acknowledges: true } });
  };

  test('has heard all that there was when its fence is over', async () => {
    await using server = await FakeServer.open((packet, peer) => {
      agree(packet, peer);
      if (packet.cmd !== 'publish') return;
      peer.publish('/ext/ntp/a1PkTest01/dev02/response', 'foreign');
      peer.publish(`${topic}/response`, String(packet.payload));
      peer.publish(`${topic}/response`, String(packet.payload));
    });
    const ledger = new RequestLedger();
    const foreignDevice = await playForeignDevice(server, ledger);
    await foreignDevice.listen('#');
    await foreignDevice.fence();
    assert.equal(foreignDevice.received('/ext/ntp/a1PkTest01/dev02/response').length, 1);
    assert.deepEqual(ledger.run.lateMistakes, [], 'a message for each of its filters is no second answer');
  });

  test('is not held up by a server that closes its connection, nor for ever by one that no longer answers', async () => {
    await using strict = await FakeServer.open((packet, peer) => {
      if (packet.cmd === 'subscribe') peer.socket.end();
      else agree(packet, peer);
    });
    const thrown = await playForeignDevice(strict);
    await thrown.listen('#');
    await thrown.fence();
    await using deaf = await FakeServer.open((packet, peer) => {
      if (packet.cmd === 'connect') agree(packet, peer);
    });
    const ignored = await playForeignDevice(deaf, new RequestLedger(), 50);
    await ignored.fence();
    assert.deepEqual(ignored.received(`${topic}/response`), []);
  });

  test('leaves a connection that was refused what it asked for, and no other', async () => {
    await using server = await FakeServer.open((packet, peer) => {
      if (packet.cmd !== 'subscribe') agree(packet, peer);
      else
        peer.send({
          cmd: 'suback',
          messageId: packet.messageId ?? 0,
          granted: packet.subscriptions.map(({ topic: filter }) => (filter === '#' ? 128 : 0)),
        });
    });
    const device = await playForeignDevice(server);
    await device.listen('#');
    assert.notEqual(await device.leave(), undefined);
    await device.listen('+/response');
    assert.equal(await device.leave(), undefined);
  });
});
