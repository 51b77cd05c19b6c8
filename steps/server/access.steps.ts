import { Given, Then, When } from '@cucumber/cucumber';
import type { ForeignDevice } from '../harness/device/foreign-device.ts';
import { type Wrong, wrongCredentials } from '../harness/implementation/credentials.ts';
import { printable } from '../harness/text/printable.ts';
import type { ServerWorld } from './server-scenario.ts';

When(
  'a stranger connects in its place with {wrong}, in {mqttVersion}, and asks {haste}',
  async function (this: ServerWorld, wrong: Wrong, version: '3.1.1' | '5' | undefined, hasty: boolean) {
    const { target, device, serverRun } = this.scenario;
    const stranger = wrongCredentials(target, device.identity, serverRun.devices.sibling, wrong);
    if ('impossible' in stranger) return this.inapplicable(stranger.impossible);
    this.scenario.reception = await serverRun.stranger(device.identity, stranger.credentials, {
      mqttVersion: version ?? target.mqttVersion,
      hasty,
      certified: wrong !== 'no certificate',
    });
    return undefined;
  },
);

Then('the server refuses the stranger', function (this: ServerWorld) {
  const { reception } = this.scenario;
  if (reception === undefined) throw new Error('this sentence needs a stranger');
  const { accepted, response, open, how } = reception;
  const expected = 'the server refuses the connection, or closes it';
  if (response !== undefined) {
    this.fail({
      expected,
      received: `${how}; a response on ${response.topic}: ${printable(response.payload.toString())}`,
      likely: accepted ? undefined : 'the server refuses the connection and serves it anyway',
    });
  }
  if (accepted && open) this.fail({ expected, received: `${how}, and leaves it open, though nothing is answered` });
  this.inform(how);
});

async function playForeignDevice({ scenario }: ServerWorld, name: string | undefined): Promise<ForeignDevice | undefined> {
  const identity = scenario.serverRun.devices.other(name);
  if (identity === undefined) return undefined;
  scenario.foreignDevice = await scenario.playForeignDevice(identity);
  return scenario.foreignDevice;
}

When('{otherDevice} asks in its name', async function (this: ServerWorld, name: string | undefined) {
  const foreignDevice = await playForeignDevice(this, name);
  if (foreignDevice === undefined) return this.inapplicable(this.scenario.serverRun.devices.whyUnknown(name));
  this.scenario.requests.push(await foreignDevice.askAs(this.scenario.device, this.requirement.id));
  await foreignDevice.fence();
  return undefined;
});

Given('{otherDevice} that listens to {string}', async function (this: ServerWorld, name: string | undefined, filter: string) {
  const foreignDevice = await playForeignDevice(this, name);
  if (foreignDevice === undefined) return this.inapplicable(this.scenario.serverRun.devices.whyUnknown(name));
  await foreignDevice.listen(this.scenario.device.topic(filter));
  return undefined;
});

Then('the response does not reach the other device', async function (this: ServerWorld) {
  const { foreignDevice } = this.scenario;
  if (foreignDevice === undefined) throw new Error('this sentence needs another device that listens');
  await foreignDevice.fence();
  const { responseTopic } = this.scenario.device;
  const [message] = foreignDevice.received(responseTopic);
  if (message === undefined) return;
  const { productKey, deviceName } = foreignDevice.identity;
  this.fail({
    expected: `nothing of it reaches ${deviceName} of ${productKey}`,
    received: `PUBLISH on ${responseTopic}: ${printable(message.payload.toString())}`,
    likely: 'a device may subscribe to the response topic of any device',
  });
});
