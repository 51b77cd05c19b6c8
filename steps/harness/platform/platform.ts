import type { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import type { IConnectPacket, IPublishPacket, ISubscribePacket } from 'mqtt-packet';
import type { Identity } from '../implementation/target.ts';
import { certificatesIn, distrust } from '../mqtt/peer-certificate.ts';
import { Distrust } from '../mqtt/tls-fault.ts';
import { Arrivals } from './arrivals.ts';
import { ClientConnection, type ClientMessage } from './client-connection.ts';
import type { ConnectDecision, Delivery, Director, SubscribeDecision } from './client-decision.ts';
import type { Script } from './client-script.ts';
import { type ConnectionLimits, usualLimits } from './connection-limits.ts';
import { DeviceRegistry } from './device-registry.ts';
import { WebSocketGate } from './web-socket-gate.ts';

/** How a platform is set up. */
export interface PlatformOptions {
  /** PEM texts; with them the platform speaks TLS and nothing else. With `ca` it accepts only clients with a certificate of that authority. */
  readonly tls?: { readonly key: string; readonly cert: string; readonly ca?: string };
  /** With it the platform speaks MQTT over WebSocket and nothing else. */
  readonly webSocket?: true;
  /** What it does for clients that it does not recognise as one of its devices; by default it accepts them and answers nothing. */
  readonly script?: Script;
  readonly limits?: Partial<ConnectionLimits>;
}

/** A wait with an end. */
export interface Wait {
  readonly signal?: AbortSignal;
}

/** The most connections without CONNECT that are remembered. */
const mostUnnamed = 100;

/** The most errors of scripts that are remembered. */
const mostFaults = 100;

/**
 * The platform that the suite plays in front of clients: MQTT 3.1, 3.1.1 and 5 on one port, any number of clients, each connection with
 * a trace of its own. It records and does as its scripts say; it never judges. It keeps the sessions of a device, and a second connection
 * of the same device with the same client id ends the first. Clients of different devices, or of none that it recognises, may have the
 * same client id, because the same firmware may run several times at once.
 *
 * A connection belongs to a device as soon as something shows it: a user name or client id with the device name in it, then the
 * topic filters and topics that it uses. A device's own request topic always counts most.
 */
export class Platform implements AsyncDisposable {
  readonly #server: Server;
  readonly #limits: ConnectionLimits;
  readonly #secure: SecureContext | undefined;
  readonly #gate: WebSocketGate | undefined;
  /** Whose certificates let a client in; none when it needs none. */
  readonly #authorities: readonly X509Certificate[];
  readonly #devices: DeviceRegistry;
  readonly #open = new Set<ClientConnection>();
  readonly #attempts = new Arrivals<ClientConnection>();
  readonly #unnamed = new Set<ClientConnection>();
  readonly #faults: unknown[] = [];
  readonly #director: Director<ClientConnection> = {
    connect: (packet, connection) => this.#connect(packet, connection),
    subscribe: (packet, connection) => this.#subscribe(packet, connection),
    request: (message) => this.#request(message),
    autoSubscription: (connection) => this.#devices.ownerOf(connection).script.autoSubscription ?? false,
  };
  #accepted = 0;

  /** @throws Error of node:tls when key and certificate are not a pair of PEM texts */
  constructor({ tls, webSocket, script = {}, limits = {} }: PlatformOptions = {}) {
    this.#limits = { ...usualLimits, ...limits };
    this.#secure = tls === undefined ? undefined : createSecureContext(tls);
    this.#gate = webSocket ? new WebSocketGate() : undefined;
    this.#authorities = tls?.ca === undefined ? [] : certificatesIn(tls.ca);
    this.#devices = new DeviceRegistry(script);
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
  }

  /**
   * Listens on one address: the loopback for processes, the bridge's gateway for containers.
   *
   * @param port 0 for a free one
   * @returns the port
   * @throws Error of node:net (EADDRINUSE, EADDRNOTAVAIL)
   */
  async listen(host: string, port = 0): Promise<number> {
    this.#server.listen({ host, port, backlog: 4096 });
    await once(this.#server, 'listening');
    // Too many open files while accepting: the client sees its connection refused, and the suite lives on.
    this.#server.on('error', (error) => this.#fault(error));
    return (this.#server.address() as AddressInfo).port;
  }

  /** Takes a connection that did not come over the port, as the fuzzing has them. */
  join(socket: Socket): ClientConnection {
    return this.#accept(socket);
  }

  /** Connections that are open now, of all clients. */
  get open(): ReadonlySet<ClientConnection> {
    return this.#open;
  }

  /** TCP connections since the platform listens, refused ones included. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Connections that have sent no CONNECT, in order, also those that have ended: the first 100. */
  get unnamed(): readonly ClientConnection[] {
    return [...this.#unnamed];
  }

  /** What scripts threw: the suite's own errors, which never count against a client. At most 100 are kept. */
  get faults(): readonly unknown[] {
    return this.#faults;
  }

  /** What it does for clients that it does not recognise as one of its devices, and for every TCP connection (`onAccept`). */
  set script(script: Script) {
    this.#devices.unrecognised.script = script;
  }

  /** Plays this script for a device from now on. A script that it had before is replaced; its connections and requests stay. */
  play(identity: Identity, script: Script): void {
    this.#devices.play(identity, script);
  }

  /** Ends the device's connections and forgets it. Every wait for it rejects. */
  forget(identity: Identity): void {
    const device = this.#devices.remove(identity);
    for (const connection of device?.connections ?? []) if (this.#open.has(connection)) connection.cut();
  }

  /**
   * Connections of a device, in order of their CONNECT, the latest ended ones included; without a device those of unrecognised clients.
   *
   * @throws RangeError when no script is played for the device
   */
  connections(identity?: Identity): readonly ClientConnection[] {
    return [...this.#devices.get(identity).connections];
  }

  /**
   * The earliest PUBLISH of a device that was not taken yet, now or when it comes; without a device that of an unrecognised client.
   *
   * @throws the signal's reason when it aborts first; RangeError when no script is played for the device
   */
  async nextRequest(identity?: Identity, { signal }: Wait = {}): Promise<ClientMessage> {
    return this.#devices.get(identity).requests.next(signal);
  }

  /**
   * The earliest connection of a device that was not taken yet, now or as soon as it is recognised: at its CONNECT, or later by a
   * topic. Without a device that of an unrecognised client, at its CONNECT; it may be recognised as a device's afterwards.
   *
   * @throws the signal's reason when it aborts first; RangeError when no script is played for the device
   */
  async nextConnection(identity?: Identity, { signal }: Wait = {}): Promise<ClientConnection> {
    return this.#devices.get(identity).newConnections.next(signal);
  }

  /**
   * The earliest TCP connection that was not taken yet, of any client, also a refused one.
   *
   * @throws the signal's reason when it aborts first
   */
  async nextAttempt({ signal }: Wait = {}): Promise<ClientConnection> {
    return this.#attempts.next(signal);
  }

  /**
   * Answers a request as a platform does: to every connection of its device that subscribed the topic, since one connection may
   * ask and another listen; when there is none and the device has automatic subscription, to the one that asked.
   *
   * @returns the packets as they were sent; none when no connection receives the topic
   */
  respond({ connection }: ClientMessage, topic: string, payload: string | Uint8Array, delivery: Delivery = {}): IPublishPacket[] {
    const listeners = [...this.#devices.ownerOf(connection).connections].filter(
      (candidate) => candidate.ending === undefined && candidate.subscribes(topic),
    );
    return (listeners.length > 0 ? listeners : [connection]).flatMap(
      (listener) => listener.deliver(topic, payload, delivery) ?? [],
    );
  }

  /** Ends every connection and stops listening. Every wait rejects. */
  async [Symbol.asyncDispose](): Promise<void> {
    const reason = new Error('the platform was closed');
    for (const device of this.#devices.all) device.close(reason);
    this.#attempts.close(reason);
    const ends = [...this.#open].map(({ closed }) => closed);
    for (const connection of this.#open) connection.cut();
    await Promise.all(ends);
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(raw: Socket): ClientConnection {
    this.#accepted += 1;
    const secured = this.#secure === undefined ? raw : this.#secured(raw, this.#secure);
    const stream = this.#gate?.admit(secured) ?? secured;
    const connection = new ClientConnection(this.#accepted, { stream, secured, raw }, this.#director, this.#limits);
    this.#open.add(connection);
    if (this.#unnamed.size < mostUnnamed) this.#unnamed.add(connection);
    void connection.closed.then(() => {
      this.#open.delete(connection);
      this.#devices.closed(connection);
    });
    if (this.#decide(() => this.#devices.unrecognised.script.onAccept?.(connection), 'accept') === 'refuse')
      connection.refuseTcp();
    this.#attempts.put(connection);
    return connection;
  }

  /** TLS on a TCP connection; it fails by itself for a client that shows no certificate where one is asked for. */
  #secured(raw: Socket, secureContext: SecureContext): TLSSocket {
    const asks = this.#authorities.length > 0;
    const socket = new TLSSocket(raw, { isServer: true, secureContext, requestCert: asks, rejectUnauthorized: asks });
    if (asks) {
      socket.once('secure', () => {
        const reason = distrust(socket.getPeerX509Certificate(), this.#authorities);
        if (reason !== undefined) socket.destroy(new Distrust(reason));
      });
    }
    return socket;
  }

  #connect(packet: IConnectPacket, connection: ClientConnection): ConnectDecision {
    this.#unnamed.delete(connection);
    const device = this.#devices.recogniseByConnect(connection, packet.username ?? '', packet.clientId);
    const decision = this.#decide<ConnectDecision>(() => device.script.onConnect?.(packet, connection), 'accept');
    // Clients that were not recognised are told apart by nothing: several of them may have one client id.
    const known = device !== this.#devices.unrecognised;
    if (known && typeof decision === 'string') device.sessions.connected(packet, connection, device.connections);
    return decision;
  }

  #subscribe(packet: ISubscribePacket, connection: ClientConnection): SubscribeDecision {
    const filters = packet.subscriptions.map(({ topic }) => topic);
    const device = this.#devices.recogniseByFilters(connection, filters);
    return this.#decide<SubscribeDecision>(() => device.script.onSubscribe?.(packet, connection), 'grant');
  }

  async #request(message: ClientMessage): Promise<void> {
    const { connection, topic } = message;
    const device = this.#devices.recogniseByTopic(connection, topic);
    device.requests.put(message);
    try {
      await device.script.onRequest?.(message, connection);
    } catch (error) {
      // A script that waited with the connection's signal ends this way when the client is gone.
      const gone = error === connection.signal.reason || (error instanceof Error && error.name === 'AbortError');
      if (!(connection.signal.aborted && gone)) this.#fault(error);
    }
  }

  /** A script's decision, or the usual one where it has none or throws. */
  #decide<T>(ask: () => T | undefined, usual: T): T {
    try {
      return ask() ?? usual;
    } catch (error) {
      this.#fault(error);
      return usual;
    }
  }

  #fault(error: unknown): void {
    if (this.#faults.length < mostFaults) this.#faults.push(error);
  }
}
