import type { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import type { IConnectPacket, IPublishPacket, ISubscribePacket } from 'mqtt-packet';
import type { Identity } from '../implementation/target.ts';
import { condensed } from '../mqtt/frame-log.ts';
import { certificatesIn, distrust } from '../mqtt/peer-certificate.ts';
import { Arrivals } from './arrivals.ts';
import { ClientConnection, type Delivery, type Director, type SessionLimits } from './client-connection.ts';
import type { ConnectDecision, PlatformRequest, Script, SubscribeDecision } from './platform-script.ts';

/** How a platform is set up. */
export interface PlatformOptions {
  /** PEM texts; with them the platform speaks TLS and nothing else. With `ca` it lets in only who shows a certificate of that authority. */
  readonly tls?: { readonly key: string; readonly cert: string; readonly ca?: string };
  /** What it does for clients that it takes for none of its devices; by default it accepts them and answers nothing. */
  readonly script?: Script;
  readonly limits?: Partial<SessionLimits>;
}

/** A wait with an end. */
export interface Wait {
  readonly signal?: AbortSignal;
}

const defaults: SessionLimits = {
  log: { frames: 2000, bytes: 1024 * 1024 },
  packetBytes: 256 * 1024,
  packets: 20_000,
  subscriptions: 1000,
  openRequests: 1000,
};

/** The most ended connections that are remembered of one device, and of all strangers together. */
const mostEnded = 32;

/** How many of them keep all their frames. */
const mostWhole = 2;

/** The most errors of scripts that are remembered. */
const mostFaults = 100;

/** A device as the platform plays it: its script, its connections, and what came of them. */
class Part {
  script: Script;
  readonly identity: Identity | undefined;
  readonly requests = new Arrivals<PlatformRequest>();
  readonly connections = new Arrivals<ClientConnection>();
  readonly sessions = new Set<ClientConnection>();

  constructor(script: Script, identity?: Identity) {
    this.script = script;
    this.identity = identity;
  }

  /** Forgets most of the older ended connections, and the oldest whole: a client that comes back in a tight loop costs bounded memory. */
  trim(): void {
    const ended = [...this.sessions].filter(({ ending }) => ending !== undefined);
    for (const { frames } of ended.slice(0, -mostWhole)) frames.condense(condensed);
    for (const session of ended.slice(0, -mostEnded)) {
      this.sessions.delete(session);
      // It may still wait to be taken as an attempt, a connection or the sender of a request.
      session.frames.condense({ frames: 0, bytes: 0 });
    }
  }

  close(reason: Error): void {
    this.requests.close(reason);
    this.connections.close(reason);
  }
}

/**
 * The platform that the suite plays in front of clients: MQTT 3.1, 3.1.1 and 5 on one port, any number of clients, each one's
 * wire kept apart. It records and does as its scripts say; it never judges. A client id that comes twice cuts nobody off, other
 * than on the real platform: the same firmware may run several times at once.
 *
 * A connection belongs to a device as soon as something shows it: a user name or client id with the device name in it, then the
 * topic filters and topics that it uses. A request topic of a device's own always counts most. Connections that nothing was
 * recognised of are strangers.
 */
export class Platform implements AsyncDisposable {
  readonly #server: Server;
  readonly #limits: SessionLimits;
  readonly #secure: SecureContext | undefined;
  /** Whose certificates let a client in; none when it needs none. */
  readonly #authorities: readonly X509Certificate[];
  readonly #strangers: Part;
  readonly #parts = new Map<string, Part>();
  readonly #owners = new WeakMap<ClientConnection, Part>();
  readonly #open = new Set<ClientConnection>();
  readonly #attempts = new Arrivals<ClientConnection>();
  readonly #faults: unknown[] = [];
  readonly #director: Director = {
    connect: (packet, session) => this.#connect(packet, session),
    subscribe: (packet, session) => this.#subscribe(packet, session),
    request: (request) => this.#request(request),
    autoSubscription: (session) => this.#owner(session).script.autoSubscription ?? false,
  };
  #accepted = 0;

  /** @throws Error of node:tls when key and certificate are not a pair of PEM texts */
  constructor({ tls, script = {}, limits = {} }: PlatformOptions = {}) {
    this.#limits = { ...defaults, ...limits };
    this.#secure = tls === undefined ? undefined : createSecureContext(tls);
    this.#authorities = tls?.ca === undefined ? [] : certificatesIn(tls.ca);
    this.#strangers = new Part(script);
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

  /** What scripts threw: the suite's own errors, which never count against a client. At most 100 are kept. */
  get faults(): readonly unknown[] {
    return this.#faults;
  }

  /** What it does for clients that it takes for none of its devices, and for every TCP connection (`onAccept`). */
  set script(script: Script) {
    this.#strangers.script = script;
  }

  /** Plays this script for a device from now on. A script that it had before is replaced; its connections and requests stay. */
  play(identity: Identity, script: Script): void {
    const part = this.#parts.get(keyOf(identity));
    if (part === undefined) this.#parts.set(keyOf(identity), new Part(script, identity));
    else part.script = script;
  }

  /** Ends the device's connections and forgets it. Whoever still waits for it is told so. */
  forget(identity: Identity): void {
    const part = this.#parts.get(keyOf(identity));
    if (part === undefined) return;
    this.#parts.delete(keyOf(identity));
    for (const session of part.sessions) if (this.#open.has(session)) session.cut();
    part.close(new Error(`the platform plays no part for ${keyOf(identity)} any more`));
  }

  /**
   * Connections of a device, in order of their CONNECT, the latest ended ones included; without a device those of strangers.
   *
   * @throws RangeError when no script is played for the device
   */
  sessions(identity?: Identity): readonly ClientConnection[] {
    return [...this.#part(identity).sessions];
  }

  /**
   * The earliest PUBLISH of a device that was not taken yet, now or when it comes; without a device that of a stranger.
   *
   * @throws the signal's reason when it aborts first; RangeError when no script is played for the device
   */
  async nextRequest(identity?: Identity, { signal }: Wait = {}): Promise<PlatformRequest> {
    return this.#part(identity).requests.next(signal);
  }

  /**
   * The earliest connection of a device that was not taken yet, now or as soon as it is recognised: at its CONNECT, or later by a
   * topic. Without a device that of a stranger, at its CONNECT; it may turn out to be a device's afterwards.
   *
   * @throws the signal's reason when it aborts first; RangeError when no script is played for the device
   */
  async nextConnection(identity?: Identity, { signal }: Wait = {}): Promise<ClientConnection> {
    return this.#part(identity).connections.next(signal);
  }

  /**
   * The earliest TCP connection that was not taken yet, of whomever, also a refused one.
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
   * @returns the packets as they were sent; none when nobody hears the topic
   */
  respond({ session }: PlatformRequest, topic: string, payload: string | Uint8Array, delivery: Delivery = {}): IPublishPacket[] {
    const listeners = [...this.#owner(session).sessions].filter(
      (candidate) => candidate.ending === undefined && candidate.subscribes(topic),
    );
    return (listeners.length > 0 ? listeners : [session]).flatMap((listener) => listener.deliver(topic, payload, delivery) ?? []);
  }

  /** Ends every connection and stops listening. Whoever still waits is told so. */
  async [Symbol.asyncDispose](): Promise<void> {
    const reason = new Error('the platform was closed');
    for (const part of [this.#strangers, ...this.#parts.values()]) part.close(reason);
    this.#attempts.close(reason);
    const ends = [...this.#open].map(({ closed }) => closed);
    for (const session of this.#open) session.cut();
    await Promise.all(ends);
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(raw: Socket): ClientConnection {
    this.#accepted += 1;
    const socket = this.#secure === undefined ? raw : this.#secured(raw, this.#secure);
    const session = new ClientConnection(this.#accepted, socket, raw, this.#director, this.#limits);
    this.#open.add(session);
    void session.closed.then(() => {
      this.#open.delete(session);
      this.#owners.get(session)?.trim();
    });
    if (this.#decide(() => this.#strangers.script.onAccept?.(session), 'accept') === 'refuse') session.refuseTcp();
    this.#attempts.put(session);
    return session;
  }

  /** TLS on a TCP connection; it fails by itself for a client that shows no certificate where one is asked for. */
  #secured(raw: Socket, secureContext: SecureContext): TLSSocket {
    const asks = this.#authorities.length > 0;
    const socket = new TLSSocket(raw, { isServer: true, secureContext, requestCert: asks, rejectUnauthorized: asks });
    if (asks) {
      socket.once('secure', () => {
        const reason = distrust(socket.getPeerX509Certificate(), this.#authorities);
        if (reason !== undefined) socket.destroy(new Error(reason));
      });
    }
    return socket;
  }

  #connect(packet: IConnectPacket, session: ClientConnection): ConnectDecision {
    const part = this.#recognise(packet.username ?? '', packet.clientId) ?? this.#strangers;
    this.#assign(session, part);
    return this.#decide<ConnectDecision>(() => part.script.onConnect?.(packet, session), 'accept');
  }

  #subscribe(packet: ISubscribePacket, session: ClientConnection): SubscribeDecision {
    if (this.#owner(session) === this.#strangers) {
      const part = this.#recognise(...packet.subscriptions.map(({ topic }) => topic));
      if (part !== undefined) this.#assign(session, part);
    }
    return this.#decide<SubscribeDecision>(() => this.#owner(session).script.onSubscribe?.(packet, session), 'grant');
  }

  async #request(request: PlatformRequest): Promise<void> {
    const { session, topic } = request;
    const [, productKey = '', deviceName = ''] = /^\/ext\/ntp\/([^/]+)\/([^/]+)\/request$/.exec(topic) ?? [];
    const exact = this.#parts.get(keyOf({ productKey, deviceName }));
    const stranger = this.#owner(session) === this.#strangers;
    const part = exact ?? (stranger ? this.#recognise(topic) : undefined);
    if (part !== undefined) this.#assign(session, part);
    const owner = this.#owner(session);
    owner.requests.put(request);
    try {
      await owner.script.onRequest?.(request, session);
    } catch (error) {
      // A script that waited with the session's signal ends this way when its client is gone, and nobody is to blame.
      const gone = error === session.signal.reason || (error instanceof Error && error.name === 'AbortError');
      if (!(session.signal.aborted && gone)) this.#fault(error);
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

  /** The device whose name one of the texts holds; of several the longest name, since one may be a part of another. */
  #recognise(...texts: string[]): Part | undefined {
    let found: Part | undefined;
    for (const part of this.#parts.values()) {
      const name = part.identity?.deviceName ?? '';
      const longer = name.length > (found?.identity?.deviceName.length ?? 0);
      if (longer && texts.some((text) => text.includes(name))) found = part;
    }
    return found;
  }

  #owner(session: ClientConnection): Part {
    return this.#owners.get(session) ?? this.#strangers;
  }

  #assign(session: ClientConnection, part: Part): void {
    const before = this.#owners.get(session);
    if (before === part) return;
    before?.sessions.delete(session);
    this.#owners.set(session, part);
    part.sessions.add(session);
    part.connections.put(session);
  }

  #part(identity: Identity | undefined): Part {
    if (identity === undefined) return this.#strangers;
    const part = this.#parts.get(keyOf(identity));
    if (part === undefined) throw new RangeError(`the platform plays no part for ${keyOf(identity)}`);
    return part;
  }

  #fault(error: unknown): void {
    if (this.#faults.length < mostFaults) this.#faults.push(error);
  }
}

/** Neither a product key nor a device name has a slash. */
const keyOf = ({ productKey, deviceName }: Identity): string => `${productKey}/${deviceName}`;
