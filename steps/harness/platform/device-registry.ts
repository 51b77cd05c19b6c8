import { deviceKey } from '../implementation/device-key.ts';
import type { Identity } from '../implementation/target.ts';
import { condensed } from '../mqtt/trace.ts';
import { Arrivals } from './arrivals.ts';
import type { ClientConnection, ClientMessage } from './client-connection.ts';
import type { Script } from './client-script.ts';
import { ClientSessions } from './client-sessions.ts';

/** The most ended connections that are kept of one device, and of all unrecognised clients together. */
const mostEnded = 32;

/** How many of them keep all their frames. */
const mostWhole = 2;

/** What the platform has of a device: its script, its connections, and what came on them. */
export class PlatformDevice {
  script: Script;
  /** Undefined for the one that stands for all unrecognised clients. */
  readonly identity: Identity | undefined;
  readonly requests = new Arrivals<ClientMessage>();
  readonly newConnections = new Arrivals<ClientConnection>();
  readonly connections = new Set<ClientConnection>();
  readonly sessions = new ClientSessions();

  constructor(script: Script, identity?: Identity) {
    this.script = script;
    this.identity = identity;
  }

  /** Forgets most of the older ended connections, and the oldest ones completely: a client that reconnects without end costs bounded memory. */
  trim(): void {
    const ended = [...this.connections].filter(({ ending }) => ending !== undefined);
    for (const { trace } of ended.slice(0, -mostWhole)) trace.condense(condensed);
    for (const connection of ended.slice(0, -mostEnded)) {
      this.connections.delete(connection);
      // It may still wait to be taken as an attempt, a connection or the sender of a request.
      connection.trace.condense({ frames: 0, bytes: 0 });
    }
  }

  close(reason: Error): void {
    this.requests.close(reason);
    this.newConnections.close(reason);
  }
}

/** The devices of a platform, and to which of them each connection belongs. */
export class DeviceRegistry {
  /** Stands for all clients that were not recognised as one of the devices. */
  readonly unrecognised: PlatformDevice;
  readonly #devices = new Map<string, PlatformDevice>();
  readonly #owners = new WeakMap<ClientConnection, PlatformDevice>();

  /** @param script for clients that are not recognised */
  constructor(script: Script) {
    this.unrecognised = new PlatformDevice(script);
  }

  /** All of them, with the one for unrecognised clients. */
  get all(): PlatformDevice[] {
    return [this.unrecognised, ...this.#devices.values()];
  }

  /** Plays a script for a device from now on. */
  play(identity: Identity, script: Script): void {
    const device = this.#devices.get(deviceKey(identity));
    if (device === undefined) this.#devices.set(deviceKey(identity), new PlatformDevice(script, identity));
    else device.script = script;
  }

  /** Removes a device. @returns it, where there was one */
  remove(identity: Identity): PlatformDevice | undefined {
    const device = this.#devices.get(deviceKey(identity));
    this.#devices.delete(deviceKey(identity));
    device?.close(new Error(`the platform plays no part for ${deviceKey(identity)} any more`));
    return device;
  }

  /** @throws RangeError when no script is played for the device */
  get(identity: Identity | undefined): PlatformDevice {
    if (identity === undefined) return this.unrecognised;
    const device = this.#devices.get(deviceKey(identity));
    if (device === undefined) throw new RangeError(`the platform plays no part for ${deviceKey(identity)}`);
    return device;
  }

  /** The device that a connection belongs to. */
  ownerOf(connection: ClientConnection): PlatformDevice {
    return this.#owners.get(connection) ?? this.unrecognised;
  }

  /** By what a CONNECT shows. @returns the device */
  recogniseByConnect(connection: ClientConnection, username: string, clientId: string): PlatformDevice {
    return this.#assign(connection, this.#named(username, clientId) ?? this.unrecognised);
  }

  /** By topic filters, where the connection is not recognised yet. @returns the device */
  recogniseByFilters(connection: ClientConnection, filters: readonly string[]): PlatformDevice {
    const owner = this.ownerOf(connection);
    const named = owner === this.unrecognised ? this.#named(...filters) : undefined;
    return named === undefined ? owner : this.#assign(connection, named);
  }

  /** By the topic of a message: the request topic of a device always counts most. @returns the device */
  recogniseByTopic(connection: ClientConnection, topic: string): PlatformDevice {
    const [, productKey = '', deviceName = ''] = /^\/ext\/ntp\/([^/]+)\/([^/]+)\/request$/.exec(topic) ?? [];
    const exact = this.#devices.get(deviceKey({ productKey, deviceName }));
    return exact === undefined ? this.recogniseByFilters(connection, [topic]) : this.#assign(connection, exact);
  }

  /** A connection has closed. */
  closed(connection: ClientConnection): void {
    this.#owners.get(connection)?.trim();
  }

  #assign(connection: ClientConnection, device: PlatformDevice): PlatformDevice {
    const before = this.#owners.get(connection);
    if (before === device) return device;
    before?.connections.delete(connection);
    this.#owners.set(connection, device);
    device.connections.add(connection);
    device.newConnections.put(connection);
    return device;
  }

  /** The device whose name one of the texts holds; of several the longest name, since one may be a part of another. */
  #named(...texts: string[]): PlatformDevice | undefined {
    let found: PlatformDevice | undefined;
    for (const device of this.#devices.values()) {
      const name = device.identity?.deviceName ?? '';
      const longer = name.length > (found?.identity?.deviceName.length ?? 0);
      if (longer && texts.some((text) => text.includes(name))) found = device;
    }
    return found;
  }
}
