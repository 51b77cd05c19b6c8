import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ServerRun } from '../../harness/device/server-run.ts';
import { endedByItself } from '../../harness/implementation/end.ts';
import { EnvironmentError } from '../../harness/implementation/errors.ts';
import type { StartedTarget, Target } from '../../harness/implementation/target.ts';
import { nowUs } from '../../harness/time/now.ts';
import { agree, FakeServer, type Reaction } from '../../testing/fake-server.ts';
import { preflight } from './preflight.ts';

/** A run on this server, which runs at an address already. */
function runAt(server: FakeServer, own: Partial<Target> = {}, more: Partial<StartedTarget> = {}): ServerRun {
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
  return new ServerRun({
    target,
    host,
    port,
    ended: () => undefined,
    end: new Promise(() => {}),
    output: () => [],
    ...more,
  } as unknown as StartedTarget);
}

/** Checks the set-up with a server that reacts so. @returns what is wrong; undefined if nothing is */
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

/** Reacts differently to one kind of packet. */
const but =
  (cmd: Parameters<Reaction>[0]['cmd'], own: Reaction): Reaction =>
  (packet, peer) =>
    packet.cmd === cmd ? own(packet, peer) : agree(packet, peer);

const refusing = (code: number): Reaction =>
  but('connect', (_packet, peer) => peer.send({ cmd: 'connack', sessionPresent: false, returnCode: code, reasonCode: code }));

const unsubscribed = but('subscribe', ({ messageId = 0 }, peer) => peer.send({ cmd: 'suback', messageId, granted: [0x80] }));

const answering = but('publish', (_packet, peer) => peer.publish('/ext/ntp/a1PkTest01/dev01/response', '{}'));

/** What differs for a server that the suite started. */
const own: Partial<Target> = { start: { kind: 'process' } as unknown as Target['start'] };

describe('the preflight', { timeout: 20_000 }, () => {
  test('accepts a server that lets the device in, whether it answers or not', async () => {
    assert.equal(await faultBefore(agree), undefined);
    assert.equal(await faultBefore(answering, { responseDeadlineMs: 600_000 }), undefined);
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
    assert.match(silent ?? '', /address, tls, mqttVersion, clientId and auth/);
  });

  test('refuses a subscription that is refused, unless the response comes all the same', async () => {
    assert.match((await faultBefore(unsubscribed)) ?? '', /refuses the device .* subscription .*\n {2}See auth and devices/);
    const answeringAllTheSame: Reaction = (packet, peer) => {
      unsubscribed(packet, peer);
      if (packet.cmd === 'publish') peer.publish('/ext/ntp/a1PkTest01/dev01/response', '{}');
    };
    assert.equal(await faultBefore(answeringAllTheSame), undefined);
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
      (attempts < 3 ? refusing(5) : answering)(packet, peer);
    };
    assert.equal(await faultBefore(late, own), undefined);
    assert.equal(attempts, 3);
  });

  for (const [how, boot] of [
    ['closes connections', but('connect', (_packet, peer) => peer.socket.destroy())],
    ['says that it is unavailable', refusing(3)],
    ['accepts nothing and is silent', but('connect', () => {})],
    ['refuses subscriptions', unsubscribed],
    ['acknowledges no subscription', but('subscribe', () => {})],
    ['leaves requests unanswered', agree],
  ] as const)
    test(`waits for a broker that ${how} until it has booted`, async () => {
      const untilUs = nowUs() + 700_000;
      const booting: Reaction = (packet, peer) => (nowUs() < untilUs ? boot : answering)(packet, peer);
      await using server = await FakeServer.open(booting);
      const run = runAt(server, own);
      assert.equal(await preflight(run, nowUs()), true);
      assert.equal(run.candidate().acknowledges(), true);
      assert.equal(nowUs() > untilUs, true);
    });

  test('judges a server that the suite started and that has answered nothing when its time is over', async () => {
    await using server = await FakeServer.open(agree);
    const delays: string[] = [];
    const sinceUs = nowUs();
    const answered = await preflight(runAt(server, { ...own, ready: { port: false, withinMs: 900 } }), sinceUs, (words) =>
      delays.push(words),
    );
    assert.equal(answered, false);
    assert.ok(nowUs() - sinceUs < 2_000_000);
    assert.deepEqual(delays, ['The server does not answer yet; the suite tries again until ready.within has passed']);
  });

  test('takes what a server that understands one type of timestamp answers', async () => {
    const strings = but('publish', (packet, peer) => {
      if (packet.cmd === 'publish' && String(packet.payload).includes('"deviceSendTime":"'))
        peer.publish('/ext/ntp/a1PkTest01/dev01/response', '{}');
    });
    await using server = await FakeServer.open(strings);
    assert.equal(await preflight(runAt(server, own), nowUs()), true);
  });

  test('says of a server that ended before it let a device in how it ended and what it printed last', async () => {
    await using server = await FakeServer.open(refusing(3));
    const how = endedByItself('exited with code 1');
    const run = runAt(server, own, { ended: () => how, end: Promise.resolve(how), output: () => ['no database'] });
    await assert.rejects(
      preflight(run, nowUs()),
      (error) =>
        error instanceof EnvironmentError &&
        /The server exited with code 1\.\n {2}It accepted no device.*\n {4}no database$/.test(error.message),
    );
  });

  test('tells a server of the other version of MQTT from wrong credentials', async () => {
    for (const [version, own, code] of [
      ['5', 4, 5],
      ['5', 4, 1],
      ['3.1.1', 5, 0x84],
    ] as const) {
      const only = but('connect', (packet, peer) => {
        if (packet.cmd !== 'connect') return;
        const accepted = packet.protocolVersion !== own;
        peer.send({ cmd: 'connack', sessionPresent: false, returnCode: accepted ? 0 : code, reasonCode: accepted ? 0 : code });
      });
      const fault = await faultBefore(only, { mqttVersion: own === 4 ? '3.1.1' : '5' });
      assert.match(
        fault ?? '',
        new RegExp(
          `It accepts the same device by MQTT ${version.replaceAll('.', '\\.')}: say mqttVersion: "${version.replaceAll('.', '\\.')}"`,
        ),
      );
    }
    const closing = but('connect', (packet, peer) => {
      if (packet.cmd === 'connect' && packet.protocolVersion !== 5) peer.socket.destroy();
      else agree(packet, peer);
    });
    assert.match((await faultBefore(closing)) ?? '', /say mqttVersion: "5"/);
  });
});
