import { setTimeout as pass } from 'node:timers/promises';
import { Given, Then, When } from '@cucumber/cucumber';
import { ConnectError } from '../harness/device/device.ts';
import type { NtpDevice } from '../harness/device/ntp-device.ts';
import type { Link } from '../harness/mqtt/link.ts';
import { nowUs } from '../harness/time/now.ts';
import type { Loss, LostAfter, Manner, Served } from '../support/parameter-types.ts';
import type { ServerScenario, ServerWorld } from './server-scenario.ts';

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

When('the connection of the lost device {loss}', function (this: ServerWorld, loss: Loss) {
  const isReset = loss === 'is reset';
  if (isReset) linkOf(this).reset();
  else linkOf(this).swallow();
  const means = isReset ? '' : ': no packet passes, and neither side gets an error';
  this.scenario.serverRun.note('lost device', `its connection ${loss}${means}`);
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

Then('the server still serves the device', async function (this: ServerWorld) {
  const likely = this.scenario.wireLink === undefined ? undefined : () => likelyLoss(this);
  await this.scenario.fence(this.scenario.device, { likely });
});

Then(
  'the server serves {served} on a new connection{attempts}',
  async function (this: ServerWorld, served: Served, requests: number) {
    const { serverRun, wireLink } = this.scenario;
    if (served === 'the device') {
      const { device } = this.scenario;
      const likely = wireLink === undefined ? undefined : () => likelyLoss(this);
      await device.disconnect();
      await this.scenario.comeBack(device, likely);
      await this.scenario.fence(device, { likely, requests });
      return;
    }
    const isLost = served === 'the lost device';
    const identity = isLost ? serverRun.devices.sibling : serverRun.identity;
    if (identity === undefined) throw new Error('a lost device that comes back has an identity');
    const device = await this.scenario.play(identity, isLost ? { name: 'lost device, back', lasting: true } : {});
    await device.subscribe(device.responseTopic);
    serverRun.ledger.reconnected(device.responseTopic);
    await this.scenario.fence(device, { requests });
  },
);

Given('a device that {manner} and hears its response topic', async function (this: ServerWorld, manner: Manner) {
  const { scenario } = this;
  const { serverRun } = scenario;
  const { identity } = serverRun;
  if (manner === 'acknowledges nothing') scenario.device = await scenario.play(identity, { acknowledges: false });
  else {
    const link = await serverRun.link({ forth: 0, back: 0 });
    scenario.wireLink = link;
    const device =
      manner === 'keeps no session' ? await scenario.play(identity, { raw: true, link }) : await keepSession(scenario, link);
    if (typeof device === 'string') return this.inapplicable(device);
    scenario.device = device;
  }
  await scenario.device.subscribe(scenario.device.responseTopic);
  return undefined;
});

/** @returns why there is none, in words, where the server refuses to keep a session */
async function keepSession(scenario: ServerScenario, link: Link): Promise<NtpDevice | string> {
  const { serverRun } = scenario;
  // A server that accepts no device is judged for that, and not for the session.
  await (await scenario.play(serverRun.identity)).disconnect();
  try {
    const device = await serverRun.device(serverRun.identity, { keepsSession: true, link });
    scenario.join([device]);
    return device;
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error;
    return `the server keeps no session: ${error.message}`;
  }
}

Given('the device has asked and lost its connection before it was answered', async function (this: ServerWorld) {
  const link = linkOf(this);
  await this.scenario.device.permission();
  const passed = link.nextForth();
  this.scenario.requests.push(this.scenario.device.ask());
  await passed;
  link.reset();
});

When('the device connects again and hears its response topic{after}', async function (this: ServerWorld, after: boolean) {
  const { device, serverRun } = this.scenario;
  if (after) {
    // Nothing tells when a server has answered a device that is gone: it has taken no longer for any answer of this run.
    const away = Math.min(serverRun.ledger.run.slowest * 1.5 + 10, device.deadline);
    await pass(Math.max(0, away - (nowUs() - this.scenario.request.message.atUs) / 1000));
  }
  device.responses.length = 0;
  await this.scenario.comeBack(device);
  if (after) serverRun.ledger.reconnected(device.responseTopic);
});
