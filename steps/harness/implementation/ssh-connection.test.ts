import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import ssh2 from 'ssh2';
import { freePort } from './free-port.ts';
import { connectTo } from './ssh-connection.ts';

/** An SSH server that listens on another address for who logs in, as the one in a forwarder's container does. */
async function sshServer(password: string): Promise<{ readonly port: number; close(): void }> {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  const listeners: Server[] = [];
  const server = new ssh2.Server({ hostKeys: [privateKey] }, (client) => {
    client.on('error', () => {});
    client.on('authentication', (context) => {
      if (context.method === 'password' && context.password === password) context.accept();
      else context.reject();
    });
    client.on('request', (accept, _reject, name, info) => {
      assert.equal(name, 'tcpip-forward');
      const { bindAddr, bindPort } = info as { readonly bindAddr: string; readonly bindPort: number };
      const listener = createServer({ allowHalfOpen: true }, (socket) => {
        socket.on('error', () => {});
        client.forwardOut(bindAddr, bindPort, '127.0.0.2', socket.remotePort ?? 0, (error, channel) => {
          if (error !== undefined) socket.destroy();
          else socket.pipe(channel).pipe(socket);
        });
      });
      listeners.push(listener.listen(bindPort, '127.0.0.2', () => accept?.()));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      for (const listener of [server, ...listeners]) listener.close();
    },
  };
}

describe('a forwarder', { timeout: 20_000 }, () => {
  const password = 'of one run only';

  /** What somebody on the other side has of a server of this machine. */
  const through = async (serve: (socket: Socket) => void, speak: (socket: Socket) => Promise<void>): Promise<void> => {
    const server = await sshServer(password);
    const local = createServer({ allowHalfOpen: true }, serve).listen(await freePort(), '127.0.0.1');
    await once(local, 'listening');
    const { port } = local.address() as AddressInfo;
    const connection = await connectTo({ host: '127.0.0.1', port: server.port, password });
    try {
      await connection.listen(port);
      const socket = connect({ host: '127.0.0.2', port, allowHalfOpen: true });
      await speak(socket);
      socket.destroy();
    } finally {
      connection.end();
      local.close();
      server.close();
    }
  };

  test('hands over what either side says, to the last word', () =>
    through(
      (socket) => void socket.once('data', (heard) => socket.end(`you said ${heard.toString()}`)),
      async (socket) => {
        socket.write('hello');
        assert.equal(await text(socket), 'you said hello');
      },
    ));

  test('closes a connection that this machine resets, and goes on', () => {
    let accepted = 0;
    return through(
      (socket) => {
        accepted += 1;
        if (accepted === 1) socket.resetAndDestroy();
        else socket.end('second');
      },
      async (first) => {
        await Promise.race([once(first, 'close'), once(first.resume(), 'end')]);
        const second = connect({ host: '127.0.0.2', port: first.remotePort ?? 0 });
        assert.equal(await text(second), 'second');
      },
    );
  });

  test('says why it cannot work', async () => {
    const server = await sshServer(password);
    await assert.rejects(
      connectTo({ host: '127.0.0.1', port: server.port, password: 'another' }),
      /authentication methods failed/,
    );
    server.close();
  });
});
