import { Given, Then } from '@cucumber/cucumber';
import type { NtpDevice } from '../harness/device/ntp-device.ts';
import { type Request, type Response, roundTrip } from '../harness/message/exchange.ts';
import type { NtpWorld } from '../support/world.ts';

Given("a server that shares the suite's clock", function (this: NtpWorld) {
  const shared = this.serverRun.started.target.sharedClock;
  return shared
    ? undefined
    : this.inapplicable("the target file does not say that the server shares the suite's clock (sharedClock)");
});

Then('the server answers', async function (this: NtpWorld) {
  const exchange = await this.answer();
  this.inform(`answered in ${roundTrip(exchange).toFixed(3)} ms`);
});

Then('the server answers the other device', async function (this: NtpWorld) {
  await this.answered(this.other, this.request);
});

Then('the server answers every time', async function (this: NtpWorld) {
  for (const request of this.requests) await this.answered(this.device, request);
});

Then('the server answers exactly once', async function (this: NtpWorld) {
  await this.answer();
  await requireOnce(this, this.device, this.requests);
});

Then('the server answers each request exactly once', async function (this: NtpWorld) {
  for (const request of this.requests) await this.answered(this.device, request);
  await requireOnce(this, this.device, this.requests);
});

Then('each device gets exactly one response', async function (this: NtpWorld) {
  for (const device of [this.device, this.other]) {
    const own = this.requests.filter(({ responseTopic }) => responseTopic === device.responseTopic);
    for (const request of own) await this.answered(device, request);
    await requireOnce(this, device, own, false);
  }
});

async function requireOnce(world: NtpWorld, device: NtpDevice, requests: readonly Request[], alone = true): Promise<void> {
  await world.fence(device);
  const often = requests.find(({ responses }) => responses.filter(({ message }) => !message.retain).length > 1);
  if (often === undefined) return;
  const last = often.responses.at(-1);
  const same = often.responses.every(({ payload }) => payload.text === often.responses[0]?.payload.text);
  world.fail({
    expected: 'one response to a request',
    received: `${often.responses.length} responses to one request`,
    likely: same ? 'one response is delivered twice' : 'the request is taken twice: the service runs, or is subscribed, twice',
    ...(alone ? {} : { needs: ['server-answers-the-asker'] }),
    ...(last === undefined ? {} : { at: [last, 'payload'] as const }),
  });
}

Then('the server does not answer it', async function (this: NtpWorld) {
  for (const request of this.requests) request.forbiddenBy = this.requirement.id;
  const fence = await this.fence();
  // What the server says without having been asked counts too: its echo may be missing.
  const own = (request: Request | undefined): boolean => request === undefined || this.requests.includes(request);
  const toFence = (response: Response): boolean => String(response.deviceSendTime?.number) === fence.request.timestamp?.digits;
  const answers = this.device.responses.filter((response) => own(response.request) && !toFence(response) && isAnswer(response));
  const [first] = answers;
  if (first === undefined) return;
  this.fail({
    expected: 'no response to this message; the next request is answered first',
    received: `a response on ${first.message.topic}: ${first.payload.text}`,
    at: [first, 'topic', 'payload'],
  });
});

/** A message with a time of the server, whatever else is wrong with it. */
function isAnswer({ serverRecvTime, serverSendTime, message, request }: Response): boolean {
  return (serverRecvTime !== undefined || serverSendTime !== undefined || request !== undefined) && !message.retain;
}

Then('nothing reaches the other device', async function (this: NtpWorld) {
  await requireNothing(this, this.other, this.device);
});

Then('nothing reaches the device', async function (this: NtpWorld) {
  await requireNothing(this, this.device, this.other);
});

async function requireNothing(world: NtpWorld, device: NtpDevice, asker: NtpDevice): Promise<void> {
  await world.fence(device);
  // What answers an earlier request of its own comes late or again, and is charged for that.
  const foreign = device.responses.find(({ request, message }) => request === undefined && !message.retain);
  if (foreign === undefined) return;
  const { topic } = foreign.message;
  world.fail({
    expected: `nothing reaches ${device.identity.deviceName} of ${device.identity.productKey}`,
    received: `PUBLISH on ${topic}: ${foreign.payload.text}`,
    likely:
      topic === asker.responseTopic
        ? 'the response goes to every connection, whatever it subscribed'
        : 'the response goes to devices that did not ask: the topic is matched in part, or the response is published on several topics',
    at: [foreign, 'topic'],
  });
}

Then('nothing reaches the device before it asks', async function (this: NtpWorld) {
  const fence = await this.fence();
  const earlier = this.device.responses.find(
    (response) => response !== fence.response && response.message.atUs < fence.response.message.atUs,
  );
  const [old] = this.device.responses.filter(({ message }) => message.retain);
  const left = old ?? earlier;
  if (left === undefined) return;
  this.fail({
    expected: 'nothing on the response topic before the device asks',
    received: `PUBLISH${left.message.retain ? ' RETAIN' : ''}: ${left.payload.text}`,
    likely: left.message.retain
      ? 'the service publishes with the RETAIN flag'
      : 'the server stores responses for later subscribers',
    needs: ['server-response-not-retained'],
    at: [left, ...(left.message.retain ? ['retain'] : []), 'payload'],
  });
});

Then('the server still serves the device', async function (this: NtpWorld) {
  await this.fence();
});
