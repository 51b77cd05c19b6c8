import { Before, Given, type ITestCaseHookParameter, When } from '@cucumber/cucumber';
import type { DeviceWishes } from '../harness/device/device-wishes.ts';
import type { NtpDevice } from '../harness/device/ntp-device.ts';
import type { Identity } from '../harness/implementation/target.ts';
import type { Exchange, Timestamp, TimestampType } from '../harness/message/exchange.ts';
import { readPayload } from '../harness/message/payload.ts';
import { assertValid } from '../harness/message/schema.ts';
import { nowUs, wallMsAt } from '../harness/time/now.ts';
import { scenarioAt, turnOf } from '../requirements/scenario-turn.ts';
import { currentRun, serverLanes } from '../support/current-run.ts';
import { type AskingPace, type ClockState, type Played, toTimestamp, type Until } from '../support/parameter-types.ts';
import { learnServerTime } from './learn-server-time.ts';
import { ServerScenario, type ServerWorld } from './server-scenario.ts';
import { stamps } from './stamp.ts';

Before({ name: 'the server' }, async function (this: ServerWorld, { pickle }: ITestCaseHookParameter) {
  if (currentRun.clientRunner !== undefined) return;
  const owned = scenarioAt(pickle.uri, pickle.location?.line ?? 0);
  const names = pickle.steps.flatMap(({ text }) => [...text.matchAll(/"([\w-]+\/[^"/]+)"/g)].map(([, name = '']) => name));
  const lanes = serverLanes();
  const lane = await lanes.enter({ ...turnOf(owned), place: owned[1].place, names });
  this.scenario = new ServerScenario(this, lane, () => lanes.leave(lane));
});

/**
 * A device that is connected and hears its response topic at QoS 0: on the connection that an earlier scenario has left, where there is
 * one.
 */
async function listening(world: ServerWorld, identity: Identity, wishes: DeviceWishes = { lasting: true }): Promise<NtpDevice> {
  const device = await world.scenario.play(identity, wishes);
  await device.subscribe(device.responseTopic);
  return device;
}

Given(
  '{device} that hears its response topic{atQos}',
  async function (this: ServerWorld, { name, isNew }: Played, qos: 0 | 1 | 2 | undefined) {
    const { devices, identity: usual, state } = this.scenario.serverRun;
    const identity = name === undefined ? usual : devices.named(name);
    if (identity === undefined) return this.inapplicable(devices.whyUnknown(name));
    if (isNew) await state.pool.release(identity);
    this.scenario.device = await (qos === undefined ? listening(this, identity) : this.scenario.play(identity));
    if (qos === undefined) return undefined;
    const granted = await this.scenario.device.subscribe(this.scenario.device.responseTopic, qos);
    const isRefused = qos > 0 && granted === undefined;
    return isRefused ? this.inapplicable(`the server does not grant a subscription at QoS ${qos}`) : undefined;
  },
);

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

Given('{otherDevice} that hears its own', async function (this: ServerWorld, name: string | undefined) {
  const { devices } = this.scenario.serverRun;
  const identity = devices.other(name);
  if (identity === undefined) return this.inapplicable(devices.whyUnknown(name));
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

Given('a link of {duration} each way', async function (this: ServerWorld, latency: number) {
  await learnServerTime(this);
  this.scenario.wireLink = await this.scenario.serverRun.link({ forth: latency, back: latency });
});

Given('a device whose clock {clockState}', async function (this: ServerWorld, state: ClockState) {
  const { serverRun, wireLink: link } = this.scenario;
  const clock = await clockOf(this, state);
  this.scenario.device =
    link === undefined
      ? await listening(this, serverRun.identity, { clock, lasting: true })
      : await link.atOnce(() => listening(this, serverRun.identity, { clock, link }));
});

async function clockOf(world: ServerWorld, state: ClockState): Promise<(at: number) => number> {
  if (state === 'right') return wallMsAt;
  const start = nowUs();
  if ('startsAt' in state) return (at) => state.startsAt + (at - start) / 1000;
  // Where there is a link, it was learnt before on a direct connection.
  if (world.scenario.wireLink === undefined) await learnServerTime(world);
  // No clock of a device stands before 1970, not even one that is behind a server's whose time makes no sense.
  return (at) => Math.max(0, world.scenario.serverTimeAt(at) + state.aheadMs);
}

/** Publishes a request of this scenario. */
async function ask({ scenario }: ServerWorld, device: NtpDevice, timestamp?: Timestamp, qos: 0 | 1 | 2 = 0): Promise<void> {
  await device.permission();
  scenario.requests.push(device.ask(timestamp, qos));
}

When('{player} asks{atQos}', async function (this: ServerWorld, player: 'device' | 'other', qos: 0 | 1 | 2 | undefined) {
  const device = this.scenario[player];
  // A server may close the connection because of a request at another QoS.
  if (qos === undefined || device.closed === undefined) await ask(this, device, undefined, qos);
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

When('the device asks with {stamps}', async function (this: ServerWorld, all: readonly (Timestamp | TimestampType)[]) {
  const { device } = this.scenario;
  for (const one of all) {
    await ask(this, device, typeof one === 'string' ? device.timestamp(one) : one);
    if (all.length > 1) await this.scenario.answer();
  }
});

When('the device asks {int} times, {pace}', async function (this: ServerWorld, times: number, pace: AskingPace) {
  const { device, requests, serverRun } = this.scenario;
  if (pace === 'back to back') {
    const { requestsPerSecond = times } = serverRun.pacing.limits;
    if (times > requestsPerSecond)
      return this.inapplicable(`the target file allows ${requestsPerSecond} requests a second (limits.requestsPerSecond)`);
    await device.rest();
    for (let n = 0; n < times; n += 1) requests.push(device.ask());
    return undefined;
  }
  const timestamp = pace === 'one after the other' ? undefined : device.timestamp();
  for (let n = 0; n < times; n += 1) {
    await ask(this, device, timestamp);
    await this.scenario.answer();
  }
  return undefined;
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
  'the device asks again and again until {until}, for at most {duration}',
  async function (this: ServerWorld, until: Until, ms: number) {
    const { clockResolution } = this.scenario.serverRun.ledger.run;
    this.scenario.exchanges = await this.scenario.series((exchanges) => {
      if (until === 'noWholeSecond') return showsNoWholeSecond(exchanges);
      return 'times' in until ? exchanges.length >= until.times : hasMoved(exchanges, until.movedByMs, clockResolution.step);
    }, ms);
  },
);

function showsNoWholeSecond(exchanges: readonly Exchange[]): boolean {
  const times = new Set(exchanges.flatMap(({ response }) => stamps.map((name) => response[name]?.number)));
  return times.size > 1 || [...times].some((time) => time === undefined || time % 1000n !== 0n);
}

/** Whether the server's time has moved on by so much, or will not. All in ms. */
function hasMoved(exchanges: readonly Exchange[], by: number, step: number): boolean {
  const [first, last] = [exchanges[0], exchanges.at(-1)];
  const [begin, end] = [first, last].map((exchange) => exchange?.response.serverSendTime?.number);
  if (first === undefined || last === undefined || begin === undefined || end === undefined) return exchanges.length > 0;
  // A clock that has not moved on for so long, its steps counted in, does not move on: to ask further shows nothing new.
  const real = (last.response.message.atUs - first.request.message.atUs) / 1000;
  return exchanges.length >= 6 && (Number(end - begin) >= by || real >= by + 200 + 2 * step);
}
