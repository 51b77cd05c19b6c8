import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { CheckedStream } from './checked-stream.ts';

test('what is written between cork and uncork arrives in one piece', async (context) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', noDelay: true });
  const [peer] = (await once(server, 'connection')) as [Socket];
  const write = context.mock.method(socket, 'write');
  const stream = new CheckedStream(socket, 4);
  stream.cork();
  for (const byte of [0x82, 5, 0, 1, 0]) stream.write(Buffer.from([byte]));
  stream.uncork();
  const [bytes] = (await once(peer, 'data')) as [Buffer];
  assert.deepEqual([[...bytes], write.mock.callCount()], [[0x82, 5, 0, 1, 0], 1]);
  stream.destroy();
  peer.destroy();
  server.close();
});
