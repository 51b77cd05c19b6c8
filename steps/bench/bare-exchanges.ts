/**
 * What a fleet of light devices is compared with: mqtt.js on some connections, each asking again as soon as it is answered, and nothing
 * else. Prints, as JSON, exchanges per second and the processor time of each in µs.
 *
 * Usage: node bare-exchanges.ts HOST PORT CONNECTIONS MS
 */
import { createConnection } from 'node:net';
import { MqttClient } from 'mqtt';

const [host = '', port, count, ms] = process.argv.slice(2);
const clients = await Promise.all(
  Array.from({ length: Number(count) }, async (_, index) => {
    const client = new MqttClient(() => createConnection({ port: Number(port), host, noDelay: true }), {
      clientId: `bare-${index}`,
      reconnectPeriod: 0,
    });
    await new Promise<void>((resolve) => client.once('connect', () => resolve()));
    await client.subscribeAsync(`/ext/ntp/benchmark/bare-${index}/response`, { qos: 0 });
    return client;
  }),
);
const before = process.cpuUsage();
const start = performance.now();
const end = start + Number(ms);
let exchanges = 0;
await Promise.all(
  clients.map(async (client, index) => {
    while (performance.now() < end) {
      const answered = new Promise<void>((resolve) => client.once('message', () => resolve()));
      client.publish(`/ext/ntp/benchmark/bare-${index}/request`, `{"deviceSendTime":${Date.now()}}`);
      await answered;
      exchanges += 1;
    }
  }),
);
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ perSecond: (exchanges / (performance.now() - start)) * 1000, cpuUs: (user + system) / exchanges }));
await Promise.all(clients.map(async (client) => client.endAsync(true)));
