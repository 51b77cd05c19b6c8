import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { test } from 'node:test';
import { MqttClient } from 'mqtt';
import { generate, type Packet } from 'mqtt-packet';
import {
  ask,
  connect,
  connectPacket,
  device,
  echo,
  event,
  gone,
  host,
  linesOf,
  raw,
  requestTopic,
  responseTopic,
  soon,
  start,
} from '../../testing/platform-clients.ts';
import type { ClientMessage } from './client-connection.ts';

for (const [name, options] of [
  ['3.1', { protocolVersion: 3, protocolId: 'MQIsdp' }],
  ['3.1.1', { protocolVersion: 4 }],
  ['5', { protocolVersion: 5 }],
] as const) {
  test(`mqtt.js in MQTT ${name} connects, subscribes, asks, is answered and leaves, all of it recorded`, async (context) => {
    const { platform, port } = await start(context);
    platform.play(device, echo);
    const client = await connect(context, port, options);
    const [granted] = await client.subscribeAsync(responseTopic(), { qos: 1 });
    assert.equal(granted?.qos, 1);
    assert.equal(await ask(client, '{"deviceSendTime":1}'), '{"deviceSendTime":1}');
    await client.endAsync();
    const connection = await platform.nextConnection(device, soon());
    const request = await platform.nextRequest(device, soon());
    assert.equal((await connection.closed).cause, 'disconnected');
    assert.equal(request.connection, connection);
    assert.deepEqual([request.qos, request.retain, request.dup], [0, false, false]);
    assert.equal(connection.version, options.protocolVersion);
    assert.deepEqual(linesOf(connection), [
      'received connect',
      'sent connack',
      'received subscribe',
      'sent suback',
      'received publish',
      'sent publish',
      'received disconnect',
    ]);
    const times = [...connection.trace].map(({ atUs }) => atUs);
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    );
    assert.equal(connection.subscriptions.get(responseTopic())?.requestedQos, 1);
    assert.deepEqual(platform.faults, []);
    assert.equal(platform.open.size, 0);
  });

  test(`mqtt.js in MQTT ${name} publishes at QoS 1 and 2 and gets messages at QoS 1 and 2`, async (context) => {
    const { platform, port } = await start(context);
    platform.play(device, {});
    const client = await connect(context, port, options);
    await client.subscribeAsync(responseTopic(), { qos: 2 });
    for (const qos of [1, 2] as const) {
      await client.publishAsync(requestTopic(), 'x', { qos, retain: qos === 1 });
      const request = await platform.nextRequest(device, soon());
      assert.deepEqual([request.qos, request.retain, request.dup, typeof request.messageId], [qos, qos === 1, false, 'number']);
      const heard = event(client, 'message');
      const sent = request.connection.deliver(responseTopic(), 'y', { qos, retain: true, dup: true });
      const [, , packet] = (await heard) as [string, Buffer, Packet & { qos: number; retain: boolean; dup: boolean }];
      assert.deepEqual([packet.qos, packet.retain, packet.dup, packet.messageId], [qos, true, true, sent?.messageId]);
      const last = qos === 1 ? 'puback' : 'pubcomp';
      assert.ok(await request.connection.frame((frame) => frame.direction === 'received' && frame.packet.cmd === last, soon()));
    }
  });

  test(`a refused CONNECT in MQTT ${name} is refused with the code that this version has`, async (context) => {
    const { platform, port } = await start(context);
    platform.play(device, { onConnect: () => ({ refuse: 5 }) });
    const client = new MqttClient(() => createConnection({ host, port }), {
      ...options,
      clientId: device.deviceName,
      reconnectPeriod: 0,
    });
    context.after(() => client.end(true));
    const [error] = (await event(client, 'error')) as unknown as [{ code: number }];
    assert.equal(error.code, options.protocolVersion === 5 ? 0x87 : 5);
    const connection = await platform.nextConnection(device, soon());
    assert.equal((await connection.closed).cause, 'refused');
  });
}

test('a message goes to those who subscribed its topic, at no higher QoS than granted', async (context) => {
  const { platform, port } = await start(context);
  platform.play(device, { onSubscribe: () => 1 });
  const client = await connect(context, port);
  const connection = await platform.nextConnection(device, soon());
  assert.equal(connection.deliver(responseTopic(), 'unheard'), undefined);
  await client.subscribeAsync('/ext/ntp/+/+/response', { qos: 2 });
  assert.equal(connection.receives(responseTopic()), true);
  assert.equal(connection.deliver('/ext/ntp/other', 'unheard'), undefined);
  assert.equal(connection.deliver(responseTopic(), 'heard', { qos: 2 })?.qos, 1);
  await client.unsubscribeAsync('/ext/ntp/+/+/response');
  assert.equal(connection.receives(responseTopic()), false);
  assert.equal(connection.push(responseTopic(), 'pushed')?.qos, 0);
});

test('with automatic subscription a message arrives without a SUBSCRIBE', async (context) => {
  const { platform, port } = await start(context);
  platform.play(device, { ...echo, autoSubscription: true });
  const client = await connect(context, port);
  assert.equal(await ask(client, 'a'), 'a');
});

test('one connection may ask and another listen', async (context) => {
  const { platform, port } = await start(context);
  const topic = responseTopic();
  platform.play(device, { onRequest: (request) => void platform.respond(request, topic, request.payload) });
  const ear = await connect(context, port, { clientId: `${device.deviceName}.ear` });
  await ear.subscribeAsync(topic);
  const mouth = await connect(context, port, { clientId: `${device.deviceName}.mouth` });
  const heard = event(ear, 'message');
  mouth.publish(requestTopic(), 'x');
  assert.equal(String((await heard)[1]), 'x');
  ear.end();
  await (await platform.nextConnection(device, soon())).closed;
  const { connection } = await platform.nextRequest(device, soon());
  mouth.publish(requestTopic(), 'y');
  const second = await platform.nextRequest(device, soon());
  assert.deepEqual(platform.respond(second, topic, 'unheard'), []);
  platform.play(device, { autoSubscription: true });
  assert.equal(platform.respond(second, topic, 'heard').length, 1);
  assert.equal(connection.receives(topic), true);
});

test('a subscription of MQTT 5 gets its identifier back', async (context) => {
  const { platform, port } = await start(context);
  platform.play(device, echo);
  const client = await connect(context, port, { protocolVersion: 5 });
  await client.subscribeAsync(responseTopic(), { qos: 0, properties: { subscriptionIdentifier: 9 } });
  const heard = event(client, 'message');
  client.publish(requestTopic(), 'x');
  const [, , packet] = (await heard) as [string, Buffer, { properties?: { subscriptionIdentifier?: unknown } }];
  assert.equal(Number(packet.properties?.subscriptionIdentifier), 9);
});

test('refuses a subscription', async (context) => {
  const { platform, port } = await start(context);
  platform.play(device, { onSubscribe: () => 'refuse' });
  const client = await connect(context, port);
  await assert.rejects(client.subscribeAsync(responseTopic()), /Unspecified error/);
  const connection = await platform.nextConnection(device, soon());
  assert.equal(connection.receives(responseTopic()), false);
});

test('withholds CONNACK and SUBACK, and sends them when the script wants', async (context) => {
  const { platform, port } = await start(context, { script: { onConnect: () => 'withhold', onSubscribe: () => 'withhold' } });
  const subscribe: Packet = { cmd: 'subscribe', messageId: 3, subscriptions: [{ topic: 't', qos: 1 }] };
  await raw(context, port, connectPacket(), generate(subscribe));
  const connection = await platform.nextConnection(undefined, soon());
  const asked = await connection.frame(({ packet }) => packet.cmd === 'subscribe', soon());
  assert.deepEqual(linesOf(connection), ['received connect', 'received subscribe']);
  assert.equal(connection.receives('t'), true);
  connection.accept();
  if (asked?.packet.cmd === 'subscribe') connection.grant(asked.packet);
  assert.deepEqual(linesOf(connection).slice(2), ['sent connack', 'sent suback']);
});

test('refuses TCP, cuts and ends connections, and says so', async (context) => {
  const { platform, port } = await start(context, { script: { onAccept: () => 'refuse' } });
  const refused = createConnection({ host, port });
  refused.on('error', () => {});
  await gone(refused);
  const attempt = await platform.nextAttempt(soon());
  assert.equal((await attempt.closed).cause, 'refused');
  assert.equal(platform.accepted, 1);

  platform.script = {};
  for (const cause of ['cut', 'ended'] as const) {
    const errors: unknown[] = [];
    const socket = await raw(context, port, connectPacket());
    socket.on('error', (error: NodeJS.ErrnoException) => errors.push(error.code));
    const connection = await platform.nextConnection(undefined, soon());
    const closed = gone(socket);
    if (cause === 'cut') connection.cut();
    else connection.close(0x8b, 'the test is over');
    await closed;
    assert.equal((await connection.closed).cause, cause);
    assert.equal(connection.signal.aborted, true);
    assert.deepEqual(errors, cause === 'cut' ? ['ECONNRESET'] : []);
    assert.equal(connection.push('t', 'too late'), undefined);
    assert.equal(await connection.frame(() => false), undefined);
  }
});

test('a script may answer late, twice and in another order; what it waits for ends with the connection', async (context) => {
  const { platform, port } = await start(context);
  const held: ClientMessage[] = [];
  let aborted: unknown;
  platform.play(device, {
    autoSubscription: true,
    onRequest: async (request, connection) => {
      if (request.payload.toString() === 'wait') {
        await once(new EventTarget(), 'never', { signal: connection.signal }).catch((error: unknown) => {
          aborted = error;
          throw error;
        });
      }
      held.push(request);
      if (held.length < 2) return;
      for (const { payload } of [...held.reverse(), ...held]) connection.deliver(responseTopic(), payload);
    },
  });
  const client = await connect(context, port);
  const heard: string[] = [];
  const all = new Promise<void>((resolve) => {
    client.on('message', (_topic, payload) => {
      heard.push(String(payload));
      if (heard.length === 4) resolve();
    });
  });
  for (const payload of ['1', '2', 'wait']) client.publish(requestTopic(), payload);
  await all;
  assert.deepEqual(heard, ['2', '1', '2', '1']);
  const { connection } = await platform.nextRequest(device, soon());
  connection.cut();
  await connection.closed;
  await new Promise(setImmediate);
  assert.equal((aborted as Error).name, 'AbortError');
  assert.deepEqual(platform.faults, []);
});

test("what a script throws is kept as the suite's own fault", async (context) => {
  const { platform, port } = await start(context);
  const fail = (): never => {
    throw new Error('a fault of the script');
  };
  platform.play(device, { onConnect: fail, onSubscribe: fail, onRequest: fail });
  const client = await connect(context, port);
  await client.subscribeAsync(responseTopic());
  await client.publishAsync(requestTopic(), 'x', { qos: 1 });
  await platform.nextRequest(device, soon());
  assert.equal(platform.faults.length, 3);
});

test('keeps many clients apart, also those whose names are parts of one another', async (context) => {
  const { platform, port } = await start(context);
  const identities = Array.from({ length: 60 }, (_, index) => ({ productKey: 'a1b2c3d4e5f', deviceName: `unit-${index + 1}` }));
  for (const identity of identities) platform.play(identity, echo);
  await Promise.all(
    identities.map(async (identity, index) => {
      // A third is known by its client id, a third by its user name, a third by nothing but its topics.
      const names = [
        { clientId: `x.${identity.deviceName}` },
        { clientId: `c${index}`, username: `${identity.deviceName}&x` },
        { clientId: `c${index}` },
      ];
      const client = await connect(context, port, names[index % 3]);
      await client.subscribeAsync(responseTopic(identity));
      assert.equal(await ask(client, identity.deviceName, identity), identity.deviceName);
    }),
  );
  for (const identity of identities) {
    const sessions = platform.connections(identity);
    assert.equal(sessions.length, 1);
    assert.equal((await platform.nextRequest(identity, soon())).payload.toString(), identity.deviceName);
    assert.equal(linesOf(sessions[0]).length, 6);
  }
  assert.equal(platform.connections().length, 0);
});

test("a request that shows no device it knows is a stranger's", async (context) => {
  const { platform, port } = await start(context);
  platform.play(device, {});
  const client = await connect(context, port, { clientId: 'anything' });
  client.publish('/ext/ntp/a/b/request', 'x', { qos: 0 });
  assert.equal((await platform.nextRequest(undefined, soon())).topic, '/ext/ntp/a/b/request');
  await assert.rejects(platform.nextRequest({ productKey: 'a', deviceName: 'b' }), RangeError);
  const waiting = platform.nextRequest(device);
  platform.forget(device);
  await assert.rejects(waiting, /no part for a1b2c3d4e5f\/probe-7 any more/);
});

test('a QoS 2 request that is sent again is one request', async (context) => {
  const { platform, port } = await start(context);
  const publish = (dup: boolean) =>
    generate({ cmd: 'publish', topic: 't', payload: 'x', qos: 2, retain: false, dup, messageId: 7 });
  await raw(
    context,
    port,
    connectPacket(),
    publish(false),
    publish(true),
    generate({ cmd: 'pubrel', messageId: 7 }),
    publish(false),
  );
  const connection = await platform.nextConnection(undefined, soon());
  await connection.frame(({ packet }) => packet.cmd === 'pubcomp', soon());
  await connection.frame(() => connection.trace.length >= 9, soon());
  const requests = [await platform.nextRequest(undefined, soon()), await platform.nextRequest(undefined, soon())];
  const flags = requests.map(({ qos, dup }) => [qos, dup]);
  assert.deepEqual(flags, [
    [2, false],
    [2, false],
  ]);
  const waiting = new AbortController();
  const third = platform.nextRequest(undefined, waiting);
  waiting.abort(new Error('none'));
  await assert.rejects(third, /none/);
});
