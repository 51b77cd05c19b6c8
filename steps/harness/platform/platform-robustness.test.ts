import assert from 'node:assert/strict';
import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { after, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { promisify } from 'node:util';
import { generate } from 'mqtt-packet';
import { MadeCertificates } from '../../testing/made-certificates.ts';
import {
  ask,
  connect,
  connectPacket,
  device,
  echo,
  gone,
  host,
  raw,
  requestTopic,
  responseTopic,
  soon,
  start,
} from '../../testing/platform-clients.ts';
import { Platform } from './platform.ts';

const ping = generate({ cmd: 'pingreq' });
const malformed: [string, Buffer[], RegExp][] = [
  [
    'HTTP',
    [Buffer.from('GET / HTTP/1.1\r\nHost: broker.example\r\n\r\n')],
    /HTTP, where this platform speaks MQTT without WebSocket/,
  ],
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
  const made = new MadeCertificates();
  context.after(() => made[Symbol.dispose]());
  const { pem } = made.authority('platform', 'IP:127.0.0.1');
  const { platform, port } = await start(context, { tls: pem });
  platform.play(device, echo);
  const client = await connect(context, port, {}, () => connectTls({ host, port, ca: pem.cert }));
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
  assert.match(ending.reason, /^TLS failed: the client does not speak TLS$/);
});

test('a connection that is being closed can still be cut', { timeout: 10_000 }, async (context) => {
  const { platform, port } = await start(context);
  const socket = createConnection({ host, port });
  context.after(() => socket.destroy());
  socket.on('error', () => {});
  const connection = await platform.nextAttempt(soon());
  connection.close(0x8b, 'the test is over');
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
