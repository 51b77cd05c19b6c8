import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ServerRun } from '../../harness/device/server-run.ts';
import { EnvironmentError } from '../../harness/implementation/errors.ts';
import type { StartedTarget, Target } from '../../harness/implementation/target.ts';
import { nowUs } from '../../harness/time/now.ts';
import { agree, FakeServer, type Reaction } from '../../testing/fake-server.ts';
import { preflight } from './preflight.ts';

/** A run in front of this server, as one that the suite found at an address. */
function runAt(server: FakeServer, own: Partial<Target> = {}): ServerRun {
  const { host, port } = server.address;
  const target = {
    start: { kind: 'address', protocol: 'mqtt', host, port },
    ready: { port: false, withinMs: 20_000 },
    devices: [{ productKey: 'a1PkTest01', deviceName: 'dev01' }],
    onlyThese: false,
    clientId: '{deviceName}',
    responseDeadlineMs: 300,
    mqttVersion: '3.1.1',
    secrets: [],
    ...own,
  };
  return new ServerRun({ target, host, port, ended: () => undefined, end: new Promise(() => {}) } as unknown as StartedTarget);
}

/** Checks the set-up in front of a server that reacts so. @returns what is wrong with it; undefined when nothing is */
async function faultBefore(react: Reaction, own: Partial<Target> = {}): Promise<string | undefined> {
  await using server = await FakeServer.open(react);
  try {
    await preflight(runAt(server, own), nowUs());
  } catch (error) {
    assert.ok(error instanceof EnvironmentError, String(error));
    return error.message;
  }
  return undefined;
}

/** Reacts to one kind of packet in its own way. */
const but =
  (cmd: Parameters<Reaction>[0]['cmd'], own: Reaction): Reaction =>
  (packet, peer) =>
    packet.cmd === cmd ? own(packet, peer) : agree(packet, peer);

const refusing = (code: number): Reaction =>
  but('connect', (_packet, peer) => peer.send({ cmd: 'connack', sessionPresent: false, returnCode: code, reasonCode: code }));

const unsubscribed = but('subscribe', ({ messageId = 0 }, peer) => peer.send({ cmd: 'suback', messageId, granted: [0x80] }));

describe('the preflight', { timeout: 20_000 }, () => {
  test('accepts a server that lets the device in, whether it answers or not', async () => {
    assert.equal(await faultBefore(agree), undefined);
    assert.equal(
      await faultBefore(
        but('publish', (_packet, peer) => peer.publish('/ext/ntp/a1PkTest01/dev01/response', '{}')),
        { responseDeadlineMs: 600_000 },
      ),
      undefined,
    );
  });

  test('names the member of the target file that a refusal is about', async () => {
    for (const [version, code, member] of [
      ['3.1.1', 1, 'mqttVersion'],
      ['3.1.1', 2, 'clientId'],
      ['3.1.1', 4, 'auth'],
      ['3.1.1', 5, 'auth'],
      ['5', 0x84, 'mqttVersion'],
      ['5', 0x85, 'clientId'],
      ['5', 0x86, 'auth'],
      ['5', 0x87, 'auth'],
      ['5', 0x97, 'limits'],
    ] as const) {
      const fault = await faultBefore(refusing(code), { mqttVersion: version });
      assert.match(fault ?? '', /does not let the device dev01 of a1PkTest01 connect/);
      assert.match(fault ?? '', new RegExp(`\\b${member}\\b.*\\.$`));
    }
  });

  test('says what it saw of a server that accepts no connection and says nothing', async () => {
    const silent = await faultBefore(() => {});
    assert.match(silent ?? '', /no CONNACK came within 300 ms/);
    assert.match(silent ?? '', /address, tls and mqttVersion/);
  });

  test('refuses a subscription that is refused, unless the response comes all the same', async () => {
    assert.match((await faultBefore(unsubscribed)) ?? '', /refuses the device .* subscription .*\n {2}See auth and devices/);
    const answering: Reaction = (packet, peer) => {
      unsubscribed(packet, peer);
      if (packet.cmd === 'publish') peer.publish('/ext/ntp/a1PkTest01/dev01/response', '{}');
    };
    assert.equal(await faultBefore(answering), undefined);
  });

  test('names the right that a device lacks which is disconnected when it asks', async () => {
    const disconnecting = but('publish', (_packet, peer) => {
      peer.send({ cmd: 'disconnect', reasonCode: 0x87 });
      peer.socket.end();
    });
    assert.match((await faultBefore(disconnecting, { mqttVersion: '5' })) ?? '', /disconnects the device .*\n.*0x87.*auth/);
  });

  test('asks a server again that the suite started and that is not ready yet', async () => {
    let attempts = 0;
    const late: Reaction = (packet, peer) => {
      if (packet.cmd === 'connect') attempts += 1;
      (attempts < 3 ? refusing(5) : agree)(packet, peer);
    };
    assert.equal(await faultBefore(late, { start: { kind: 'process' } as unknown as Target['start'] }), undefined);
    assert.equal(attempts, 3);
  });
});
