import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { parser as createParser, generate, type Packet } from 'mqtt-packet';
import type { Address } from '../harness/device/socket.ts';

/** The reaction of a {@link FakeServer} to a packet of a device. */
export type Reaction = (packet: Packet, peer: Peer) => void;

/** A device's connection, as a {@link FakeServer} sees it. */
export class Peer {
  readonly socket: Socket;
  /** What the device sent, in order. */
  readonly packets: Packet[] = [];
  /** Resolves when the connection is closed. */
  readonly closed: Promise<void>;
  readonly #waiting = new Map<Packet['cmd'], () => void>();
  #version = 4;

  constructor(socket: Socket, react: Reaction) {
    this.socket = socket;
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
    const parser = createParser();
    parser.on('packet', (packet) => {
      if (packet.cmd === 'connect') this.#version = packet.protocolVersion ?? 4;
      this.packets.push(packet);
      this.#waiting.get(packet.cmd)?.();
      react(packet, this);
    });
    // Bytes that are not MQTT, such as TLS, end the connection, as with a broker.
    parser.on('error', () => socket.destroy());
    socket.on('data', (bytes) => parser.parse(bytes));
    socket.on('error', () => {});
  }

  send(packet: Packet): void {
    this.socket.write(generate(packet, { protocolVersion: this.#version }));
  }

  /** Sends a PUBLISH at QoS 0. */
  publish(topic: string, payload: string): void {
    this.send({ cmd: 'publish', topic, payload, qos: 0, retain: false, dup: false });
  }

  /** Resolves when the device has sent a packet of this kind. */
  async received(cmd: Packet['cmd']): Promise<void> {
    if (this.packets.some((packet) => packet.cmd === cmd)) return;
    await new Promise<void>((resolve) => this.#waiting.set(cmd, resolve));
  }
}

/** A server on a free port of the loopback. The test decides how it reacts to each packet. */
export class FakeServer implements AsyncDisposable {
  /** The connections, in order. */
  readonly peers: Peer[] = [];
  readonly #server: Server;
  readonly #arrivals: ((peer: Peer) => void)[] = [];

  private constructor(react: Reaction, allowHalfOpen: boolean, tls: TlsOptions | undefined) {
    const accept = (socket: Socket): void => {
      const peer = new Peer(socket, react);
      this.peers.push(peer);
      this.#arrivals.shift()?.(peer);
    };
    const options = { noDelay: true, allowHalfOpen };
    this.#server = tls === undefined ? createServer(options, accept) : createTlsServer({ ...options, ...tls }, accept);
  }

  /**
   * @param allowHalfOpen when the device ends its side, the server does not end its own
   * @param tls with these options, it uses TLS
   */
  static async open(
    react: Reaction = agree,
    { allowHalfOpen = false, tls }: { allowHalfOpen?: boolean; tls?: TlsOptions } = {},
  ): Promise<FakeServer> {
    const server = new FakeServer(react, allowHalfOpen, tls);
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get address(): Address {
    return { host: '127.0.0.1', port: (this.#server.address() as AddressInfo).port };
  }

  /** The first connection; waits for it if there is none. */
  async peer(): Promise<Peer> {
    return this.peers[0] ?? new Promise((resolve) => this.#arrivals.push(resolve));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const { socket } of this.peers) socket.destroy();
    await closed;
  }
}

/** Accepts every connection and grants every subscription. */
export function agree(packet: Packet, peer: Peer): void {
  if (packet.cmd === 'connect') peer.send({ cmd: 'connack', sessionPresent: false, returnCode: 0, reasonCode: 0 });
  if (packet.cmd === 'subscribe')
    peer.send({ cmd: 'suback', messageId: packet.messageId ?? 0, granted: packet.subscriptions.map(({ qos }) => qos) });
  if (packet.cmd === 'unsubscribe') peer.send({ cmd: 'unsuback', messageId: packet.messageId ?? 0, granted: [] });
}
