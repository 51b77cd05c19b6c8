import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Reception } from '../harness/device/unauthenticated-device.ts';
import type { Target } from '../harness/implementation/target.ts';
import { FakeWorld, fail, say } from '../testing/fake-world.ts';

const device = 'a device that hears its response topic';
const uncertified = 'a stranger connects in its place with no certificate, in its MQTT version, and asks when it is accepted';
const refuses = 'the server refuses the stranger';

const refused: Reception = { accepted: false, response: undefined, open: false, how: 'connection refused' };
// nobody reads what stands in them
const certified = { certificate: import.meta.filename, key: import.meta.filename } as unknown as NonNullable<Target['tls']>;

async function worldOf(target: Partial<Target>, reception = refused): Promise<FakeWorld> {
  const world = new FakeWorld('server-refuses-strangers', { target, reception });
  await say(world, device);
  return world;
}

test('a stranger without a certificate shows none, in the place of the device', async () => {
  const world = await worldOf({ tls: certified, mqttVersion: '5' });
  assert.equal(await say(world, uncertified), undefined);
  const credentials = { clientId: 'dn' };
  const identity = { productKey: 'pk', deviceName: 'dn' };
  assert.deepEqual(world.serverRun.strangers, [{ identity, credentials, mqttVersion: '5', hasty: false, certified: false }]);
  await say(world, refuses);
  assert.deepEqual(world.informed, ['connection refused']);
});

test('a certificate that devices do not show, or not alone, is no lock', async () => {
  for (const target of [{}, { tls: certified, auth: { kind: 'password', password: 'secret' } }] satisfies Partial<Target>[]) {
    const world = await worldOf(target);
    assert.equal(await say(world, uncertified), 'skipped');
    assert.deepEqual(world.serverRun.strangers, []);
    await assert.rejects(say(world, refuses) as Promise<unknown>, /needs a stranger/);
  }
});

test('a stranger that is let in is failed, unless the server hangs up', async () => {
  const accepted = { ...refused, accepted: true, how: 'CONNACK accepted it' };
  const open = await worldOf({ tls: certified }, { ...accepted, open: true });
  await say(open, uncertified);
  assert.match((await fail(open, refuses)).received, /^CONNACK accepted it, and leaves it open/);
  const closed = await worldOf({ tls: certified }, accepted);
  await say(closed, uncertified);
  await say(closed, refuses);
});

test('a stranger shows what is wrong, and asks when it is said', async () => {
  const auth = { kind: 'password', username: '{deviceName}', password: 'secret' } as const;
  const world = await worldOf({ auth });
  assert.equal(
    await say(world, 'a stranger connects in its place with no password, in MQTT 5, and asks when it is accepted'),
    undefined,
  );
  await say(world, 'a stranger connects in its place with no password, in MQTT 3.1.1, and asks at once');
  const common = { identity: { productKey: 'pk', deviceName: 'dn' }, credentials: { clientId: 'dn', username: 'dn' } };
  assert.deepEqual(world.serverRun.strangers, [
    { ...common, mqttVersion: '5', hasty: false, certified: true },
    { ...common, mqttVersion: '3.1.1', hasty: true, certified: true },
  ]);
  const open = await worldOf({});
  assert.equal(
    await say(open, 'a stranger connects in its place with no password, in MQTT 5, and asks when it is accepted'),
    'skipped',
  );
  assert.deepEqual(open.serverRun.strangers, []);
});

test('a stranger that is served is failed, whether it was accepted or not', async () => {
  const payload = Buffer.from('{"deviceSendTime":1}');
  const response = { topic: '/ext/ntp/pk/dn/response', payload, qos: 0, retain: false, dup: false, atUs: 0, wallMs: 0 } as const;
  for (const accepted of [true, false]) {
    const world = await worldOf({ tls: certified }, { ...refused, accepted, response });
    await say(world, uncertified);
    const { received, likely } = await fail(world, refuses);
    assert.equal(received, `connection refused; a response on ${response.topic}: {"deviceSendTime":1}`);
    assert.equal(likely === undefined, accepted);
  }
});
