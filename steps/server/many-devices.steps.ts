import { Given, Then, When } from '@cucumber/cucumber';
import { type Asked, answersTo, gather } from '../harness/device/many-devices.ts';
import type { NtpDevice } from '../harness/device/ntp-device.ts';
import type { Identity } from '../harness/implementation/target.ts';
import type { Response, TimestampType } from '../harness/message/exchange.ts';
import { Trace } from '../harness/mqtt/trace.ts';
import { counted } from '../harness/text/counted.ts';
import type { DeviceCount, Together } from '../support/parameter-types.ts';
import { answerWait } from './answer-wait.ts';
import { noLongerServes } from './server-diagnosis.ts';
import type { ServerWorld } from './server-scenario.ts';
import { cutOff } from './server-silence.ts';

Given('{deviceCount} that hear their response topics', async function (this: ServerWorld, which: DeviceCount) {
  const { target, serverRun } = this.scenario;
  if ('ofTargetFile' in which) {
    const named = target.devices.slice(0, which.ofTargetFile);
    return named.length < 2 ? this.inapplicable('the target file names one device only') : connectAll(this, named.length, named);
  }
  return connectAll(this, which.orMore ? Math.max(which.least, serverRun.deviceCount) : which.least);
});

/** @param named the devices to connect; absent where any will do */
async function connectAll(world: ServerWorld, wanted: number, named?: readonly Identity[]): Promise<'skipped' | undefined> {
  const { serverRun } = world.scenario;
  const { free } = serverRun.pacing;
  const count = Math.min(wanted, free);
  if (count < Math.min(2, wanted))
    return world.inapplicable(`the target file allows ${free} more connections (limits.connections)`);
  const identities = named ?? serverRun.devices.several(count);
  if (identities.length < count) {
    const known = counted(identities.length, 'device');
    const { onlyThese } = world.scenario.target;
    const why = onlyThese ? ' and no others (onlyThese)' : ' that the suite makes up (deviceNames)';
    return world.inapplicable(`by the target file the server knows ${known}${why}, and ${count} are needed`);
  }
  if (count < wanted)
    world.inform(`${count} devices instead of ${wanted}: the target file allows no more connections (limits.connections)`);
  // Each has a record of its own: one that fails is shown, and the others are not.
  const wires = identities.map(() => new Trace());
  const { devices, refused } = await gather(count, (index) => {
    const identity = identities[index] ?? serverRun.identity;
    // Those that the target file names are used again, and may be few that may connect seldom.
    const wishes = named === undefined ? { raw: true } : { lasting: true };
    return serverRun.device(identity, { ...wishes, name: `device ${index + 1}`, trace: wires[index] ?? serverRun.trace });
  });
  world.scenario.many.devices = devices;
  world.scenario.join(devices);
  if (refused !== undefined) {
    serverRun.trace.adopt(wires[refused.index] ?? new Trace());
    world.scenario.requireSetUp();
    world.fail({
      expected: `${counted(count, 'device')} connected at the same time`,
      received: `${devices.length} were accepted, and then: ${refused.why}`,
      likely: { kind: noLongerServes, text: devices.length === 0 ? undefined : 'the number of connections is limited' },
      cause: 'silence',
    });
  }
  world.scenario.many.traces = wires;
  return undefined;
}

/** @param first the type of the first one; every second one may have the other */
async function askAll(
  devices: readonly NtpDevice[],
  { alternate, sameDigits }: Together,
  first: TimestampType = 'Long',
): Promise<Asked[]> {
  for (const device of devices) await device.permission();
  const other = first === 'Long' ? 'String' : 'Long';
  // As devices do that count from power-on, after a power cut.
  const digits = sameDigits ? devices[0]?.timestamp().digits : undefined;
  return devices.map((device, index) => {
    const type = alternate && index % 2 === 1 ? other : first;
    return { device, request: device.ask(digits === undefined ? device.timestamp(type) : { type, digits }) };
  });
}

When('the devices ask at the same moment, {together}', async function (this: ServerWorld, together: Together) {
  const { scenario } = this;
  const { many } = scenario;
  many.asked = await askAll(many.devices.length > 0 ? many.devices : [scenario.device, scenario.other], together);
  scenario.requests.push(...many.asked.map(({ request }) => request));
});

Then('each of them gets its own single answer', async function (this: ServerWorld) {
  await requireAll(this, this.scenario.many.asked);
  // Everything else that the server sends to one of them has come before its answer to that device's next request.
  await requireAll(this, await askAll(this.scenario.many.devices, { alternate: true, sameDigits: false }, 'String'));
  const often = this.scenario.many.asked.find(({ request }) => request.responses.length > 1);
  if (often !== undefined) {
    this.scenario.many.show(often.device, this.scenario.serverRun.trace);
    this.fail({
      expected: 'one response to each request',
      received: `${often.request.responses.length} responses to the request of ${often.device.name}`,
    });
  }
  this.scenario.many.show(this.scenario.many.devices[0], this.scenario.serverRun.trace);
  const last = Math.max(...this.scenario.many.asked.map(({ request }) => request.responses[0]?.message.atUs ?? 0));
  const ms = (last - (this.scenario.many.asked[0]?.request.message.atUs ?? last)) / 1000;
  this.inform(`${this.scenario.many.asked.length} devices were answered within ${ms.toFixed(3)} ms`);
});

/** Fails a server that leaves one of the devices without its answer, or has given one device another's. */
async function requireAll(world: ServerWorld, asked: readonly Asked[]): Promise<void> {
  const { serverRun } = world.scenario;
  const within = ({ device, request }: Asked): number =>
    answerWait(serverRun, world.requirement, request, device.deadline).within;
  const silent = await answersTo(asked, serverRun.ledger, within);
  const stamps = new Set(asked.map(({ request }) => request.timestamp?.digits));
  const mixed = asked.flatMap(({ device }) =>
    device.responses.filter((response) => isForeign(response, stamps)).map((response) => ({ device, response })),
  );
  const [wrong] = mixed;
  if (wrong !== undefined) {
    const { device, response } = wrong;
    world.scenario.many.show(device, world.scenario.serverRun.trace);
    world.fail({
      expected: `${device.name} hears the answer to its own request, on ${device.responseTopic}, and nothing else`,
      received: `a message on ${response.message.topic}: ${response.payload.text}`,
      likely: 'what belongs to one request is kept in a variable that requests at the same moment share',
      at: [response, 'payload'],
    });
  }
  const [first] = silent;
  if (first === undefined) return;
  const { device } = first;
  world.scenario.many.show(device, world.scenario.serverRun.trace);
  const others = silent.length === 1 ? '' : `, nor were ${silent.length - 1} others`;
  world.scenario.requireSetUp();
  const why = (await cutOff(device, serverRun)) ?? 'nothing came any more';
  world.fail({
    expected: `${counted(asked.length, 'device')} answered, the next answer always within ${within(first)} ms of the one before`,
    received: `${device.name} (${device.identity.deviceName}) was not answered${others}: ${why}`,
    likely: { kind: noLongerServes },
    cause: 'silence',
  });
}

/** True for what answers no request of its device, or is taken for an answer though it has the deviceSendTime of another one. */
function isForeign({ request, message, deviceSendTime }: Response, stamps: ReadonlySet<string | undefined>): boolean {
  if (message.retain) return false;
  const echo = String(deviceSendTime?.number);
  return request === undefined || (echo !== request.timestamp?.digits && stamps.has(echo));
}

Then('the server answers each of them with its own deviceSendTime', async function (this: ServerWorld) {
  const { device, requests } = this.scenario;
  await answersTo(
    requests.map((request) => ({ device, request })),
    this.scenario.serverRun.ledger,
  );
  const silent = requests.filter(({ timestamp, responses }) =>
    responses.every(({ deviceSendTime }) => String(deviceSendTime?.number) !== timestamp?.digits),
  );
  if (silent.length === 0) return;
  const heard = device.responses.length;
  this.scenario.requireSetUp();
  const why = await cutOff(device, this.scenario.serverRun);
  this.fail({
    expected: `${requests.length} responses, each with the deviceSendTime of another request`,
    received: `${heard} responses; ${silent.length} of ${requests.length} values of deviceSendTime did not come back${why === undefined ? '' : `: ${why}`}`,
    likely: { kind: noLongerServes, text: why === undefined ? likelyMistake(heard, requests.length) : undefined },
    cause: 'silence',
  });
});

function likelyMistake(heard: number, asked: number): string {
  return heard >= asked
    ? 'the deviceSendTime is kept in a variable that the requests of a connection share'
    : 'requests are dropped while another one is processed';
}
