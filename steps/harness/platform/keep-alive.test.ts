import assert from 'node:assert/strict';
import { type EventEmitter, once } from 'node:events';
import { createConnection } from 'node:net';
import { type TestContext, test } from 'node:test';
import { type IClientOptions, MqttClient } from 'mqtt';
import type { IDisconnectPacket } from 'mqtt-packet';
import { KeepAlive } from './keep-alive.ts';
import { Platform } from './platform.ts';

const device = { productKey: 'pk', deviceName: 'sleeper' };

async function connect(context: TestContext, options: IClientOptions): Promise<{ client: MqttClient; platform: Platform }> {
  const platform = new Platform();
  context.after(() => platform[Symbol.asyncDispose]());
  platform.play(device, {});
  const port = await platform.listen('127.0.0.1');
  const stream = () => createConnection({ host: '127.0.0.1', port, noDelay: true });
  const client = new MqttClient(stream, { clientId: 'pk.sleeper', reconnectPeriod: 0, ...options });
  context.after(() => client.end(true));
  client.on('error', () => {});
  await once(client as unknown as EventEmitter, 'connect');
  return { client, platform };
}

/** A client that says it pings every second, and never does. */
async function silent(context: TestContext, protocolVersion: 4 | 5): Promise<{ client: MqttClient; platform: Platform }> {
  const opened = await connect(context, { protocolVersion, keepalive: 1 });
  opened.client.keepaliveManager.destroy();
  return opened;
}

for (const protocolVersion of [4, 5] as const) {
  test(`a client of protocol level ${protocolVersion} that is silent for 1.5 times its keep-alive is closed`, async (context) => {
    const { client, platform } = await silent(context, protocolVersion);
    const told = once(client as unknown as EventEmitter, 'disconnect') as Promise<[IDisconnectPacket]>;
    const [connection] = platform.connections(device);
    assert.match((await connection?.closed)?.reason ?? '', /nothing came for 1\.5 s, 1\.5 times the keep-alive of its CONNECT$/);
    if (protocolVersion === 5) assert.equal((await told)[0].reasonCode, 0x8d);
  });
}

test('any packet counts, and a keep-alive of 0 allows any silence', { timeout: 30_000 }, async () => {
  const said: number[] = [];
  new KeepAlive((forS) => said.push(forS)).start(0);
  const gone = new KeepAlive((forS) => said.push(forS));
  gone.start(0.2);
  gone.stop();
  const { promise: silent, resolve } = Promise.withResolvers<number>();
  const watched = new KeepAlive(resolve);
  let heard = 0;
  const talks = setInterval(() => {
    watched.heard();
    heard += 1;
    if (heard === 20) clearInterval(talks);
  }, 50);
  watched.start(0.4);
  assert.equal(Math.round((await silent) * 10), 6);
  assert.equal(heard, 20);
  assert.deepEqual(said, []);
});
