import { type Address, Device, type DeviceConnection, type Habits } from './device.ts';
import { Link } from './link.ts';
import { NtpDevice } from './ntp-device.ts';
import { RawDevice } from './raw-device.ts';
import type { Identity, StartedTarget } from './target/target.ts';
import { loadTls, requireTls } from './tls.ts';
import { Watch } from './watch.ts';
import { monotonic, Wire } from './wire.ts';

/** A controlled wall clock of the implementation under test. */
export interface MovableClock {
  /** Stops it at this time, in ms since 1970. */
  set(ms: number): void;
  /** Lets it show the real time again. */
  follow(): void;
}

/** How a device of a situation differs from the usual. */
export interface DeviceWishes {
  /** In words, as the wire shows it. */
  readonly name?: string;
  /** From a monotonic time in µs to the device's time in ms. */
  readonly clock?: (at: number) => number;
  readonly link?: Link;
  /** Acknowledges nothing by itself. */
  readonly raw?: boolean;
  /** Stays connected until the run ends. */
  readonly stays?: boolean;
}

/** One run in front of one started server: what its situations share. */
export class Session {
  readonly started: StartedTarget;
  readonly wire = new Wire();
  readonly watch = new Watch();
  readonly clock: MovableClock | undefined;
  readonly #address: Address;
  readonly #habits: Habits = { acknowledges: true };
  readonly #staying: NtpDevice[] = [];
  /** What the present situation opened, to be closed in reverse order. */
  #open: (() => Promise<void>)[] = [];

  constructor(started: StartedTarget, clock?: MovableClock) {
    this.started = started;
    this.clock = clock;
    const { tls, start } = started.target;
    const speaksTls = tls !== undefined || (start.kind === 'address' && start.protocol === 'mqtts');
    this.#address = { host: started.host, port: started.port, ...(speaksTls ? { tls: loadTls(tls, started.host) } : {}) };
  }

  /** @throws EnvironmentError when the suite cannot come to trust the server's TLS */
  async requireTls(): Promise<void> {
    await requireTls(this.#address, this.started.target.responseDeadlineMs);
  }

  /** The device that the target file names first. */
  get identity(): Identity {
    const [first] = this.started.target.devices;
    if (first === undefined) throw new Error('a target has at least one device');
    return first;
  }

  /** A second device of the first one's product; undefined when the server knows none. */
  get sibling(): Identity | undefined {
    const { productKey } = this.identity;
    const declared = this.started.target.devices.find((other) => other !== this.identity && other.productKey === productKey);
    return declared ?? this.known({ productKey, deviceName: 'probe-2' });
  }

  /** The identity as the target file declares it, or as it is when the server knows other devices too; undefined when it does not. */
  known({ productKey, deviceName }: Identity): Identity | undefined {
    const { devices, onlyThese } = this.started.target;
    const declared = devices.find((device) => device.productKey === productKey && device.deviceName === deviceName);
    return declared ?? (onlyThese ? undefined : { productKey, deviceName });
  }

  /** A new situation begins. */
  begin(place: string): void {
    this.wire.clear();
    this.watch.begin(place);
  }

  /** The situation is over: closes what it opened, all of it even where one end fails. @throws the first failure */
  async end(): Promise<void> {
    const closing = this.#open.reverse();
    this.#open = [];
    const failures: unknown[] = [];
    for (const close of closing) await close().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  }

  /** A connected device, closed when the situation ends. @throws ConnectError */
  async device(identity: Identity, wishes: DeviceWishes = {}): Promise<NtpDevice> {
    const { name = 'device', clock, link, raw = false, stays = false } = wishes;
    const { responseDeadlineMs: deadline, clientId, mqttVersion } = this.started.target;
    const address = link === undefined ? this.#address : { ...this.#address, host: link.host, port: link.port };
    const options = {
      address,
      mqttVersion,
      clientId: clientId.replaceAll('{productKey}', identity.productKey).replaceAll('{deviceName}', identity.deviceName),
      name,
      wire: this.wire,
      deadline,
      habits: this.#habits,
    };
    const connect = (): Promise<DeviceConnection> => (raw ? RawDevice.connect(options) : Device.connect(options));
    const device = new NtpDevice({ identity, name, watch: this.watch, deadline, connect, ...(clock ? { clock } : {}) });
    if (stays) this.#staying.push(device);
    else this.#open.push(() => device.disconnect());
    await device.connect();
    return device;
  }

  /** A link to the server, closed when the situation ends. */
  async link(latency: { readonly forth: number; readonly back: number }): Promise<Link> {
    const link = await Link.open({ host: this.#address.host, port: this.#address.port }, latency);
    this.#open.push(() => link[Symbol.asyncDispose]());
    return link;
  }

  /** Stops the server's clock at a moment, until the situation ends. */
  setClock(ms: number): void {
    if (this.clock === undefined) throw new Error("the server's clock is not under control");
    this.clock.set(ms);
    this.#open.push(async () => this.clock?.follow());
  }

  /** The run is over: what devices heard that stayed is taken in with a last fence. */
  async close(): Promise<void> {
    this.begin('the end of the run');
    for (const device of this.#staying) {
      if (device.closed === undefined) await device.askAndWait();
      await device.disconnect();
    }
  }

  /** Records something that is no packet, among the packets. */
  note(connection: string, note: string): void {
    this.wire.record({ at: monotonic(), connection, note });
  }
}

let current: Session | undefined;

/** Sets the session that the steps work in; undefined when the run is over. */
export function setSession(session: Session | undefined): void {
  current = session;
}

/** The session of this run. @throws Error when nothing was started */
export function session(): Session {
  if (current === undefined)
    throw new Error(
      'no implementation under test was started: run "npm run conformance -- run TARGET", or "npx cucumber-js" in a checkout',
    );
  return current;
}
