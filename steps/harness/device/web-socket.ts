import type { Socket } from 'node:net';
import WebSocket from 'ws';
import { WebSocketStream, webSocketOptions } from '../mqtt/web-socket-stream.ts';

/** There is no WebSocket for MQTT where one was looked for. */
export class NoWebSocket extends Error {
  override readonly name = 'NoWebSocket';
  /** Whether the server answered in HTTP, and refused. */
  readonly refused: boolean;

  constructor(url: string, seen: string, refused = false) {
    super(`no WebSocket at ${url}: ${seen}`);
    this.refused = refused;
  }
}

/**
 * Opens a WebSocket for MQTT on a connection, and emits `connect` when it is open and `secureConnect` when TLS is.
 *
 * @param socket the connection: TCP or TLS, which may still be being made
 * @param url what is asked for, such as `wss://broker.example:443/mqtt`
 */
export function openWebSocket(socket: Socket, url: string): WebSocketStream {
  // What the system or TLS says has a code; what has none is that of an upgrade.
  const inWords = (error: Error): Error => ('code' in error ? error : new NoWebSocket(url, error.message));
  const stream = new WebSocketStream(socket, inWords);
  socket.once('secureConnect', () => stream.emit('secureConnect'));
  const webSocket = new WebSocket(url, 'mqtt', { ...webSocketOptions, createConnection: () => socket });
  const fail = (error: NodeJS.ErrnoException): void => {
    const closed = error.code === 'ECONNRESET' ? 'the server closed the connection and sent no answer in HTTP' : error.message;
    stream.destroy(socket.errored === null ? new NoWebSocket(url, closed) : inWords(error));
  };
  webSocket.once('unexpected-response', (request, { statusCode = 0, statusMessage = '' }) => {
    stream.destroy(new NoWebSocket(url, `the server answers HTTP ${statusCode} ${statusMessage}`.trimEnd(), true));
    request.destroy();
  });
  webSocket.on('error', fail);
  webSocket.once('open', () => {
    webSocket.off('error', fail);
    stream.open(webSocket);
  });
  stream.once('close', () => webSocket.terminate());
  return stream;
}
