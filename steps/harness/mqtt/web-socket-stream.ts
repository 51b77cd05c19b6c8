import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type WebSocket from 'ws';

/**
 * How the suite speaks WebSocket on either side: what it reads of one message, in bytes, and how long the other side may take to close, in
 * ms.
 */
export const webSocketOptions = { perMessageDeflate: false, maxPayload: 16 * 1024 * 1024, closeTimeout: 1000 } as const;

/**
 * The bytes of MQTT in a WebSocket: those of all its binary messages, one after the other, however packets are cut into them. It is there
 * before the WebSocket is open, and ends with its connection. Each write becomes one message.
 */
export class WebSocketStream extends Duplex {
  readonly #socket: Socket;
  #webSocket: WebSocket | undefined;
  /** What waits until the WebSocket is open, or never will be. */
  #settled: (() => void) | undefined;
  #over = false;

  /**
   * @param socket what carries the WebSocket: TCP or TLS
   * @param inWords what an error of the socket means
   */
  constructor(socket: Socket, inWords = (error: Error): Error => error) {
    super({ allowHalfOpen: false });
    this.#socket = socket;
    socket.on('error', (error) => this.destroy(inWords(error)));
    socket.once('close', () => {
      if (this.#webSocket === undefined) this.#leave();
    });
  }

  /** The WebSocket is open: emits `connect`. */
  open(webSocket: WebSocket): void {
    this.#webSocket = webSocket;
    webSocket.on('message', (data: Buffer, binary: boolean) => {
      // Several messages may have come at once.
      if (this.destroyed) return;
      if (!binary) this.destroy(new Error('a text message came over WebSocket, where MQTT has binary ones'));
      else if (!this.push(data)) webSocket.pause();
    });
    webSocket.on('error', (error) => this.destroy(error));
    webSocket.once('close', () => this.#leave());
    this.#settle();
    this.emit('connect');
  }

  override _read(): void {
    this.#webSocket?.resume();
  }

  override _write(bytes: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#whenSettled(() => {
      const webSocket = this.#webSocket;
      // Nothing can be sent when the other side has closed: the stream ends by itself.
      if (webSocket === undefined || webSocket.readyState !== webSocket.OPEN) done();
      else webSocket.send(bytes, { binary: true }, done);
    });
  }

  override _final(done: () => void): void {
    if (this.#webSocket === undefined) this.#socket.end();
    else this.#webSocket.close();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#webSocket?.terminate();
    this.#socket.destroy();
    this.#leave();
    done(error);
  }

  #whenSettled(act: () => void): void {
    if (this.#webSocket !== undefined || this.#over) act();
    else this.#settled = act;
  }

  #settle(): void {
    this.#settled?.();
    this.#settled = undefined;
  }

  /** No more comes. */
  #leave(): void {
    this.#over = true;
    if (!this.destroyed) this.push(null);
    this.#settle();
  }
}
