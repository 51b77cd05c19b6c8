/**
 * What the suite's devices are compared with: mqtt.js, and nothing else. It judges nothing and records nothing.
 *
 * Usage: node bare-exchanges.ts HOST PORT KIND COUNT [MS], as in `exchange-work.ts`
 */
import { createConnection } from 'node:net';
import { MqttClient } from 'mqtt';
import { type Kind, measured, readWork } from './exchange-work.ts';

const { host, port, kind, count, ms } = readWork();

async function connect(name: string): Promise<MqttClient> {
  const client = new MqttClient(() => createConnection({ port, host, noDelay: true }), { clientId: name, reconnectPeriod: 0 });
  await new Promise<void>((resolve) => client.once('connect', () => resolve()));
  await client.subscribeAsync(`/ext/ntp/benchmark/${name}/response`, { qos: 0 });
  return client;
}

function ask(client: MqttClient, name: string): void {
  client.publish(`/ext/ntp/benchmark/${name}/request`, `{"deviceSendTime":${Date.now()}}`);
}

async function exchange(client: MqttClient, name: string): Promise<void> {
  const answered = new Promise<void>((resolve) => client.once('message', () => resolve()));
  ask(client, name);
  await answered;
}

const works: Record<Kind, () => Promise<void>> = {
  anew: () =>
    measured(async () => {
      for (let n = 0; n < count; n += 1) {
        const client = await connect('bare');
        await exchange(client, 'bare');
        await client.endAsync();
      }
      return count;
    }),
  turns: async () => {
    const client = await connect('bare');
    await measured(async () => {
      for (let n = 0; n < count; n += 1) await exchange(client, 'bare');
      return count;
    });
    await client.endAsync(true);
  },
  many: async () => {
    const names = Array.from({ length: count }, (_, index) => `bare-${index}`);
    const clients = await Promise.all(names.map(async (name) => [await connect(name), name] as const));
    await measured(async () => {
      const end = performance.now() + ms;
      let exchanges = 0;
      const lane = async ([client, name]: readonly [MqttClient, string]): Promise<void> => {
        for (; performance.now() < end; exchanges += 1) await exchange(client, name);
      };
      await Promise.all(clients.map(lane));
      return exchanges;
    });
    await Promise.all(clients.map(async ([client]) => client.endAsync(true)));
  },
  burst: async () => {
    const client = await connect('bare');
    await measured(async () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      let answers = 0;
      client.on('message', () => {
        answers += 1;
        if (answers === count) resolve();
      });
      for (let n = 0; n < count; n += 1) ask(client, 'bare');
      await promise;
      return count;
    });
    await client.endAsync(true);
  },
};

await works[kind]();
