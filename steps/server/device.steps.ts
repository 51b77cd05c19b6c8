import { Before, Given, type ITestCaseHookParameter, When } from '@cucumber/cucumber';
import { serverLanes } from '../harness/device/current-server-lanes.ts';
import type { DeviceWishes } from '../harness/device/device-wishes.ts';
import type { NtpDevice } from '../harness/device/ntp-device.ts';
import type { Identity } from '../harness/implementation/target.ts';
import type { Exchange, Timestamp, TimestampType } from '../harness/message/exchange.ts';
import { readPayload } from '../harness/message/payload.ts';
import { assertValid } from '../harness/message/schema.ts';
import { runner } from '../harness/platform/current-client-runner.ts';
import { nowUs, wallMsAt } from '../harness/time/now.ts';
import { scenarioAt, turnOf } from '../requirements/scenario-turn.ts';
import { type ClockState, toTimestamp } from '../support/parameter-types.ts';
import { learnServerTime } from './learn-server-time.ts';
import { ServerScenario, type ServerWorld } from './server-scenario.ts';

Before({ name: 'the server' }, async function (this: ServerWorld, { pickle }: ITestCaseHookParameter) {
  if (runner() !== undefined) return;
  const owned = scenarioAt(pickle.uri, pickle.location?.line ?? 0);
  const names = pickle.steps.flatMap(({ text }) => [...text.matchAll(/"([\w-]+\/[^"/]+)"/g)].map(([, name = '']) => name));
  const lanes = serverLanes();
  const lane = await lanes.enter({ ...turnOf(owned), place: owned[1].place, names });
  this.scenario = new ServerScenario(this, lane, () => lanes.leave(lane));
});

/** A device that is connected and hears its response topic at QoS 0: on the connection that an earlier scenario has left, where there is one. */
async function listening(world: ServerWorld, identity: Identity, wishes: DeviceWishes = { lasting: true }): Promise<NtpDevice> {
  const device = await world.scenario.play(identity, wishes);
  await device.subscribe(device.responseTopic);
  return device;
}

function whyUnknown({ scenario }: ServerWorld, name: string): string {
  return scenario.serverRun.devices.whyUnknown(name.split('/')[1]);
}

Given('a device that hears its response topic', async function (this: ServerWorld) {
  this.scenario.device = await listening(this, this.scenario.serverRun.identity);
});

Given('a newly connected device that hears its response topic', async function (this: ServerWorld) {
  const { identity, state } = this.scenario.serverRun;
  await state.pool.release(identity);
  this.scenario.device = await listening(this, identity);
});

Given('a device that hears its response topic at {qos}', async function (this: ServerWorld, qos: 0 | 1 | 2) {
  const device = await this.scenario.play(this.scenario.serverRun.identity);
  const granted = await device.subscribe(device.responseTopic, qos);
  this.scenario.device = device;
  if (qos > 0 && granted === undefined) return this.inapplicable(`the server does not grant a subscription at QoS ${qos}`);
  return undefined;
});

Given('a device that acknowledges nothing and hears its response topic', async function (this: ServerWorld) {
  this.scenario.device = await listening(this, this.scenario.serverRun.identity, { acknowledges: false });
});

Given(
  'a device that stays connected until the run ends, and {duration} or what "lateAnswers" says after it asked',
  async function (this: ServerWorld, usual: number) {
    const { devices } = this.scenario.serverRun;
    const identity = devices.third;
    if (identity === undefined) return this.inapplicable(devices.whyUnknown());
    const staysMs = this.scenario.target.lateAnswersMs ?? usual;
    this.scenario.device = await listening(this, identity, { staysMs });
    return undefined;
  },
);

Given('another device of the same product that hears its own', async function (this: ServerWorld) {
  const { devices } = this.scenario.serverRun;
  const identity = devices.sibling;
  if (identity === undefined) return this.inapplicable(devices.whyUnknown());
  this.scenario.other = await listening(this, identity, { name: 'other device', lasting: true });
  return undefined;
});

Given('the device {string} that hears its response topic', async function (this: ServerWorld, name: string) {
  const identity = this.scenario.serverRun.devices.named(name);
  if (identity === undefined) return this.inapplicable(whyUnknown(this, name));
  this.scenario.device = await listening(this, identity);
  return undefined;
});

Given('the device {string} that hears its own', async function (this: ServerWorld, name: string) {
  const identity = this.scenario.serverRun.devices.named(name);
  if (identity === undefined) return this.inapplicable(whyUnknown(this, name));
  this.scenario.other = await listening(this, identity, { name: 'other device', lasting: true });
  return undefined;
});

Given('the device hears {string} as well', async function (this: ServerWorld, topic: string) {
  await this.scenario.device.subscribe(this.scenario.device.topic(topic));
  if (this.scenario.device.closed !== undefined) await this.scenario.comeBack(this.scenario.device);
});

Given('the device has asked, been answered and disconnected', async function (this: ServerWorld) {
  await this.scenario.device.permission();
  await this.scenario.answered(this.scenario.device, this.scenario.device.ask());
  await this.scenario.device.disconnect();
});

Given('a device whose clock is right', async function (this: ServerWorld) {
  this.scenario.device = await listening(this, this.scenario.serverRun.identity, { clock: wallMsAt, lasting: true });
});

Given('a device whose clock stands at {int}', async function (this: ServerWorld, ms: number) {
  const start = nowUs();
  this.scenario.device = await listening(this, this.scenario.serverRun.identity, {
    clock: (at) => ms + (at - start) / 1000,
    lasting: true,
  });
});

Given('a device whose clock is {clockState}', async function (this: ServerWorld, state: ClockState) {
  await learnServerTime(this);
  this.scenario.device = await listening(this, this.scenario.serverRun.identity, { clock: clockOf(this, state), lasting: true });
});

Given('a link of {duration} each way', async function (this: ServerWorld, latency: number) {
  await learnServerTime(this);
  this.scenario.wireLink = await this.scenario.serverRun.link({ forth: latency, back: latency });
});

Given('a device on that link whose clock is {clockState}', async function (this: ServerWorld, state: ClockState) {
  const clock = clockOf(this, state);
  const { wireLink: link } = this.scenario;
  if (link === undefined) throw new Error('this scenario has no link yet');
  this.scenario.device = await link.atOnce(() => listening(this, this.scenario.serverRun.identity, { clock, link }));
});

/** A device's clock, as it stands to the server's. */
function clockOf({ scenario }: ServerWorld, state: ClockState): (at: number) => number {
  const start = nowUs();
  // No clock of a device stands before 1970, not even one that is behind a server's whose time makes no sense.
  return (at) => (state === 'at 1970' ? (at - start) / 1000 : Math.max(0, scenario.serverTimeAt(at) + state.aheadMs));
}

/** Publishes a request of this scenario. */
async function ask(world: ServerWorld, timestamp?: Timestamp, qos: 0 | 1 | 2 = 0): Promise<void> {
  const { device, requests } = world.scenario;
  await device.permission();
  requests.push(device.ask(timestamp, qos));
}

/** Waits until both devices may publish, so that they can do it at the same moment. */
async function permissionOfBoth({ scenario }: ServerWorld): Promise<void> {
  for (const device of [scenario.device, scenario.other]) await device.permission();
}

When('the device asks', async function (this: ServerWorld) {
  await ask(this);
});

When('the other device asks', async function (this: ServerWorld) {
  await this.scenario.other.permission();
  this.scenario.requests.push(this.scenario.other.ask());
});

When('the device asks with:', async function (this: ServerWorld, text: string) {
  const payload = text.replaceAll('␉', '\t').replaceAll('␍', '\r');
  assertValid('request', payload);
  await this.scenario.device.permission();
  const literal = readPayload(Buffer.from(payload)).members.get('deviceSendTime')?.literal ?? '';
  this.scenario.requests.push(
    this.scenario.device.publish(this.scenario.device.requestTopic, payload, { timestamp: toTimestamp(literal) }),
  );
});

Given('the server serves a request that ends with the member {string}', async function (this: ServerWorld, name: string) {
  const { device } = this.scenario;
  await device.permission();
  const timestamp = device.timestamp();
  const payload = `{"deviceSendTime":${timestamp.digits},"${name}":"1.0"}`;
  assertValid('request', payload);
  const request = device.publish(device.requestTopic, payload, { timestamp });
  if ((await device.exchange(request)) !== undefined) return undefined;
  return this.inapplicable('the server does not serve a request that has a further member, which is another requirement');
});

When('the device asks with deviceSendTime {timestamp}', async function (this: ServerWorld, timestamp: Timestamp) {
  await ask(this, timestamp);
});

When('the device asks with a {type}', async function (this: ServerWorld, type: TimestampType) {
  await ask(this, this.scenario.device.timestamp(type));
});

When('the device asks at {qos}', async function (this: ServerWorld, qos: 0 | 1 | 2) {
  if (this.scenario.device.closed === undefined) await ask(this, undefined, qos);
});

When('the device asks {int} times, one after the other', async function (this: ServerWorld, times: number) {
  for (let n = 0; n < times; n++) {
    await ask(this);
    await this.scenario.answer();
  }
});

When('the device asks twice with the same deviceSendTime', async function (this: ServerWorld) {
  const timestamp = this.scenario.device.timestamp();
  await ask(this, timestamp);
  await this.scenario.answer();
  await ask(this, timestamp);
});

When('the device asks with {types} in turn', async function (this: ServerWorld, types: TimestampType[]) {
  for (const type of types) {
    await ask(this, this.scenario.device.timestamp(type));
    await this.scenario.answer();
  }
});

When('both devices ask at the same moment', async function (this: ServerWorld) {
  await permissionOfBoth(this);
  this.scenario.requests.push(this.scenario.device.ask(), this.scenario.other.ask());
});

When('both devices ask at the same moment with the same deviceSendTime', async function (this: ServerWorld) {
  await permissionOfBoth(this);
  // As devices do that count from power-on, after a power cut.
  const { type, digits } = this.scenario.device.timestamp();
  for (const device of [this.scenario.device, this.scenario.other]) this.scenario.requests.push(device.ask({ type, digits }));
});

When('both devices ask at the same moment, one with a Long, one with a String', async function (this: ServerWorld) {
  await permissionOfBoth(this);
  this.scenario.requests.push(
    this.scenario.device.ask(this.scenario.device.timestamp('Long')),
    this.scenario.other.ask(this.scenario.other.timestamp('String')),
  );
});

When('the device connects again and asks', async function (this: ServerWorld) {
  await this.scenario.comeBack(this.scenario.device);
  await ask(this);
});

When('the device connects again and hears its response topic', async function (this: ServerWorld) {
  this.scenario.device.responses.length = 0;
  await this.scenario.comeBack(this.scenario.device);
});

When('the device publishes on {string}:', async function (this: ServerWorld, topic: string, text: string) {
  await this.scenario.device.permission();
  const timestamp = this.scenario.device.timestamp();
  const payload = text.replace('{deviceTime}', timestamp.digits);
  const forbiddenBy = this.requirement.id;
  this.scenario.requests.push(
    this.scenario.device.publish(this.scenario.device.topic(topic), payload, { timestamp, forbiddenBy }),
  );
});

When(
  'the device asks again and again, {int} times or for {duration}',
  async function (this: ServerWorld, times: number, ms: number) {
    this.scenario.exchanges = await this.scenario.series((exchanges) => exchanges.length >= times, ms);
  },
);

When(
  "the device asks again and again until the server's time has moved on by {duration}, for at most {duration}",
  async function (this: ServerWorld, by: number, ms: number) {
    const { clockResolution } = this.scenario.serverRun.ledger;
    this.scenario.exchanges = await this.scenario.series((exchanges) => {
      const [first, last] = [exchanges[0], exchanges.at(-1)];
      const [begin, end] = [first, last].map((exchange) => exchange?.response.serverSendTime?.number);
      if (first === undefined || last === undefined || begin === undefined || end === undefined) return exchanges.length > 0;
      // A clock that has not moved on for so long, its steps counted in, does not move on: to ask further shows nothing new.
      const real = (last.response.message.atUs - first.request.message.atUs) / 1000;
      return exchanges.length >= 6 && (Number(end - begin) >= by || real >= by + 200 + 2 * clockResolution.step);
    }, ms);
  },
);

When(
  "the device asks until the server's time is no whole second or moves on, for at most {duration}",
  async function (this: ServerWorld, ms: number) {
    const timesOf = ({ response }: Exchange): (bigint | undefined)[] => [
      response.serverRecvTime?.number,
      response.serverSendTime?.number,
    ];
    this.scenario.exchanges = await this.scenario.series((exchanges) => {
      const times = new Set(exchanges.flatMap(timesOf));
      return times.size > 1 || [...times].some((time) => time === undefined || time % 1000n !== 0n);
    }, ms);
  },
);
