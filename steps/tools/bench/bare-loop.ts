/**
 * What the suite is compared with: an mqtt.js loop that connects, subscribes, exchanges and disconnects as often as the suite does, one
 * thing after the other, and does nothing else. It judges nothing and records nothing.
 *
 * Usage: node bare-loop.ts PORT [[subscriptions, exchanges], …]
 */
import { createConnection } from 'node:net';
import { MqttClient } from 'mqtt';

const [port, plan = '[]'] = process.argv.slice(2);
const request = '/ext/ntp/benchmark/bare/request';
const topics = ['/ext/ntp/benchmark/bare/response', '/ext/ntp/benchmark/other/response'];

for (const [subscriptions, exchanges] of JSON.parse(plan) as [number, number][]) {
  const client = new MqttClient(() => createConnection({ port: Number(port), host: '127.0.0.1', noDelay: true }), {
    clientId: 'bare-loop',
    reconnectPeriod: 0,
  });
  await new Promise<void>((resolve) => client.once('connect', () => resolve()));
  for (let n = 0; n < subscriptions; n += 1) await client.subscribeAsync(topics[n % topics.length] ?? '', { qos: 0 });
  for (let n = 0; n < exchanges; n += 1) {
    const answered = new Promise<void>((resolve) => client.once('message', () => resolve()));
    client.publish(request, `{"deviceSendTime":${Date.now()}}`);
    await answered;
  }
  await client.endAsync();
}
