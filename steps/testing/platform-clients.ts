import { type EventEmitter, once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { type IClientOptions, MqttClient } from 'mqtt';
import { generate } from 'mqtt-packet';
import type { Identity } from '../harness/implementation/target.ts';
import type { ClientConnection } from '../harness/platform/client-connection.ts';
import type { Script } from '../harness/platform/client-script.ts';
import { Platform, type PlatformOptions } from '../harness/platform/platform.ts';

export const host = '127.0.0.1';
export const device: Identity = { productKey: 'a1b2c3d4e5f', deviceName: 'probe-7' };
export const requestTopic = (identity: Identity = device) => `/ext/ntp/${identity.productKey}/${identity.deviceName}/request`;
export const responseTopic = (identity: Identity = device) => `/ext/ntp/${identity.productKey}/${identity.deviceName}/response`;
/** A deadline that only a broken platform meets. */
export const soon = () => ({ signal: AbortSignal.timeout(10_000) });

/** The arguments of the next event of this name. */
export const event = (client: MqttClient, name: string): Promise<unknown[]> =>
  once(client as unknown as EventEmitter, name, soon());

/** Resolves when a socket is closed, whether by an error or not; `once` would reject. */
export const gone = (socket: Socket | MqttClient): Promise<void> =>
  new Promise((resolve) => {
    (socket as Socket).once('close', () => resolve());
  });

export async function start(context: TestContext, options: PlatformOptions = {}): Promise<{ platform: Platform; port: number }> {
  const platform = new Platform(options);
  context.after(() => platform[Symbol.asyncDispose]());
  return { platform, port: await platform.listen(host) };
}

export async function connect(
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
export const echo: Script = {
  onRequest: ({ topic, payload }, connection) => {
    connection.deliver(topic.replace(/request$/, 'response'), payload);
  },
};

export async function ask(client: MqttClient, payload: string, identity: Identity = device): Promise<string> {
  const answer = event(client, 'message');
  client.publish(requestTopic(identity), payload, { qos: 0 });
  const [, received] = await answer;
  return String(received);
}

export const connectPacket = (protocolVersion: 3 | 4 | 5 = 4): Buffer =>
  generate({
    cmd: 'connect',
    protocolId: protocolVersion === 3 ? 'MQIsdp' : 'MQTT',
    protocolVersion,
    clientId: 'raw',
    clean: true,
    keepalive: 60,
  });

/** A client that sends these bytes. */
export async function raw(context: TestContext, port: number, ...parts: Buffer[]): Promise<Socket> {
  const socket = createConnection({ host, port, noDelay: true });
  context.after(() => socket.destroy());
  socket.on('error', () => {});
  socket.resume();
  await once(socket, 'connect');
  socket.write(Buffer.concat(parts));
  return socket;
}

export const linesOf = (connection: ClientConnection | undefined) =>
  [...(connection?.trace ?? [])].map(({ direction, packet }) => `${direction} ${packet.cmd}`);
