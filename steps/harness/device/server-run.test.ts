import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { agree, FakeServer, type Reaction } from '../../testing/fake-server.ts';
import type { StartedTarget, Target } from '../implementation/target.ts';
import { ServerRun } from './server-run.ts';

const identity = { productKey: 'a1PkTest01', deviceName: 'dev01' };

/** As {@link agree}, and answers requests. */
const serve: Reaction = (packet, peer) => {
  agree(packet, peer);
  if (packet.cmd === 'publish')
    peer.publish(
      packet.topic.replace(/request$/, 'response'),
      String(packet.payload).replace('}', ',"serverRecvTime":1,"serverSendTime":1}'),
    );
};

/** What the suite would have started: an address, with what a test changes. */
function started(server: FakeServer | undefined, own: Partial<Target> = {}): StartedTarget {
  const { host, port } = server?.address ?? { host: '127.0.0.1', port: 1 };
  const unable = () => Promise.reject(new Error('not started by the suite'));
  return {
    target: {
      file: 'target.yaml',
      name: 'fake server',
      role: 'server',
      start: { kind: 'address', protocol: 'mqtt', host, port },
      ready: { port: true, withinMs: 1000 },
      devices: [identity],
      onlyThese: false,
      clientId: '{productKey}.{deviceName}|x|',
      responseDeadlineMs: 600_000,
      clockToleranceMs: 5000,
      sharedClock: true,
      mqttVersion: '3.1.1',
      capabilities: new Set(),
      sync: { kind: 'start' },
      timestampTypes: ['long'],
      withinMs: 1000,
      secrets: [],
      ...own,
    },
    host,
    port,
    output: () => [],
    ended: () => undefined,
    end: new Promise(() => {}),
    write: unable,
    signal: unable,
    exec: unable,
    stop: async () => {},
  };
}

describe('a server run', { timeout: 20_000 }, () => {
  test('connects a device under the client id of the target file, and closes it when the scenario ends', async () => {
    await using server = await FakeServer.open(serve);
    const run = new ServerRun(started(server));
    run.begin('here');
    for (const raw of [false, true]) {
      const device = await run.device(identity, { raw });
      assert.notEqual(await device.askAndWait(), undefined);
    }
    await run.end();
    await Promise.all(server.peers.map(({ closed }) => closed));
    const ids = server.peers.map(({ packets: [first] }) => first?.cmd === 'connect' && first.clientId);
    assert.deepEqual(ids, ['a1PkTest01.dev01|x|', 'a1PkTest01.dev01|x|']);
  });

  test('shows a link only to the device that asks for it, and closes it when the scenario ends', async () => {
    await using server = await FakeServer.open(serve);
    const run = new ServerRun(started(server));
    run.begin('here');
    const link = await run.link({ forth: 3, back: 4 });
    const [direct, linked] = [await run.device(identity), await run.device(identity, { link, name: 'linked device' })];
    const exchange = await linked.askAndWait();
    assert.ok(exchange && exchange.response.message.atUs - exchange.request.message.atUs >= 5000);
    link.reset();
    await direct.askAndWait();
    await run.end();
    await Promise.all(server.peers.map(({ closed }) => closed));
  });

  test('keeps a device that stays until the run ends, and hears it out with a last fence', async () => {
    await using server = await FakeServer.open(serve);
    const run = new ServerRun(started(server));
    run.begin('here');
    const device = await run.device(identity, { staysMs: 0 });
    await device.subscribe(device.responseTopic);
    await run.end();
    assert.equal(device.closed, undefined);
    const [peer] = server.peers;
    peer?.publish(device.responseTopic, '{"deviceSendTime":1}');
    await run.close();
    assert.equal(device.responses.length, 2);
    await peer?.closed;
  });

  test('ends all that a scenario opened, even when one end fails, and tells the failure', async () => {
    await using server = await FakeServer.open(serve);
    const clock = {
      set: () => {},
      follow: () => {
        throw new Error('the clock is stuck');
      },
    };
    const run = new ServerRun(started(server), clock);
    run.begin('here');
    await run.device(identity);
    run.atEnd(() => clock.follow());
    await run.device(identity, { raw: true });
    await assert.rejects(run.end(), /the clock is stuck/);
    await Promise.all(server.peers.map(({ closed }) => closed));
    await run.end();
  });

  test('forgets the packets of the scenario before', () => {
    const run = new ServerRun(started(undefined));
    run.note('device', 'something');
    assert.equal(run.trace.lines().length, 1);
    run.begin('next');
    assert.deepEqual(run.trace.lines(), []);
  });

  test('knows other devices than those of the target file unless that says that there are none', () => {
    const secret = { productKey: 'a1PkTest01', deviceName: 'dev02', deviceSecret: 's' };
    const other = { productKey: 'a1Other', deviceName: 'dev01' };
    const [open, closed] = [false, true].map((onlyThese) => new ServerRun(started(undefined, { onlyThese })));
    assert.deepEqual(open?.devices.known(other), other);
    assert.deepEqual(open?.devices.sibling, { productKey: 'a1PkTest01', deviceName: 'probe-2' });
    assert.equal(closed?.devices.known(other), undefined);
    assert.equal(closed?.devices.sibling, undefined);
    assert.deepEqual(closed?.devices.known(identity), identity);

    const two = new ServerRun(started(undefined, { devices: [identity, other, secret], onlyThese: true }));
    assert.deepEqual(two.identity, identity);
    assert.deepEqual(two.devices.sibling, secret, 'of the same product');
    assert.deepEqual(two.devices.known({ productKey: 'a1PkTest01', deviceName: 'dev02' }), secret, 'with its secret');
  });
});
