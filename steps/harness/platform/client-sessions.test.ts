import assert from 'node:assert/strict';
import { type EventEmitter, once } from 'node:events';
import { createConnection } from 'node:net';
import { type TestContext, test } from 'node:test';
import { type IClientOptions, MqttClient } from 'mqtt';
import type { IConnackPacket } from 'mqtt-packet';
import { Platform } from './platform.ts';

const host = '127.0.0.1';
const device = { productKey: 'pk', deviceName: 'keeper' };
const response = '/ext/ntp/pk/keeper/response';

async function open(context: TestContext): Promise<number> {
  const platform = new Platform();
  context.after(() => platform[Symbol.asyncDispose]());
  platform.play(device, { onRequest: ({ payload }, connection) => void connection.deliver(response, payload) });
  return platform.listen(host);
}

async function connect(context: TestContext, port: number, options: IClientOptions): Promise<[MqttClient, IConnackPacket]> {
  const stream = () => createConnection({ host, port, noDelay: true });
  const client = new MqttClient(stream, { clientId: 'pk.keeper', protocolVersion: 4, reconnectPeriod: 0, ...options });
  context.after(() => client.end(true));
  client.on('error', () => {});
  const [connack] = (await once(client as unknown as EventEmitter, 'connect')) as [IConnackPacket];
  return [client, connack];
}

async function leave(client: MqttClient): Promise<void> {
  const closed = once(client as unknown as EventEmitter, 'close');
  client.end();
  await closed;
}

const expiry = (sessionExpiryInterval: number): IClientOptions => ({ protocolVersion: 5, properties: { sessionExpiryInterval } });

for (const [name, options] of [
  ['3.1.1 with Clean Session off', { clean: false }],
  ['5 with a session expiry', { clean: false, ...expiry(60) }],
] as const) {
  test(`keeps the session of MQTT ${name}`, async (context) => {
    const port = await open(context);
    const [first, fresh] = await connect(context, port, options);
    assert.equal(fresh.sessionPresent, false);
    await first.subscribeAsync(response);
    await leave(first);
    const [second, kept] = await connect(context, port, options);
    assert.equal(kept.sessionPresent, true);
    const answered = once(second as unknown as EventEmitter, 'message');
    second.publish('/ext/ntp/pk/keeper/request', 'again');
    assert.equal(String((await answered)[1]), 'again');
    await leave(second);
    const [third, gone] = await connect(context, port, { ...options, clean: true });
    assert.equal(gone.sessionPresent, false);
    await leave(third);
  });
}

test('keeps no session without need', async (context) => {
  const port = await open(context);
  for (const options of [{ clean: true }, { clean: false, protocolVersion: 5 }] as const) {
    for (let time = 0; time < 2; time += 1) {
      const [client, { sessionPresent }] = await connect(context, port, options);
      assert.equal(sessionPresent, false);
      await leave(client);
    }
  }
});

test('a DISCONNECT of MQTT 5 may end the session at once, and may not keep one that CONNECT did not ask for', async (context) => {
  const port = await open(context);
  const present = async (first: number, last: number): Promise<boolean> => {
    const [client] = await connect(context, port, { clean: true, ...expiry(first) });
    const closed = once(client as unknown as EventEmitter, 'close');
    client.end(false, { properties: { sessionExpiryInterval: last } });
    await closed;
    const [again, { sessionPresent }] = await connect(context, port, { clean: false, ...expiry(first) });
    await leave(again);
    return sessionPresent;
  };
  assert.deepEqual([await present(60, 60), await present(60, 0), await present(0, 60)], [true, false, false]);
});

test('a second connection of a client id ends the first', async (context) => {
  const port = await open(context);
  for (const protocolVersion of [4, 5] as const) {
    const [first] = await connect(context, port, { protocolVersion });
    const closed = once(first as unknown as EventEmitter, 'close');
    await connect(context, port, { protocolVersion });
    await closed;
  }
});

test('what a client unsubscribes does not reach it any more, and MQTT 5 is told what was not subscribed', async (context) => {
  const port = await open(context);
  const [client] = await connect(context, port, { protocolVersion: 5 });
  await client.subscribeAsync([response, '/other']);
  const heard: string[] = [];
  client.on('message', (topic) => heard.push(topic));
  const unsuback = once(client as unknown as EventEmitter, 'packetreceive') as Promise<[{ cmd: string; granted: number[] }]>;
  client.unsubscribe([response, '/never']);
  const [{ cmd, granted }] = await unsuback;
  assert.deepEqual([cmd, ...granted], ['unsuback', 0, 0x11]);
  await client.publishAsync('/ext/ntp/pk/keeper/request', 'x', { qos: 1 });
  assert.deepEqual(heard, []);
});
