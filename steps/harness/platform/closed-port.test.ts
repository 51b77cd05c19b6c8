import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { test } from 'node:test';
import { ClosedPort } from './closed-port.ts';

test('nothing listens on a closed port, and nobody else is given it', async () => {
  using closed = new ClosedPort();
  const port = await closed.listen('127.0.0.1');
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const socket = createConnection({ host: '127.0.0.1', port });
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    assert.equal(error.code, 'ECONNREFUSED');
  }
});
