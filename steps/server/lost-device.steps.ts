import { setTimeout as pass } from 'node:timers/promises';
import { Given, Then, When } from '@cucumber/cucumber';
import { ConnectError } from '../harness/device/device.ts';
import type { Link } from '../harness/mqtt/link.ts';
import { nowUs } from '../harness/time/now.ts';
import type { LostAfter } from '../support/parameter-types.ts';
import type { ServerWorld } from './server-scenario.ts';

function linkOf({ scenario: { wireLink } }: ServerWorld): Link {
  if (wireLink === undefined) throw new Error('this scenario has no link yet');
  return wireLink;
}

Given('a lost device that has sent {lostAfter}', async function (this: ServerWorld, sent: LostAfter) {
  const { devices } = this.scenario.serverRun;
  const { sibling } = devices;
  const link = await this.scenario.serverRun.link({ forth: 0, back: 0 });
  this.scenario.wireLink = link;
  if (sent === 'nothing' || sent === 'half of its CONNECT') {
    const joined = link.nextJoined();
    await this.scenario.fallSilent(sent, link);
    // What has passed before was TLS or WebSocket.
    await (sent === 'nothing' ? joined : link.nextForth());
    return undefined;
  }
  if (sibling === undefined) return this.inapplicable(devices.whyUnknown());
  this.scenario.other = await this.scenario.play(sibling, { raw: true, link, name: 'lost device' });
  await this.scenario.other.subscribe(this.scenario.other.responseTopic);
  await this.scenario.other.permission();
  const passed = link.nextForth();
  if (sent === 'a request') this.scenario.other.ask();
  else this.scenario.other.askByHalf();
  await passed;
  return undefined;
});

When('the connection of the lost device is reset', function (this: ServerWorld) {
  linkOf(this).reset();
  this.scenario.serverRun.note('lost device', 'its connection is reset');
});

When('the connection of the lost device goes dead', function (this: ServerWorld) {
  linkOf(this).swallow();
  this.scenario.serverRun.note('lost device', 'its connection goes dead: no packet passes, and neither side gets an error');
});

/** What the lost device does to the server, where that is beyond doubt. */
async function likelyLoss(world: ServerWorld): Promise<string | undefined> {
  if (world.scenario.serverRun.started.ended() !== undefined) return 'an uncaught connection error ends the server';
  linkOf(world).reset();
  const { device, serverRun } = world.scenario;
  // The full deadline was spent before this diagnosis began.
  const served = await device.fence(serverRun.patience.short(device.deadline)).catch((error: unknown) => {
    if (error instanceof ConnectError) return undefined;
    throw error;
  });
  if (served === undefined) return undefined;
  return 'the server waits for the lost device and serves no other device until that connection is reset';
}

Then('the server still serves the device beside it', async function (this: ServerWorld) {
  await this.scenario.fence(this.scenario.device, { likely: () => likelyLoss(this) });
});

Then('the server serves the device on a new connection', async function (this: ServerWorld) {
  const likely = async (): Promise<string | undefined> => (this.scenario.wireLink === undefined ? undefined : likelyLoss(this));
  await this.scenario.device.disconnect();
  await this.scenario.comeBack(this.scenario.device, likely);
  await this.scenario.fence(this.scenario.device, { likely });
});

Then(
  'the server serves the lost device on a new connection, at its second request at the latest',
  async function (this: ServerWorld) {
    const { sibling } = this.scenario.serverRun.devices;
    if (sibling === undefined) throw new Error('a lost device that comes back has an identity');
    const back = await this.scenario.play(sibling, { name: 'lost device, back', lasting: true });
    await back.subscribe(back.responseTopic);
    this.scenario.serverRun.ledger.reconnected(back.responseTopic);
    await this.scenario.fence(back, { requests: 2 });
  },
);

Given('a device that keeps no session and hears its response topic', async function (this: ServerWorld) {
  const link = await this.scenario.serverRun.link({ forth: 0, back: 0 });
  this.scenario.wireLink = link;
  this.scenario.device = await this.scenario.play(this.scenario.serverRun.identity, { raw: true, link });
  await this.scenario.device.subscribe(this.scenario.device.responseTopic);
});

Given('a device that has the server keep its session and hears its response topic', async function (this: ServerWorld) {
  const { serverRun } = this.scenario;
  const link = await serverRun.link({ forth: 0, back: 0 });
  this.scenario.wireLink = link;
  // A server that lets nobody in is judged for that, and not for the session.
  await (await this.scenario.play(serverRun.identity)).disconnect();
  try {
    this.scenario.device = await serverRun.device(serverRun.identity, { keepsSession: true, link });
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error;
    return this.inapplicable(`the server keeps no serverRun: ${error.message}`);
  }
  this.scenario.join([this.scenario.device]);
  await this.scenario.device.subscribe(this.scenario.device.responseTopic);
  return undefined;
});

Given('the device has asked and lost its connection before it was answered', async function (this: ServerWorld) {
  const link = linkOf(this);
  await this.scenario.device.permission();
  const passed = link.nextForth();
  this.scenario.requests.push(this.scenario.device.ask());
  await passed;
  link.reset();
});

When('the device comes back when the answer must have been given', async function (this: ServerWorld) {
  const { ledger } = this.scenario.serverRun;
  // Nothing tells when a server has answered somebody who is gone: it has taken no longer for any answer of this run.
  const away = Math.min(ledger.slowest * 1.5 + 10, this.scenario.device.deadline);
  await pass(Math.max(0, away - (nowUs() - this.scenario.request.message.atUs) / 1000));
  this.scenario.device.responses.length = 0;
  await this.scenario.comeBack(this.scenario.device);
  ledger.reconnected(this.scenario.device.responseTopic);
});
