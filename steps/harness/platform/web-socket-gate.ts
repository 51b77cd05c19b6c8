import { createServer, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { NoUpgrade } from '../mqtt/tls-fault.ts';
import { WebSocketStream, webSocketOptions } from '../mqtt/web-socket-stream.ts';

/** The sub-protocols of MQTT, the usual one first; the other one is that of MQTT 3.1. */
const subProtocols = ['mqtt', 'mqttv3.1'];

/** Upgrades the connections of clients to WebSocket, at any path. It listens nowhere itself. */
export class WebSocketGate {
  readonly #http = createServer();
  readonly #upgrades = new WebSocketServer({
    ...webSocketOptions,
    noServer: true,
    handleProtocols: (offered) => subProtocols.find((name) => offered.has(name)) ?? false,
  });
  readonly #streams = new WeakMap<Duplex, WebSocketStream>();

  constructor() {
    this.#http.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
    this.#http.on('request', ({ socket }) => this.#refuse(socket, 'speaks HTTP, and asks for no upgrade to WebSocket'));
    this.#http.on('clientError', (error: Error & { readonly rawPacket?: Buffer }, socket) => {
      const { rawPacket = Buffer.alloc(0) } = error;
      const what = rawPacket[0] === 0x10 ? 'speaks MQTT without WebSocket' : 'does not speak HTTP, by which a WebSocket begins';
      this.#refuse(socket, what, rawPacket);
    });
    this.#upgrades.on('wsClientError', ({ message }, socket) =>
      this.#refuse(socket, `asks for no WebSocket as it should (${message})`),
    );
  }

  /** What will come of MQTT over a connection, TCP or TLS; it fails with {@link NoUpgrade} where the client asks for no WebSocket. */
  admit(socket: Socket): WebSocketStream {
    const stream = new WebSocketStream(socket);
    this.#streams.set(socket, stream);
    this.#http.emit('connection', socket);
    return stream;
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
    if (offered.some((name) => subProtocols.includes(name)))
      this.#upgrades.handleUpgrade(request, socket, head, (webSocket) => this.#streams.get(socket)?.open(webSocket));
    else this.#refuse(socket, 'asks for a WebSocket without the sub-protocol mqtt');
  }

  #refuse(socket: Duplex, what: string, bytes?: Buffer): void {
    if (socket.writable) socket.write('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    this.#streams.get(socket)?.destroy(new NoUpgrade(what, bytes));
  }
}
