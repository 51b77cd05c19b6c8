/**
 * A bare mqtt.js client, for comparison with the suite. It judges nothing and records nothing.
 *
 * Usage:
 *   node bare-client.ts PORT plan [[subscriptions, exchanges], …]   one connection after the other
 *   node bare-client.ts PORT many CONNECTIONS MS                    all at the same time; each sends its next request after the answer
 *
 * `many` prints a {@link BareSpeed} as JSON.
 */
import { createConnection } from 'node:net';
import { MqttClient } from 'mqtt';

/** The result of many connections. */
export interface BareSpeed {
  readonly exchanges: number;
  readonly ms: number;
  /** Processor time in ms. */
  readonly cpuMs: number;
}

const [port, mode, first = '', ms] = process.argv.slice(2);

async function connect(name: string): Promise<MqttClient> {
  const client = new MqttClient(() => createConnection({ port: Number(port), host: '127.0.0.1', noDelay: true }), {
    clientId: name,
    reconnectPeriod: 0,
  });
  await new Promise<void>((resolve) => client.once('connect', () => resolve()));
  return client;
}

const topic = (name: string, kind: string): string => `/ext/ntp/benchmark/${name}/${kind}`;

async function exchange(client: MqttClient, name: string): Promise<void> {
  const answered = new Promise<void>((resolve) => client.once('message', () => resolve()));
  client.publish(topic(name, 'request'), `{"deviceSendTime":${Date.now()}}`);
  await answered;
}

async function followPlan(plan: readonly (readonly [number, number])[]): Promise<void> {
  const topics = [topic('bare', 'response'), topic('other', 'response')];
  for (const [subscriptions, exchanges] of plan) {
    const client = await connect('bare');
    for (let n = 0; n < subscriptions; n += 1) await client.subscribeAsync(topics[n % topics.length] ?? '', { qos: 0 });
    for (let n = 0; n < exchanges; n += 1) await exchange(client, 'bare');
    await client.endAsync();
  }
}

async function exchangeOnMany(connections: number, forMs: number): Promise<BareSpeed> {
  const names = Array.from({ length: connections }, (_, index) => `bare-${index}`);
  const clients = await Promise.all(names.map(async (name) => [await connect(name), name] as const));
  for (const [client, name] of clients) await client.subscribeAsync(topic(name, 'response'), { qos: 0 });
  let exchanges = 0;
  const cpu = process.cpuUsage();
  const start = performance.now();
  const loop = async ([client, name]: (typeof clients)[number]): Promise<void> => {
    for (; performance.now() < start + forMs; exchanges += 1) await exchange(client, name);
  };
  await Promise.all(clients.map(loop));
  const taken = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  await Promise.all(clients.map(async ([client]) => client.endAsync(true)));
  return { exchanges, ms: taken, cpuMs: (user + system) / 1000 };
}

if (mode === 'plan') await followPlan(JSON.parse(first) as [number, number][]);
else console.log(JSON.stringify(await exchangeOnMany(Number(first), Number(ms))));
