import assert from 'node:assert/strict';
import { execFile, spawn, spawnSync } from 'node:child_process';
import { type EventEmitter, once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { promisify } from 'node:util';
import { type IClientOptions, MqttClient } from 'mqtt';
import { generate, type Packet } from 'mqtt-packet';
import type { Identity } from '../implementation/target.ts';
import type { ClientConnection } from './client-connection.ts';
import type { ClientMessage, Script } from './client-script.ts';
import { Platform, type PlatformOptions } from './platform.ts';

const host = '127.0.0.1';
const device: Identity = { productKey: 'a1b2c3d4e5f', deviceName: 'probe-7' };
const requestTopic = (identity: Identity = device) => `/ext/ntp/${identity.productKey}/${identity.deviceName}/request`;
const responseTopic = (identity: Identity = device) => `/ext/ntp/${identity.productKey}/${identity.deviceName}/response`;
/** A deadline that only a broken platform meets. */
const soon = () => ({ signal: AbortSignal.timeout(10_000) });

/** What the next event of this name brings. */
const event = (client: MqttClient, name: string): Promise<unknown[]> => once(client as unknown as EventEmitter, name, soon());

/** Resolves when a socket is closed, whether by an error or not; `once` would reject. */
const gone = (socket: Socket | MqttClient): Promise<void> =>
  new Promise((resolve) => {
    (socket as Socket).once('close', () => resolve());
  });

async function start(context: TestContext, options: PlatformOptions = {}): Promise<{ platform: Platform; port: number }> {
  const platform = new Platform(options);
  context.after(() => platform[Symbol.asyncDispose]());
  return { platform, port: await platform.listen(host) };
}

async function connect(
  context: TestContext,
  port: number,
  options: IClientOptions = {},
  stream?: () => Socket,
): Promise<MqttClient> {
  const client = new MqttClient(stream ?? (() => createConnection({ host, port, noDelay: true })), {
    protocolVersion: 4,
    clientId: `${device.productKey}.${device.deviceName}`,
    reconnectPeriod: 0,
    ...options,
  });
  context.after(() => client.end(true));
  client.on('error', () => {});
  await event(client, 'connect');
  return client;
}

/** Answers every request with its own payload. */
const echo: Script = {
  onRequest: ({ topic, payload }, connection) => {
    connection.deliver(topic.replace(/request$/, 'response'), payload);
  },
};

async function ask(client: MqttClient, payload: string, identity: Identity = device): Promise<string> {
  const answer = event(client, 'message');
  client.publish(requestTopic(identity), payload, { qos: 0 });
  const [, received] = await answer;
  return String(received);
}

const connectPacket = (protocolVersion: 3 | 4 | 5 = 4): Buffer =>
  generate({
    cmd: 'connect',
    protocolId: protocolVersion === 3 ? 'MQIsdp' : 'MQTT',
    protocolVersion,
    clientId: 'raw',
    clean: true,
    keepalive: 60,
  });

/** A client that sends bytes as they stand. */
async function raw(context: TestContext, port: number, ...parts: Buffer[]): Promise<Socket> {
  const socket = createConnection({ host, port, noDelay: true });
  context.after(() => socket.destroy());
  socket.on('error', () => {});
  socket.resume();
  await once(socket, 'connect');
  socket.write(Buffer.concat(parts));
  return socket;
}

const linesOf = (connection: ClientConnection | undefined) =>
  [...(connection?.trace ?? [])].map(({ direction, packet }) => `${direction} ${packet.cmd}`);

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
    else connection.end();
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

const ping = generate({ cmd: 'pingreq' });
const malformed: [string, Buffer[], RegExp][] = [
  ['HTTP', [Buffer.from('GET / HTTP/1.1\r\nHost: broker.example\r\n\r\n')], /first byte 0x47/],
  ['a TLS handshake', [Buffer.from([0x16, 3, 1, 1, 0, 1])], /TLS, where this platform speaks plain TCP/],
  ['a packet before CONNECT', [ping], /PINGREQ before CONNECT/],
  ['a second CONNECT', [connectPacket(), connectPacket()], /a second CONNECT/],
  [
    'an unknown protocol',
    [generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clientId: 'x' }).fill(9, 8, 9)],
    /invalid protocol version/,
  ],
  ['both QoS bits', [connectPacket(), Buffer.from([0x36, 2, 0, 0])], /both QoS bits/],
  ['a topic that is longer than its packet', [connectPacket(), Buffer.from([0x30, 4, 0, 9, 65, 66])], /cannot parse topic/],
  ['a wildcard in a topic', [connectPacket(), Buffer.from([0x30, 4, 0, 2, 65, 35])], /a topic with a wildcard/],
  ['packet id 0', [connectPacket(), Buffer.from([0x32, 5, 0, 1, 65, 0, 0])], /PUBLISH without a packet id/],
  [
    'a wildcard in the wrong place',
    [connectPacket(), Buffer.from([0x82, 8, 0, 1, 0, 3, 65, 35, 65, 0])],
    /wildcard in the wrong place/,
  ],
  ['a SUBSCRIBE of nothing', [connectPacket(), Buffer.from([0x82, 2, 0, 1])], /without a topic filter/],
  [
    'UNSUBSCRIBE without a topic filter',
    [connectPacket(5), Buffer.from([0xa2, 3, 0, 1, 0])],
    /UNSUBSCRIBE without a topic filter/,
  ],
  ['wrong reserved bits', [connectPacket(), Buffer.from([0x80, 6, 0, 1, 0, 1, 65, 0])], /malformed/],
  ['a packet that only servers send', [connectPacket(), Buffer.from([0x20, 2, 0, 0])], /CONNACK, which no client/],
  ['the packet type 0', [connectPacket(), Buffer.from([0x00, 0])], /malformed/],
  ['a length without an end', [connectPacket(), Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0x7f])], /more than four bytes/],
  ['256 MB announced', [connectPacket(), Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f])], /268435455 bytes, where at most 262144/],
  ['properties that are none', [connectPacket(5), Buffer.from([0x30, 6, 0, 1, 65, 2, 0xee, 1])], /unknown property/],
];
for (const [name, bytes, expected] of malformed) {
  test(`ends the connection of a client that sends ${name}, and says why`, async (context) => {
    const { platform, port } = await start(context);
    const socket = await raw(context, port, ...bytes);
    const connection = await platform.nextAttempt(soon());
    const ending = await connection.closed;
    assert.equal(ending.cause, 'malformed');
    assert.match(ending.reason, expected);
    if (!socket.closed) await gone(socket);
    const client = await connect(context, port);
    assert.equal(client.connected, true);
  });
}

test('random bytes never harm it', async (context) => {
  const { platform, port } = await start(context);
  let seed = 42;
  const random = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed;
  };
  for (let round = 0; round < 300; round += 1) {
    const noise = Buffer.from(Array.from({ length: 64 }, () => random() >> 8));
    // The first byte and length of a real packet make the parser go further than noise alone would.
    noise[0] = ((round % 15) + 1) * 16 + (round % 3 === 0 ? 2 : 0);
    noise[1] = 62 - (round % 40);
    const socket = await raw(context, port, connectPacket(round % 2 === 0 ? 5 : 4), noise);
    socket.end();
    const connection = await platform.nextAttempt(soon());
    await connection.closed;
  }
  assert.equal(platform.accepted, 300);
  assert.ok(platform.connections().length <= 32);
  assert.deepEqual(platform.faults, []);
});

test('how a client goes is told: in the middle of a packet, and by a reset', async (context) => {
  const { platform, port } = await start(context);
  const first = await raw(context, port, connectPacket(), Buffer.from([0x30, 100, 0, 1]));
  const half = await platform.nextConnection(undefined, soon());
  first.end();
  assert.equal((await half.closed).reason, 'the client closed the connection without DISCONNECT, 4 bytes into a packet');
  const second = await raw(context, port, connectPacket());
  const reset = await platform.nextConnection(undefined, soon());
  second.resetAndDestroy();
  assert.equal((await reset.closed).reason, 'the client reset the connection');
});

test('a client that floods costs bounded memory and is cut off in the end', async (context) => {
  const { platform, port } = await start(context, { limits: { trace: { frames: 100, bytes: 50_000 }, packets: 5000 } });
  const publish = generate({
    cmd: 'publish',
    topic: requestTopic(),
    payload: Buffer.alloc(100),
    qos: 1,
    retain: false,
    dup: false,
    messageId: 1,
  });
  const socket = await raw(context, port, connectPacket(), ...Array.from({ length: 6000 }, () => publish));
  const connection = await platform.nextConnection(undefined, soon());
  const ending = await connection.closed;
  assert.equal(ending.cause, 'flooded');
  assert.match(ending.reason, /more than 5000 packets/);
  assert.equal(connection.trace.length, 100);
  // 4,999 requests and CONNECT, each with its acknowledgement
  assert.equal(connection.trace.length + connection.trace.dropped, 10_000);
  socket.destroy();
});

test('a client that asks faster than its script answers is not read meanwhile', async (context) => {
  const { platform, port } = await start(context, { limits: { openRequests: 10 } });
  const gate = Promise.withResolvers<void>();
  const full = Promise.withResolvers<void>();
  let open = 0;
  let most = 0;
  let total = 0;
  platform.script = {
    onRequest: async () => {
      open += 1;
      total += 1;
      most = Math.max(most, open);
      if (open === 10) full.resolve();
      await gate.promise;
      open -= 1;
    },
  };
  const publish = generate({ cmd: 'publish', topic: 't', payload: Buffer.alloc(60_000), qos: 0, retain: false, dup: false });
  const socket = await raw(context, port, connectPacket());
  for (let index = 0; index < 300; index += 1) socket.write(publish);
  const connection = await platform.nextConnection(undefined, soon());
  await full.promise;
  gate.resolve();
  socket.end(generate({ cmd: 'disconnect' }));
  assert.equal((await connection.closed).cause, 'disconnected');
  assert.equal(total, 300);
  // What one read of the socket held (64 KiB: two requests of this size) may come on top.
  assert.ok(most <= 12, `${most} requests at once`);
});

test('speaks TLS', { skip: missing('openssl', 'version') }, async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'platform-test-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const made = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    '2',
    '-subj',
    '/CN=platform',
  ];
  await promisify(execFile)('openssl', [...made, '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', keyFile, '-out', certFile]);
  const [key, cert] = [readFileSync(keyFile, 'utf8'), readFileSync(certFile, 'utf8')];
  const { platform, port } = await start(context, { tls: { key, cert } });
  platform.play(device, echo);
  const client = await connect(context, port, {}, () => connectTls({ host, port, ca: cert }));
  await client.subscribeAsync(responseTopic());
  assert.equal(await ask(client, 'over TLS'), 'over TLS');
  const connection = await platform.nextConnection(device, soon());
  const closed = gone(client);
  connection.cut();
  await closed;
  assert.equal((await connection.closed).cause, 'cut');

  const plain = await raw(context, port, connectPacket());
  await gone(plain);
  await platform.nextAttempt(soon());
  const ending = await (await platform.nextAttempt(soon())).closed;
  assert.equal(ending.cause, 'reset');
  assert.match(ending.reason, /the connection failed/);
});

test('a connection that is being closed can still be cut', { timeout: 10_000 }, async (context) => {
  const { platform, port } = await start(context);
  const socket = createConnection({ host, port });
  context.after(() => socket.destroy());
  socket.on('error', () => {});
  const connection = await platform.nextAttempt(soon());
  connection.end();
  connection.cut();
  assert.equal((await connection.closed).cause, 'ended');
});

test('closing it ends every connection and whoever waits', async () => {
  const platform = new Platform();
  const port = await platform.listen(host);
  platform.play(device, {});
  const waiting = Promise.allSettled([platform.nextRequest(device), platform.nextAttempt(), platform.nextConnection()]);
  const socket = createConnection({ host, port });
  socket.on('error', () => {});
  await once(socket, 'connect');
  const closed = gone(socket);
  await platform[Symbol.asyncDispose]();
  await closed;
  assert.equal(platform.open.size, 0);
  assert.deepEqual(
    (await waiting).map(({ status }) => status),
    ['rejected', 'fulfilled', 'rejected'],
  );
  await platform[Symbol.asyncDispose]();
  await assert.rejects(once(createConnection({ host, port }), 'connect'), /ECONNREFUSED/);
});

for (const [name, version] of [
  ['3.1', 'mqttv31'],
  ['3.1.1', 'mqttv311'],
  ['5', 'mqttv5'],
]) {
  test(`Debian's mosquitto clients in MQTT ${name} hear and ask`, {
    skip: missing('mosquitto_sub', '--help'),
  }, async (context) => {
    const { platform, port } = await start(context);
    platform.play(device, {});
    const to = ['-h', host, '-p', String(port), '-V', version ?? ''];
    const subscriber = spawn('mosquitto_sub', [...to, '-i', 'ear', '-C', '1', '-q', '2', '-t', responseTopic()]);
    after(() => subscriber.kill());
    const printed = once(subscriber.stdout, 'data', soon());
    const ear = await platform.nextConnection(device, soon());
    await ear.frame(({ packet }) => packet.cmd === 'suback', soon());
    for (const qos of [0, 1, 2]) {
      const flags = qos === 1 ? ['-r'] : [];
      await promisify(execFile)('mosquitto_pub', [
        ...to,
        '-i',
        `mouth-${qos}`,
        ...flags,
        '-q',
        String(qos),
        '-t',
        requestTopic(),
        '-m',
        `ask ${qos}`,
      ]);
      const request = await platform.nextRequest(device, soon());
      assert.deepEqual([request.qos, request.retain, request.payload.toString()], [qos, qos === 1, `ask ${qos}`]);
      assert.equal((await request.connection.closed).cause, 'disconnected');
    }
    ear.deliver(responseTopic(), 'answer', { qos: 2 });
    assert.equal(String((await printed)[0]), 'answer\n');
    await ear.closed;
    assert.deepEqual(platform.faults, []);
  });
}

/** Why a test that needs a program is skipped; false when it is there. */
function missing(program: string, ...args: string[]): string | false {
  return spawnSync(program, args).error === undefined ? false : `${program} is not installed`;
}
