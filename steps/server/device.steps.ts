import { type DataTable, Given, When } from '@cucumber/cucumber';
import type { NtpDevice } from '../harness/device/ntp-device.ts';
import type { DeviceWishes } from '../harness/device/server-run.ts';
import type { Identity } from '../harness/implementation/target.ts';
import type { Timestamp, TimestampType } from '../harness/message/exchange.ts';
import { readPayload } from '../harness/message/payload.ts';
import { assertValid } from '../harness/message/schema.ts';
import { nowUs, wallMsAt } from '../harness/time/now.ts';
import { type ClockState, toTimestamp } from '../support/parameter-types.ts';
import type { NtpWorld } from '../support/world.ts';

const unknownDevice = 'the target file says that the server knows no other devices (onlyThese)';

/** A device that is connected and hears its response topic. */
async function listening(world: NtpWorld, identity: Identity, wishes: DeviceWishes = {}, qos: 0 | 1 | 2 = 0): Promise<NtpDevice> {
  const device = await world.play(identity, wishes);
  await device.subscribe(device.responseTopic, qos);
  return device;
}

Given('a device that hears its response topic', async function (this: NtpWorld) {
  this.device = await listening(this, this.serverRun.identity);
});

Given('a device that hears its response topic at {qos}', async function (this: NtpWorld, qos: 0 | 1 | 2) {
  const device = await this.play(this.serverRun.identity);
  const granted = await device.subscribe(device.responseTopic, qos);
  this.device = device;
  if (qos > 0 && granted === undefined) return this.inapplicable(`the server does not grant a subscription at QoS ${qos}`);
  return undefined;
});

Given('a device that acknowledges nothing and hears its response topic', async function (this: NtpWorld) {
  this.device = await listening(this, this.serverRun.identity, { raw: true });
});

Given('a device that stays connected until the run ends', async function (this: NtpWorld) {
  const identity = this.identity('a1NtpSuite1/probe-stays');
  if (identity === undefined) return this.inapplicable(unknownDevice);
  this.device = await listening(this, identity, { stays: true });
  return undefined;
});

Given('another device of the same product that hears its own', async function (this: NtpWorld) {
  const identity = this.serverRun.sibling;
  if (identity === undefined) return this.inapplicable(unknownDevice);
  this.other = await listening(this, identity, { name: 'other device' });
  return undefined;
});

Given('the device {string} that hears its response topic', async function (this: NtpWorld, name: string) {
  const identity = this.identity(name);
  if (identity === undefined) return this.inapplicable(unknownDevice);
  this.device = await listening(this, identity);
  return undefined;
});

Given('the device {string} that hears its own', async function (this: NtpWorld, name: string) {
  const identity = this.identity(name);
  if (identity === undefined) return this.inapplicable(unknownDevice);
  this.other = await listening(this, identity, { name: 'other device' });
  return undefined;
});

Given('the device hears {string} as well', async function (this: NtpWorld, topic: string) {
  await this.device.subscribe(this.device.topic(topic));
  if (this.device.closed !== undefined) await this.comeBack(this.device);
});

Given('the device has asked, been answered and disconnected', async function (this: NtpWorld) {
  await this.answered(this.device, this.device.ask());
  await this.device.disconnect();
});

Given('a device whose clock is right', async function (this: NtpWorld) {
  this.device = await listening(this, this.serverRun.identity, { clock: wallMsAt });
});

Given('a device whose clock stands at {int}', async function (this: NtpWorld, ms: number) {
  const start = nowUs();
  this.device = await listening(this, this.serverRun.identity, { clock: (at) => ms + (at - start) / 1000 });
});

Given('a link of {duration} each way', async function (this: NtpWorld, latency: number) {
  await this.learnServerTime();
  this.wireLink = await this.serverRun.link({ forth: latency, back: latency });
});

Given('a device on that link whose clock is {clockState}', async function (this: NtpWorld, state: ClockState) {
  const start = nowUs();
  const clock = (at: number): number => (state === 'at 1970' ? (at - start) / 1000 : this.serverTimeAt(at) + state.aheadMs);
  const { wireLink: link } = this;
  if (link === undefined) throw new Error('this scenario has no link yet');
  this.device = await link.atOnce(() => listening(this, this.serverRun.identity, { clock, link }));
});

/** Publishes a request of this scenario. */
function ask(world: NtpWorld, timestamp?: Timestamp, qos: 0 | 1 | 2 = 0): void {
  world.requests.push(world.device.ask(timestamp, qos));
}

When('the device asks', function (this: NtpWorld) {
  ask(this);
});

When('the other device asks', function (this: NtpWorld) {
  this.requests.push(this.other.ask());
});

When('the device asks with:', function (this: NtpWorld, text: string) {
  const payload = text.replaceAll('␉', '\t').replaceAll('␍', '\r');
  assertValid('request', payload);
  const literal = readPayload(Buffer.from(payload)).members.get('deviceSendTime')?.literal ?? '';
  this.requests.push(this.device.publish(this.device.requestTopic, payload, { timestamp: toTimestamp(literal) }));
});

When('the device asks with deviceSendTime {timestamp}', function (this: NtpWorld, timestamp: Timestamp) {
  ask(this, timestamp);
});

When('the device asks with a {type}', function (this: NtpWorld, type: TimestampType) {
  ask(this, this.device.timestamp(type));
});

When('the device asks at {qos}', function (this: NtpWorld, qos: 0 | 1 | 2) {
  if (this.device.closed === undefined) ask(this, undefined, qos);
});

When('the device asks {int} times, one after the other', async function (this: NtpWorld, times: number) {
  for (let n = 0; n < times; n++) {
    ask(this);
    await this.answer();
  }
});

When('the device asks twice with the same deviceSendTime', async function (this: NtpWorld) {
  const timestamp = this.device.timestamp();
  ask(this, timestamp);
  await this.answer();
  ask(this, timestamp);
});

When('the device asks with {types} in turn', async function (this: NtpWorld, types: TimestampType[]) {
  for (const type of types) {
    ask(this, this.device.timestamp(type));
    await this.answer();
  }
});

When('both devices ask at the same moment', function (this: NtpWorld) {
  this.requests.push(this.device.ask(), this.other.ask());
});

When('both devices ask at the same moment, one with a Long, one with a String', function (this: NtpWorld) {
  this.requests.push(this.device.ask(this.device.timestamp('Long')), this.other.ask(this.other.timestamp('String')));
});

When('the device connects again and asks', async function (this: NtpWorld) {
  await this.comeBack(this.device);
  ask(this);
});

When('the device connects again and hears its response topic', async function (this: NtpWorld) {
  this.device.responses.length = 0;
  await this.comeBack(this.device);
});

When('the device publishes on {string}:', function (this: NtpWorld, topic: string, text: string) {
  const timestamp = this.device.timestamp();
  const payload = text.replace('{deviceTime}', timestamp.digits);
  const forbiddenBy = this.requirement.id;
  this.requests.push(this.device.publish(this.device.topic(topic), payload, { timestamp, forbiddenBy }));
});

When(
  'the device asks again and again, {int} times or for {duration}',
  async function (this: NtpWorld, times: number, ms: number) {
    this.exchanges = await this.series((exchanges) => exchanges.length >= times, ms);
  },
);

When(
  "the device asks again and again until the server's time has moved on by {duration}, for at most {duration}",
  async function (this: NtpWorld, by: number, ms: number) {
    const { clockResolution } = this.serverRun.ledger;
    this.exchanges = await this.series((exchanges) => {
      const [first, last] = [exchanges[0], exchanges.at(-1)];
      const [begin, end] = [first, last].map((exchange) => exchange?.response.serverSendTime?.number);
      if (first === undefined || last === undefined || begin === undefined || end === undefined) return exchanges.length > 0;
      // A clock that has not moved on for so long, its steps counted in, does not move on: to ask further shows nothing new.
      const real = (last.response.message.atUs - first.request.message.atUs) / 1000;
      return exchanges.length >= 6 && (Number(end - begin) >= by || real >= by + 200 + 2 * clockResolution.step);
    }, ms);
  },
);

Given('the exchange of the page:', function (this: NtpWorld, table: DataTable) {
  this.page = new Map(table.raw().map(([name = '', digits = '']) => [name, BigInt(digits)]));
});
