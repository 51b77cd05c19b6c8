import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { agree, FakeServer, type Reaction } from '../../testing/fake-server.ts';
import { FakeWorld } from '../../testing/fake-world.ts';
import { ServerRun } from './server-run.ts';

const identity = { productKey: 'pk', deviceName: 'dn' };

const serve: Reaction = (packet, peer) => {
  agree(packet, peer);
  if (packet.cmd === 'publish')
    peer.publish(
      packet.topic.replace(/request$/, 'response'),
      String(packet.payload).replace('}', ',"serverRecvTime":1,"serverSendTime":1}'),
    );
};

/** A run in front of a fake server. */
function runAt({ address: { host, port } }: FakeServer, { responseDeadlineMs = 5_000 } = {}): ServerRun {
  const start = { kind: 'address', protocol: 'mqtt', host, port } as const;
  const { started } = new FakeWorld('server-answers-request', { target: { start, responseDeadlineMs } }).serverRun;
  return new ServerRun({ ...started, host, port });
}

/** A scenario in which a device listens, does something, and leaves. */
async function scenario(run: ServerRun, place: string, act?: (device: Awaited<ReturnType<ServerRun['device']>>) => unknown) {
  run.begin(place);
  const device = await run.device(identity, { lasting: true });
  await device.subscribe(device.responseTopic);
  await act?.(device);
  await run.end();
  return device;
}

describe('the connection of a device', { timeout: 20_000 }, () => {
  test('serves the next scenario, which shows how it was opened, before its own packets', async () => {
    await using server = await FakeServer.open(serve);
    const run = runAt(server);
    assert.equal((await scenario(run, 'one', (device) => device.askAndWait())).reused, false);
    let lines: string[] = [];
    const again = await scenario(run, 'two', async (device) => {
      await device.askAndWait();
      lines = run.trace.lines();
    });
    assert.equal(again.reused, true);
    assert.equal(server.peers.length, 1);
    assert.deepEqual(
      lines.map((line) => /[→←] ([A-Z]+)/.exec(line)?.[1]),
      ['CONNECT', 'CONNACK', 'SUBSCRIBE', 'SUBACK', 'PUBLISH', 'PUBLISH'],
    );
    assert.match(lines[0] ?? '', /^-/);
    assert.match(lines[4] ?? '', /^\+0\.000000 s/);
    await run.close();
  });

  test('ends with a scenario that failed, or whose last message was not answered', async () => {
    await using server = await FakeServer.open((packet, peer) => {
      if (packet.cmd !== 'publish' || packet.topic.endsWith('/request')) serve(packet, peer);
    });
    const run = runAt(server);
    await scenario(run, 'failed', () => run.distrust());
    await scenario(run, 'unanswered', (device) => device.publish('/elsewhere', 'x'));
    await scenario(run, 'the last');
    assert.equal(server.peers.length, 3);
    await run.close();
  });

  test('hears nothing more after a scenario that heard more, and its response topic again', async () => {
    const commands: string[] = [];
    await using server = await FakeServer.open((packet, peer) => {
      commands.push(packet.cmd === 'unsubscribe' ? `unsubscribe ${packet.unsubscriptions.join()}` : packet.cmd);
      serve(packet, peer);
    });
    const run = runAt(server);
    await scenario(run, 'heard more', (device) => device.subscribe('/ext/ntp/pk/other/response'));
    await scenario(run, 'the last');
    const subscribed = ['connect', 'subscribe', 'subscribe', 'unsubscribe /ext/ntp/pk/other/response', 'subscribe'];
    assert.deepEqual([server.peers.length, commands], [1, subscribed]);
    await run.close();
  });

  test('ends with a scenario that heard more where no UNSUBACK comes, for which is waited once', async () => {
    const unsubscribed: number[] = [];
    await using server = await FakeServer.open((packet, peer) => {
      if (packet.cmd === 'unsubscribe') unsubscribed.push(server.peers.length);
      else serve(packet, peer);
    });
    const run = runAt(server, { responseDeadlineMs: 200 });
    for (const place of ['one', 'two', 'three'])
      await scenario(run, place, (device) => device.subscribe('/ext/ntp/pk/other/response'));
    assert.deepEqual([server.peers.length, unsubscribed], [3, [1]]);
    await run.close();
  });

  test('gives way to another connection of the same device', async () => {
    await using server = await FakeServer.open(serve);
    const run = runAt(server);
    await scenario(run, 'one');
    run.begin('two');
    await run.device(identity, { raw: true });
    await server.peers[0]?.closed;
    await run.end();
    assert.equal(run.state.pool.size, 0);
    assert.equal(server.peers.length, 2);
  });
});
