import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { EnvironmentError } from '../implementation/errors.ts';
import { loadTls, requireTls } from './tls.ts';

test('a name is sent as the server name, an address is not', () => {
  assert.equal(loadTls(undefined, 'hub.example').serverName, 'hub.example');
  assert.equal(loadTls(undefined, '127.0.0.1').serverName, '');
  assert.equal(loadTls({ selfSigned: false, serverName: 'hub' }, '127.0.0.1').serverName, 'hub');
});

test('a server that speaks no TLS is the set-up, and not the implementation, being wrong', async () => {
  const server = createServer((socket) => socket.on('error', () => {}).end('hello\r\n'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    const address = { host: '127.0.0.1', port, tls: loadTls({ selfSigned: true }, '127.0.0.1') };
    await assert.rejects(
      requireTls(address, 2000),
      (error) =>
        error instanceof EnvironmentError && /does not speak TLS\.\n {2}A server without TLS .* mqtt:\/\//.test(error.message),
    );
  } finally {
    server.close();
  }
});

test('without TLS nothing is asked', async () => {
  await requireTls({ host: '127.0.0.1', port: 1 }, 1);
});
