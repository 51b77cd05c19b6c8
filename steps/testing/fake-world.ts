import { mock } from 'node:test';
import { ClientScenario } from '../client/client-scenario.ts';
import { ConnectError, type DeviceConnection } from '../harness/device/device.ts';
import type { DeviceWishes } from '../harness/device/device-wishes.ts';
import { Inbox } from '../harness/device/inbox.ts';
import { NtpDevice } from '../harness/device/ntp-device.ts';
import { ServerRun } from '../harness/device/server-run.ts';
import type { Reception } from '../harness/device/unauthenticated-device.ts';
import type { Credentials } from '../harness/implementation/credentials.ts';
import type { Identity, StartedTarget, Target } from '../harness/implementation/target.ts';
import type { Exchange } from '../harness/message/exchange.ts';
import type { Message } from '../harness/message/message.ts';
import type { Link } from '../harness/mqtt/link.ts';
import type { ClientRun } from '../harness/platform/client-run.ts';
import type { ClientRunner } from '../harness/platform/client-runner.ts';
import type { ClientSetup } from '../harness/platform/client-setup.ts';
import { nowUs, wallMsAt } from '../harness/time/now.ts';
import { readRequirements } from '../requirements/requirement.ts';
import { ServerScenario } from '../server/server-scenario.ts';
import { NtpWorld } from '../support/world.ts';
import type { Evidence } from '../verdict/evidence.ts';
import { played } from './client-starts.ts';
import { type Fate, startedAs } from './fake-start.ts';

export { fail, failed, say } from './said-sentences.ts';

// the machine's clock may be set during a test, which would change the times that are compared with it
mock.method(Date, 'now', () => Math.floor(performance.timeOrigin + nowUs() / 1000));

/** A message that the fake server publishes in reaction to a request. Times in ms. */
export interface Said {
  readonly payload: string;
  /** By default the response topic of the device that sent the request. */
  readonly topic?: string;
  /** The only device that receives it, regardless of subscriptions. */
  readonly to?: string;
  /** The time after the request. */
  readonly after?: number;
  readonly qos?: 0 | 1 | 2;
  readonly retain?: boolean;
}

/** A message that reached the fake server; `now` is the suite's wall time in ms when it arrived. */
export interface ArrivedMessage {
  readonly topic: string;
  readonly payload: string;
  readonly qos: 0 | 1 | 2;
  readonly echo: string;
  readonly now: number;
  readonly count: number;
}

export type Answers = (asked: ArrivedMessage) => readonly Said[];

/** A correct answer: received and sent 1 ms after the request left. */
export const right: Answers = ({ topic, qos, echo, now }) =>
  topic.endsWith('/request') && qos === 0 ? [said(echo, now + 1, now + 1)] : [];

export function said(echo: string, received: number, sent: number, how: Partial<Said> = {}): Said {
  const payload = `{"deviceSendTime":${echo},"serverSendTime":${Math.floor(sent)},"serverRecvTime":${Math.floor(received)}}`;
  return { payload, after: 2, ...how };
}

/**
 * The beginning of the run, in ms: a minute ago, and never a multiple of 10. Otherwise, in one of ten runs, a server that gets a request
 * every 10 ms would seem to have a clock with steps of 10 ms.
 */
const origin = Math.floor(wallMsAt() / 1000) * 1000 - 60_005;
/** Converts a time in ms since the beginning of the run to µs of the monotonic clock. */
const microseconds = (ms: number): number => (origin + ms - wallMsAt(0)) * 1000;

const usualTarget: Target = {
  file: 'made-up.yaml',
  name: 'made up',
  role: 'server',
  start: { kind: 'address', protocol: 'mqtt', host: '127.0.0.1', port: 1 },
  ready: { port: false, withinMs: 1 },
  devices: [{ productKey: 'pk', deviceName: 'dn' }],
  onlyThese: false,
  clientId: '{deviceName}',
  responseDeadlineMs: 15,
  clockToleranceMs: 1000,
  sharedClock: true,
  mqttVersion: '3.1.1',
  capabilities: new Set(),
  sync: { kind: 'start' },
  timestampTypes: ['long'],
  withinMs: 15,
  secrets: [],
};

const requirements = readRequirements();

class FakeServerRun extends ServerRun {
  /** The wishes of the scenario for each device, the subscribed filters, and the latencies of its links. */
  readonly wishes: (DeviceWishes & { readonly identity: Identity })[] = [];
  readonly subscriptions: (readonly [topic: string, qos: number])[] = [];
  readonly links: { readonly forth: number; readonly back: number }[] = [];
  /** The unauthenticated devices that connected, with their credentials. */
  readonly strangers: (Parameters<ServerRun['stranger']>[2] & {
    readonly credentials: Credentials;
    readonly identity: Identity;
  })[] = [];
  readonly silent: (readonly [deviceName: string, sent: string])[] = [];
  readonly #answers: Answers;
  readonly #grants: number | undefined;
  readonly #refuses: string | undefined;
  readonly #spacing: number;
  readonly #hangsUpOn: string | undefined;
  readonly #reception: Reception | undefined;
  readonly #heard = new Map<Inbox, { readonly name: string; readonly filters: Set<string> }>();
  #ms = 0;
  #count = 0;

  constructor(started: StartedTarget, surroundings: FakeWorldOptions) {
    super(started);
    const { answers = right, grants = 2, refuses, spacing = 10, hangsUpOn, reception } = surroundings;
    this.#hangsUpOn = hangsUpOn;
    this.#reception = reception;
    this.#answers = answers;
    this.#grants = grants === 'none' ? undefined : grants;
    this.#refuses = refuses;
    this.#spacing = spacing;
  }

  override async link(latency: { readonly forth: number; readonly back: number }): Promise<Link> {
    this.links.push(latency);
    const atOnce: Link['atOnce'] = (prepare) => prepare();
    return { ...latency, atOnce } as unknown as Link;
  }

  override async device(identity: Identity, wishes: DeviceWishes = {}): Promise<NtpDevice> {
    if (this.#refuses !== undefined) throw new ConnectError(this.#refuses);
    this.wishes.push({ identity, ...wishes });
    const { name = 'device', clock } = wishes;
    const deadline = this.started.target.responseDeadlineMs;
    const connect = async (): Promise<DeviceConnection> => this.#connection(identity);
    const device = new NtpDevice({ identity, name, ledger: this.ledger, deadline, connect, ...(clock ? { clock } : {}) });
    await device.connect();
    return device;
  }

  override async stranger(...[identity, credentials, how]: Parameters<ServerRun['stranger']>): Promise<Reception> {
    this.strangers.push({ identity, credentials, ...how });
    if (this.#reception === undefined) throw new Error('nobody said how this server receives a stranger');
    return this.#reception;
  }

  override async silentDevice({ deviceName }: Identity, sent: string): Promise<void> {
    if (this.#refuses !== undefined) throw new ConnectError(this.#refuses);
    this.silent.push([deviceName, sent]);
  }

  #connection({ productKey, deviceName }: Identity): DeviceConnection {
    const inbox = new Inbox();
    const filters = new Set<string>();
    this.#heard.set(inbox, { name: deviceName, filters });
    const connection: Partial<DeviceConnection> = {
      inbox,
      subscribe: async (topic, qos) => {
        filters.add(topic);
        this.subscriptions.push([topic, qos]);
        if (topic === this.#hangsUpOn) await connection.close?.();
        return this.#grants === undefined ? undefined : Math.min(this.#grants, qos);
      },
      publish: (topic, payload, qos) => {
        const own = `/ext/ntp/${productKey}/${deviceName}/response`;
        return this.#publish(topic, String(payload), qos, own);
      },
      close: async () => {
        this.#heard.delete(inbox);
        inbox.close('closed by the suite');
      },
    };
    return connection as DeviceConnection;
  }

  #publish(topic: string, payload: string, qos: 0 | 1 | 2, own: string): number {
    this.#ms += this.#spacing;
    this.#count += 1;
    const [ms, now] = [this.#ms, origin + this.#ms];
    const echo = /"deviceSendTime"\s*:\s*("?\d+"?)/.exec(payload)?.[1] ?? 'null';
    for (const one of this.#answers({ topic, payload, qos, echo, now, count: this.#count })) {
      const atUs = microseconds(ms + (one.after ?? 2));
      const time = { atUs, wallMs: wallMsAt(atUs) };
      const message = { topic: own, qos: 0 as const, retain: false, dup: false, ...one, ...time };
      // the request is recorded before its answer arrives
      queueMicrotask(() => this.#deliver({ ...message, payload: Buffer.from(one.payload) }, one.to));
    }
    return microseconds(ms);
  }

  #deliver(message: Message, to: string | undefined): void {
    for (const [inbox, { name, filters }] of this.#heard)
      if (to === undefined ? filters.has(message.topic) : name === to) inbox.put(message);
  }
}

/** Differences from the usual world. */
interface FakeWorldOptions extends Fate {
  readonly target?: Partial<Target>;
  readonly answers?: Answers;
  /** What the client does in a setup, for each start. */
  readonly perform?: (setup: ClientSetup) => ClientRun;
  readonly mute?: boolean;
  /** The topic on whose SUBSCRIBE a server closes the connection. */
  readonly hangsUpOn?: string;
  /** How a server reacts to an unauthenticated device. */
  readonly reception?: Reception;
  /** The highest QoS that a server grants to a subscription. */
  readonly grants?: number | 'none';
  /** How long after a message the next one is published, in ms. */
  readonly spacing?: number;
  /** Why a server rejects every device. */
  readonly refuses?: string;
}

export class FakeWorld extends NtpWorld<ServerScenario & ClientScenario> {
  readonly evidence: Evidence[];
  readonly serverRun: FakeServerRun;
  readonly runner: ClientRunner;
  readonly server: ServerScenario;
  readonly client: ClientScenario;
  /** The setups of the client's starts, in order. */
  readonly scenes: ClientSetup[] = [];

  /** @param id the requirement that is judged */
  constructor(id: string, surroundings: FakeWorldOptions = {}) {
    const { target: own = {}, perform = () => played(), mute = false } = surroundings;
    const evidence: Evidence[] = [];
    const attach = (text: string): void => void evidence.push(JSON.parse(text) as Evidence);
    super({ attach, log: () => {}, link: () => {}, parameters: {} } as unknown as ConstructorParameters<typeof NtpWorld>[0]);
    this.evidence = evidence;
    const requirement = requirements.find((one) => one.id === id);
    const [scenario] = requirement?.scenarios ?? [];
    if (requirement === undefined || scenario === undefined) throw new Error(`there is no requirement ${id}`);
    const target: Target = { ...usualTarget, role: requirement.role, ...own };
    this.serverRun = new FakeServerRun(startedAs(target, surroundings), surroundings);
    const act = async (setup: ClientSetup): Promise<ClientRun> => {
      this.scenes.push(setup);
      return perform(setup);
    };
    const again = ({ setup }: ClientRun): Promise<ClientRun> => act(setup);
    this.runner = {
      target,
      mute,
      refusedPart: () => undefined,
      has: () => false,
      perform: act,
      performAgain: again,
    } as unknown as ClientRunner;
    this.requirement = requirement;
    this.server = new ServerScenario(this, this.serverRun);
    this.client = new ClientScenario(this, target, this.runner);
    // Each sentence uses only the member for its role.
    this.scenario = (target.role === 'server' ? this.server : this.client) as ServerScenario & ClientScenario;
    this.scenario.begin(scenario.place);
  }

  /** The information of the scenario. */
  get informed(): string[] {
    return this.evidence.flatMap((one) => (one.kind === 'information' ? [one.text] : []));
  }

  /** An invented exchange: when the request was published, after how many ms it was answered, and the server's times, all in ms. */
  exchange(
    published: number,
    took: number,
    received: number,
    sent: number,
    more: { digits?: string; payload?: string } = {},
  ): Exchange {
    const [sentUs, receivedUs] = [microseconds(published), microseconds(published + took)];
    const digits = more.digits ?? String(origin + published);
    const timestamp = { type: 'Long', digits, unique: true } as const;
    const own = '/ext/ntp/pk/dn/response';
    const common = { qos: 0, retain: false, dup: false } as const;
    const asked = { ...common, topic: '/ext/ntp/pk/dn/request', payload: Buffer.from(`{"deviceSendTime":${digits}}`) };
    const request = this.serverRun.ledger.sent(
      { ...asked, atUs: sentUs, wallMs: wallMsAt(sentUs) },
      { responseTopic: own, timestamp },
    );
    const payload = Buffer.from(more.payload ?? said(digits, origin + received, origin + sent).payload);
    const message = { ...common, topic: own, payload, atUs: receivedUs, wallMs: wallMsAt(receivedUs) };
    const exchange = { request, response: this.serverRun.ledger.received(message, own) };
    this.server.requests.push(request);
    this.server.exchanges.push(exchange);
    return exchange;
  }
}

/** A world with a device and a server, with these exchanges only. */
export async function worldWith(
  world: FakeWorld,
  ...exchanges: readonly Readonly<Parameters<FakeWorld['exchange']>>[]
): Promise<FakeWorld> {
  world.server.device = await world.server.play(world.serverRun.identity);
  for (const exchange of exchanges) world.exchange(...exchange);
  return world;
}
