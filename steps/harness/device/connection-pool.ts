import { deviceKey } from '../implementation/device-key.ts';
import type { Identity } from '../implementation/target.ts';
import type { QoS } from '../message/message.ts';
import { Trace } from '../mqtt/trace.ts';
import type { Device, DeviceConnection, DevicePlace } from './device.ts';
import type { Inbox } from './inbox.ts';

/** A device's connection that outlives its scenario. What it has subscribed it does not subscribe again. */
export class LastingConnection implements DeviceConnection {
  readonly inbox: Inbox;
  /** True in every scenario but the first. */
  reused = false;
  readonly #device: Device;
  readonly #granted = new Map<string, number | undefined>();

  constructor(device: Device) {
    this.#device = device;
    this.inbox = device.inbox;
  }

  async subscribe(topic: string, qos: QoS): Promise<number | undefined> {
    const key = `${qos} ${topic}`;
    if (!this.#granted.has(key)) this.#granted.set(key, await this.#device.subscribe(topic, qos));
    return this.#granted.get(key);
  }

  async unsubscribe(topics: readonly string[]): Promise<boolean> {
    // A server that reads topics too generously may end other subscriptions with these: what is needed is subscribed again.
    this.#granted.clear();
    return this.#device.unsubscribe(topics);
  }

  publish(topic: string, payload: string | Uint8Array, qos: QoS): number {
    return this.#device.publish(topic, payload, qos);
  }

  close(): Promise<void> {
    return this.#device.close();
  }

  /** From now on it belongs to another scenario. */
  move(place: DevicePlace): void {
    this.reused = true;
    this.#device.move(place);
  }

  /** Its scenario is over: what happens on it now is recorded nowhere. */
  leave(): void {
    this.#device.move({ trace: new Trace() });
  }
}

/**
 * Connections of devices that scenarios have left, for scenarios that need no new one: far from a server a connection costs as much time
 * as ten requests, and a platform may allow only some in a minute.
 */
export class ConnectionPool {
  readonly #idle = new Map<string, LastingConnection>();
  #open = true;

  /** How many connections it has. */
  get size(): number {
    return this.#idle.size;
  }

  /** The connection of a device, for a scenario that goes on with it; undefined where none is open. */
  take(identity: Identity): LastingConnection | undefined {
    const key = deviceKey(identity);
    const connection = this.#idle.get(key);
    this.#idle.delete(key);
    return connection?.inbox.closed === undefined ? connection : undefined;
  }

  /** Keeps a connection for the next scenario. @returns false where it is not kept, and has to be closed */
  keep(identity: Identity, connection: DeviceConnection | undefined): boolean {
    if (!this.#open || !(connection instanceof LastingConnection)) return false;
    connection.leave();
    this.#idle.set(deviceKey(identity), connection);
    return true;
  }

  /** Closes the connection of a device, which is about to connect in another way: a server has one connection for a client id. */
  async release(identity: Identity): Promise<void> {
    await this.take(identity)?.close();
  }

  /** Closes every connection that no scenario uses. */
  async clear(): Promise<void> {
    const idle = [...this.#idle.values()];
    this.#idle.clear();
    await Promise.all(idle.map((connection) => connection.close()));
  }

  /** From now on each scenario has new connections: this server closes those that are left open. */
  async shut(): Promise<void> {
    this.#open = false;
    await this.clear();
  }
}
