import { Given, Then, When } from '@cucumber/cucumber';
import type { ForeignDevice } from '../harness/device/foreign-device.ts';
import { type Credentials, credentialsOf, type Wrong, wrongCredentials } from '../harness/implementation/credentials.ts';
import { printable } from '../harness/text/printable.ts';
import type { ServerWorld } from './server-scenario.ts';

/** What is special about a stranger. */
interface Call {
  readonly mqttVersion: '3.1.1' | '5';
  readonly hasty?: boolean;
  readonly certified?: boolean;
}

async function call(world: ServerWorld, credentials: Credentials, how: Call): Promise<void> {
  world.scenario.reception = await world.scenario.serverRun.stranger(world.scenario.device.identity, credentials, how);
}

async function callWrongly(world: ServerWorld, wrong: Wrong, how: Call): Promise<'skipped' | undefined> {
  const stranger = wrongCredentials(
    world.scenario.target,
    world.scenario.device.identity,
    world.scenario.serverRun.devices.sibling,
    wrong,
  );
  if ('impossible' in stranger) return world.inapplicable(stranger.impossible);
  await call(world, stranger.credentials, how);
  return undefined;
}

When(
  'a stranger connects in its place with {wrong}, in MQTT {mqttVersion}',
  async function (this: ServerWorld, wrong: Wrong, mqttVersion: '3.1.1' | '5') {
    return callWrongly(this, wrong, { mqttVersion });
  },
);

When(
  'a stranger connects in its place with {wrong}, in MQTT {mqttVersion}, and asks at once',
  async function (this: ServerWorld, wrong: Wrong, mqttVersion: '3.1.1' | '5') {
    return callWrongly(this, wrong, { mqttVersion, hasty: true });
  },
);

When('a stranger connects in its place without a certificate', async function (this: ServerWorld) {
  const { tls, auth, mqttVersion } = this.scenario.target;
  if (tls?.certificate === undefined) return this.inapplicable('the target file names no certificate of devices (tls)');
  if (auth !== undefined)
    return this.inapplicable('devices have other credentials (auth); that the certificate is one as well is not said');
  await call(this, credentialsOf(this.scenario.target, this.scenario.device.identity), { mqttVersion, certified: false });
  return undefined;
});

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

Then('the server does not answer the device', async function (this: ServerWorld) {
  await this.scenario.fence();
  const [response] = this.scenario.request.responses;
  if (response === undefined) return;
  const { identity, responseTopic } = this.scenario.device;
  this.fail({
    expected: `no response to a request in the name of ${identity.deviceName} of ${identity.productKey} that another device sent`,
    received: `a response on ${responseTopic}: ${response.payload.text}`,
    likely: 'a device may publish on the request topic of any device',
  });
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
