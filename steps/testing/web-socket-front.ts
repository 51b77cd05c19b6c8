import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, createConnection } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { freePort } from '../harness/implementation/free-port.ts';
import { root } from '../requirements/requirement.ts';

/**
 * Starts a fixture that can be reached over WebSocket at the path /mqtt, during an action.
 *
 * @param tls PEM texts; with them, it uses TLS
 */
export async function behindWebSocket<T>(
  fixture: string,
  act: (port: number) => Promise<T>,
  tls?: { readonly cert: string; readonly key: string },
): Promise<T> {
  const port = await freePort();
  const program = [join(root, 'fixtures/support/start.ts'), fixture, '--port', String(port)];
  const server = spawn(process.execPath, program, { stdio: ['ignore', 'pipe', 'inherit'] });
  const front = tls === undefined ? createServer() : createSecureServer(tls);
  try {
    const ended = once(server, 'exit').then(() => true);
    if (await Promise.race([ended, once(server.stdout, 'data').then(() => false)]))
      throw new Error(`the fixture ${fixture} ended at once`);
    new WebSocketServer({ server: front, path: '/mqtt' }).on('connection', (webSocket) => {
      const [near, far] = [createWebSocketStream(webSocket), createConnection({ host: '127.0.0.1', port, noDelay: true })];
      pipeline(near, far, near, () => {});
    });
    front.listen(0, '127.0.0.1');
    await once(front, 'listening');
    return await act((front.address() as AddressInfo).port);
  } finally {
    server.kill();
    front.close();
    front.closeAllConnections();
  }
}
