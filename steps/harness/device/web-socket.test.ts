import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { type WebSocket, WebSocketServer } from 'ws';
import { openStream } from './socket.ts';

/** A server over WebSocket that does this with each connection, and a stream to it. */
async function open(
  context: TestContext,
  serve: (webSocket: WebSocket, socket: Socket) => void,
  handleProtocols: () => string | false = () => 'mqtt',
) {
  const http = createServer().listen(0, '127.0.0.1');
  await once(http, 'listening');
  const webSockets = new WebSocketServer({ server: http, handleProtocols });
  webSockets.on('connection', (webSocket: WebSocket, { socket }: IncomingMessage) => serve(webSocket, socket));
  context.after(() => {
    http.close();
    for (const webSocket of webSockets.clients) webSocket.terminate();
  });
  const { port } = http.address() as AddressInfo;
  const stream = openStream({ host: '127.0.0.1', port, webSocket: `ws://127.0.0.1:${port}/mqtt` });
  context.after(() => stream.destroy());
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return { stream, text: () => Buffer.concat(chunks).toString() };
}

test('a WebSocket is the bytes of its messages, and ends when the server closes it', async (context) => {
  const { stream, text } = await open(context, (webSocket) => {
    webSocket.once('message', (sent: Buffer) => {
      webSocket.send('ab', { binary: true, fin: false });
      webSocket.send('c', { binary: true });
      webSocket.send(sent);
      webSocket.close();
    });
  });
  // Before it is open.
  stream.write('xyz');
  await once(stream, 'close');
  assert.equal(text(), 'abcxyz');
});

for (const [name, serve, handleProtocols, expected] of [
  ['a text message', (webSocket) => webSocket.send('text'), () => 'mqtt', /a text message came over WebSocket/],
  ['no sub-protocol', () => {}, () => false, /no WebSocket at ws:.*: Server sent no subprotocol/],
  ['a reset', (_, socket) => socket.resetAndDestroy(), () => 'mqtt', /ECONNRESET/],
] satisfies [string, Parameters<typeof open>[1], () => string | false, RegExp][])
  test(`a WebSocket fails of ${name}, in words`, async (context) => {
    const { stream } = await open(context, serve, handleProtocols);
    const [error] = (await once(stream, 'error')) as [Error];
    assert.match(error.message, expected);
    if (!stream.closed) await once(stream, 'close');
  });

test('a WebSocket that the suite ends is closed, and what it has sent before arrives', async (context) => {
  const arrived = Promise.withResolvers<string>();
  const { stream } = await open(context, (webSocket) => {
    let text = '';
    webSocket.on('message', (data: Buffer) => {
      text += data.toString();
    });
    webSocket.once('close', () => arrived.resolve(text));
  });
  stream.write('one');
  stream.end('two');
  await once(stream, 'close');
  assert.equal(await arrived.promise, 'onetwo');
});
