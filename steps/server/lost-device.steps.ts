import { setTimeout as pass } from 'node:timers/promises';
import { Given, Then, When } from '@cucumber/cucumber';
import { ConnectError } from '../harness/device/device.ts';
import type { Link } from '../harness/mqtt/link.ts';
import { nowUs } from '../harness/time/now.ts';
import type { LostAfter } from '../support/parameter-types.ts';
import type { NtpWorld } from '../support/world.ts';

const alone = 'the target file says that the server knows no other devices (onlyThese)';

function linkOf({ wireLink }: NtpWorld): Link {
  if (wireLink === undefined) throw new Error('this scenario has no link yet');
  return wireLink;
}

Given('a lost device that has sent {lostAfter}', async function (this: NtpWorld, sent: LostAfter) {
  const { sibling } = this.serverRun;
  const link = await this.serverRun.link({ forth: 0, back: 0 });
  this.wireLink = link;
  if (sent === 'nothing' || sent === 'half of its CONNECT') {
    const passed = sent === 'nothing' ? link.nextJoined() : link.nextForth();
    await this.fallSilent(sent, link);
    await passed;
    return undefined;
  }
  if (sibling === undefined) return this.inapplicable(alone);
  this.other = await this.play(sibling, { raw: true, link, name: 'lost device' });
  await this.other.subscribe(this.other.responseTopic);
  const passed = link.nextForth();
  if (sent === 'a request') this.other.ask();
  else this.other.askByHalf();
  await passed;
  return undefined;
});

When('the connection of the lost device is reset', function (this: NtpWorld) {
  linkOf(this).reset();
  this.serverRun.note('lost device', 'its connection is reset');
});

When('the connection of the lost device goes dead', function (this: NtpWorld) {
  linkOf(this).swallow();
  this.serverRun.note('lost device', 'its connection goes dead: nothing passes, and nobody is told');
});

/** What the lost device does to the server, where that is beyond doubt. */
async function likelyLoss(world: NtpWorld): Promise<string | undefined> {
  if (world.serverRun.started.ended() !== undefined) return 'an error of a connection that nobody catches ends the server';
  linkOf(world).reset();
  const served = await world.device.fence().catch((error: unknown) => {
    if (error instanceof ConnectError) return undefined;
    throw error;
  });
  if (served === undefined) return undefined;
  return 'the server waits for the lost device, and serves nobody meanwhile: with that connection reset it serves again';
}

Then('the server still serves the device beside it', async function (this: NtpWorld) {
  await this.fence(this.device, { likely: () => likelyLoss(this) });
});

Then('the server serves the device on a new connection', async function (this: NtpWorld) {
  const likely = async (): Promise<string | undefined> => (this.wireLink === undefined ? undefined : likelyLoss(this));
  await this.device.disconnect();
  await this.comeBack(this.device, likely);
  await this.fence(this.device, { likely });
});

Then('the server serves the lost device on a new connection', async function (this: NtpWorld) {
  const { sibling } = this.serverRun;
  if (sibling === undefined) throw new Error('a lost device that comes back has an identity');
  const back = await this.play(sibling, { name: 'lost device, back' });
  await back.subscribe(back.responseTopic);
  this.serverRun.ledger.reconnected(back.responseTopic);
  await this.fence(back);
});

Given('a device that keeps no session and hears its response topic', async function (this: NtpWorld) {
  const link = await this.serverRun.link({ forth: 0, back: 0 });
  this.wireLink = link;
  this.device = await this.play(this.serverRun.identity, { raw: true, link });
  await this.device.subscribe(this.device.responseTopic);
});

Given('a device that has the server keep its session and hears its response topic', async function (this: NtpWorld) {
  const { serverRun } = this;
  const link = await serverRun.link({ forth: 0, back: 0 });
  this.wireLink = link;
  // A server that lets nobody in is judged for that, and not for the session.
  await (await this.play(serverRun.identity)).disconnect();
  try {
    this.device = await serverRun.device(serverRun.identity, { keepsSession: true, link });
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error;
    return this.inapplicable(`the server keeps no serverRun: ${error.message}`);
  }
  this.join([this.device]);
  await this.device.subscribe(this.device.responseTopic);
  return undefined;
});

Given('the device has asked and lost its connection before it was answered', async function (this: NtpWorld) {
  const link = linkOf(this);
  const passed = link.nextForth();
  this.requests.push(this.device.ask());
  await passed;
  link.reset();
});

When('the device comes back when the answer must have been given', async function (this: NtpWorld) {
  const { ledger } = this.serverRun;
  // Nothing tells when a server has answered somebody who is gone: it has taken no longer for any answer of this run.
  const away = Math.min(ledger.slowest * 1.5 + 10, this.device.deadline);
  await pass(Math.max(0, away - (nowUs() - this.request.message.atUs) / 1000));
  this.device.responses.length = 0;
  await this.comeBack(this.device);
  ledger.reconnected(this.device.responseTopic);
});
