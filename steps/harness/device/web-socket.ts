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
  const stream = new WebSocketStream(socket);
  socket.once('secureConnect', () => stream.emit('secureConnect'));
  const webSocket = new WebSocket(url, 'mqtt', { ...webSocketOptions, createConnection: () => socket });
  const fail = (seen: string, refused?: boolean): unknown => stream.destroy(new NoWebSocket(url, seen, refused));
  // What fails of the connection itself is told by the socket.
  const faulty = (error: Error): unknown => (socket.errored === null ? fail(closed(error)) : stream.destroy(error));
  webSocket.once('unexpected-response', (request, { statusCode = 0, statusMessage = '' }) => {
    fail(`the server answers HTTP ${statusCode} ${statusMessage}`.trimEnd(), true);
    request.destroy();
  });
  webSocket.on('error', faulty);
  webSocket.once('open', () => {
    webSocket.off('error', faulty);
    stream.open(webSocket);
  });
  stream.once('close', () => webSocket.terminate());
  return stream;
}

function closed({ message }: Error): string {
  return message === 'socket hang up' ? 'the server closed the connection and sent no answer in HTTP' : message;
}
