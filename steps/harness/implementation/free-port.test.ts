import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { freePort } from './free-port.ts';

test('a free port is none that a system gives away by chance, and can be listened on', async () => {
  const ports = await Promise.all(Array.from({ length: 20 }, async () => freePort()));
  for (const port of ports) assert.ok(port > 1024 && port < 32_768, String(port));
  const [port = 0] = ports;
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  server.close();
  await once(server, 'close');
});

test('no port of an address that is none of this machine is free', async () => {
  await assert.rejects(freePort('203.0.113.1'), { code: 'EADDRNOTAVAIL' });
});
