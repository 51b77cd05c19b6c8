import { Given, Then } from '@cucumber/cucumber';
import type { NtpDevice } from '../harness/device/ntp-device.ts';
import { EnvironmentError } from '../harness/implementation/errors.ts';
import { type Exchange, type Request, type Response, roundTrip } from '../harness/message/exchange.ts';
import type { ServerPremise } from '../support/parameter-types.ts';
import type { ServerWorld } from './server-scenario.ts';
import { nameAlone, shareName } from './silence-diagnosis.ts';

Given('a server that {serverPremise}', function (this: ServerWorld, premise: ServerPremise) {
  const { started } = this.scenario.serverRun;
  if (premise === "shares the suite's clock") {
    if (started.target.sharedClock) return undefined;
    return this.inapplicable("the target file does not say that the server shares the suite's clock (sharedClock)");
  }
  if (started.noRestart !== undefined) throw new EnvironmentError(started.noRestart);
  if (started.restart !== undefined) return undefined;
  return this.inapplicable('the suite cannot restart this server: the target file gives only its address');
});

Then('the server answers( each request)', async function (this: ServerWorld) {
  this.inform(`answered in ${roundTrip(await requireAnswers(this)).toFixed(3)} ms`);
});

Then('the server answers each request exactly once', async function (this: ServerWorld) {
  await requireAnswers(this);
  const { requests } = this.scenario;
  for (const [device, own] of Map.groupBy(requests, (request) => this.scenario.askerOf(request)))
    await requireOnce(this, device, own);
});

/** @returns the last exchange */
async function requireAnswers({ scenario }: ServerWorld): Promise<Exchange> {
  for (const request of scenario.requests.slice(0, -1)) await scenario.answered(scenario.askerOf(request), request);
  return scenario.answer();
}

async function requireOnce(world: ServerWorld, device: NtpDevice, requests: readonly Request[]): Promise<void> {
  await world.scenario.fence(device);
  const often = requests.find(({ responses }) => responses.filter(({ message }) => !message.retain).length > 1);
  if (often === undefined) return;
  const last = often.responses.at(-1);
  const same = often.responses.every(({ payload }) => payload.text === often.responses[0]?.payload.text);
  world.fail({
    expected: 'one response to a request',
    received: `${often.responses.length} responses to one request`,
    likely: same ? 'one response is delivered twice' : 'the request is taken twice: the service runs, or is subscribed, twice',
    ...(last === undefined ? {} : { at: [last, 'payload'] as const }),
  });
}

Then('the server does not answer it{within}', async function (this: ServerWorld, ms: number | undefined) {
  const { device, requests, request, foreignDevice } = this.scenario;
  // On this connection: a server may lose what it has to say to one that is closed.
  if (ms !== undefined) await device.exchange(request, ms);
  for (const one of requests) one.forbiddenBy = this.requirement.id;
  const fence = await this.scenario.fence();
  // What the server says without having been asked counts too: its echo may be missing.
  const own = (one: Request | undefined): boolean => one === undefined || requests.includes(one);
  const toFence = (response: Response): boolean => String(response.deviceSendTime?.number) === fence.request.timestamp?.digits;
  const first = device.responses.find((response) => own(response.request) && !toFence(response) && isAnswer(response));
  if (first === undefined) return;
  this.fail({
    expected: 'no response to this message; the next request is answered first',
    received: `a response on ${first.message.topic}: ${first.payload.text}`,
    likely: foreignDevice && 'a device may publish on the request topic of any device',
    at: [first, 'topic', 'payload'],
  });
});

/** A message with a time of the server, even where something else in it is wrong. */
function isAnswer({ serverRecvTime, serverSendTime, message, request }: Response): boolean {
  return (serverRecvTime !== undefined || serverSendTime !== undefined || request !== undefined) && !message.retain;
}

Then('nothing reaches {player}', async function (this: ServerWorld, player: 'device' | 'other') {
  const { device, other } = this.scenario;
  await (player === 'device' ? requireNothing(this, device, other) : requireNothing(this, other, device));
});

async function requireNothing(world: ServerWorld, device: NtpDevice, asker: NtpDevice): Promise<void> {
  await world.scenario.fence(device);
  // What answers an earlier request of its own comes late or again, and is charged for that.
  const foreign = device.responses.find(({ request, message }) => request === undefined && !message.retain);
  if (foreign === undefined) return;
  const { topic } = foreign.message;
  world.fail({
    expected: `nothing reaches ${device.identity.deviceName} of ${device.identity.productKey}`,
    received: `PUBLISH on ${topic}: ${foreign.payload.text}`,
    likely: shareName(device, asker)
      ? await likelyOfNamesake(world, asker)
      : topic === asker.responseTopic
        ? everyConnection
        : 'the response goes to devices that did not ask: the topic is matched in part, or the response is published on several topics',
    at: [foreign, 'topic'],
  });
}

const everyConnection = 'the response goes to every connection, subscribed or not';

/** What a server does whose response reaches a device of the same name in another product: a device of another name shows it. */
async function likelyOfNamesake({ scenario }: ServerWorld, asker: NtpDevice): Promise<string | undefined> {
  const { sibling } = scenario.serverRun.devices;
  if (sibling === undefined) return undefined;
  const third = await scenario.play(sibling, { name: 'device of another name' });
  await third.subscribe(third.responseTopic);
  if ((await asker.fence()) === undefined || (await third.fence()) === undefined) return undefined;
  return third.responses.some(({ request }) => request === undefined) ? everyConnection : nameAlone;
}

Then('nothing reaches the device before it asks', async function (this: ServerWorld) {
  const fence = await this.scenario.fence();
  const { responses } = this.scenario.device;
  // By their order: two that come in one piece arrive at the same moment.
  const [earlier] = responses.slice(0, Math.max(0, responses.indexOf(fence.response)));
  const [old] = responses.filter(({ message }) => message.retain);
  const left = old ?? earlier;
  if (left === undefined) return;
  this.fail({
    expected: 'nothing on the response topic before the device asks',
    received: `PUBLISH${left.message.retain ? ' RETAIN' : ''}: ${left.payload.text}`,
    likely: likelyLeft(left, this.scenario.target.start.kind === 'address'),
    at: [left, ...(left.message.retain ? ['retain'] : []), 'payload'],
  });
});

/** @param longThere the server was there before the run */
function likelyLeft({ message, request }: Response, longThere: boolean): string | undefined {
  if (!message.retain) return 'the server stores responses for later subscribers';
  const live = request?.responses.filter((other) => !other.message.retain) ?? [];
  // A broker stores what it delivers, and one without a broker may mark what it delivers.
  const ofThisRun =
    live.length === 0 ? request !== undefined : live.some((other) => other.message.payload.equals(message.payload));
  if (ofThisRun) return 'the service publishes with the RETAIN flag';
  return longThere ? 'a retained message was already there when the run began' : undefined;
}
