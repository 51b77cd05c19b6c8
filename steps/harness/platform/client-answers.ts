import { DEFAULT_PRODUCT_KEY } from '../implementation/apply-defaults.ts';
import type { ControlledClock } from '../implementation/controlled-clock.ts';
import type { Identity, Target } from '../implementation/target.ts';
import { type Request, requestOf, responseOf } from '../message/exchange.ts';
import { topicOf } from '../message/ntp-topics.ts';
import { readPayload } from '../message/payload.ts';
import { assertValid } from '../message/schema.ts';
import { now, wallMsAt } from '../time/now.ts';
import { busyPart, processorTimes } from '../time/processors.ts';
import type { ClientMessage } from './client-connection.ts';
import type { ClientRun } from './client-run.ts';
import type { Script } from './client-script.ts';
import { type Answer, beyondMillisecondNs, leadOf, type ResponseTimes, receiveTimeOf, writeAnswer } from './client-setup.ts';
import { learnConnect } from './connect-secrets.ts';
import { otherServices } from './other-services.ts';
import type { Platform } from './platform.ts';
import type { Reports } from './reported-time.ts';

/** The device whose responses must not reach the client under test. */
export const otherDevice: Identity = { productKey: DEFAULT_PRODUCT_KEY, deviceName: 'other-device' };

/** A product in which there is a device of the client's name. */
const otherProduct = 'a1NtpSuite2';

/** What takes part in one start of the client. */
export interface StartParts {
  readonly target: Target;
  readonly clientRun: ClientRun;
  readonly platform: Platform;
  readonly clock: ControlledClock | undefined;
  readonly reports: Reports;
}

/** What the platform does for the client in one start: it answers as the setup says, and records every request. */
export function scriptOf(parts: StartParts): Script {
  const { target, clientRun, platform, reports } = parts;
  const { setup } = clientRun;
  const autoSubscription = target.capabilities.has('auto-subscription');
  let heard = processorTimes();
  const accepted = (): void => {
    clientRun.accepted = true;
    heard = processorTimes();
    clientRun.changed();
  };
  return {
    autoSubscription,
    onConnect: (packet, connection) => {
      learnConnect(packet, clientRun.identity, target);
      setImmediate(() => clientRun.changed());
      if (setup.refusal === 'refuses CONNECT') return { refuse: 5 };
      if (setup.slowConnectMs === 0) {
        // After the CONNACK has left, for what waits for a connection.
        setImmediate(accepted);
        return 'accept';
      }
      const timer = setTimeout(() => {
        connection.accept();
        accepted();
      }, setup.slowConnectMs);
      // A client that has left by then was not accepted.
      void connection.closed.then(() => clearTimeout(timer));
      return 'withhold';
    },
    onSubscribe: () => {
      // After the SUBACK has left, for what waits for a subscription.
      setImmediate(() => clientRun.changed());
      heard = processorTimes();
      return 'grant';
    },
    onRequest: async (message, connection) => {
      const report = reports.fromMessage?.(message.topic, message.payload, clientRun.identity);
      if (report !== undefined) {
        clientRun.keep(report);
        return;
      }
      if (clientRun.askedTooOften) return;
      const { responseTopic } = clientRun;
      if (!clientRun.isRequest(message.topic, readPayload(message.payload))) return;
      const beforeUs = (connection.trace.before(message.atUs) ?? connection.accepted).atUs;
      const subscribed = platform.connections(clientRun.identity).some((one) => one.subscribes(responseTopic));
      const connectedUs = connection.accepted.atUs;
      const busy = busyPart(heard, processorTimes());
      const request = requestOf(message, { place: '', responseTopic, beforeUs, busy, connectedUs, subscribed });
      clientRun.requests.push(request);
      clientRun.changed();
      if (message.topic === clientRun.requestTopic) await answer(parts, request, message);
      clientRun.changed();
    },
  };
}

/** Answers a request as the setup says. What it claims is true: the latencies and the processing time are really spent. */
async function answer(parts: StartParts, request: Request, message: ClientMessage): Promise<void> {
  const { clientRun, target } = parts;
  const { setup, requests } = clientRun;
  const first = requests[0] === request;
  if (setup.refusal === 'resets the connection after each request') message.connection.cut();
  if (setup.refusal === 'sends only messages of other services') sendOtherServices(parts);
  if (setup.refusal !== undefined) return;
  if (first && setup.sequel === 'loses the first answer') return;
  if (first && setup.sequel === 'cuts the connection after the first request') {
    message.connection.cut();
    return;
  }
  if (request.deviceSendTime?.number === undefined) return;
  const times = await spendTime(parts, message, first);
  const late = setup.sequel === 'answers the first request late';
  if (late && first) {
    // Kept until the next request is here; then both are answered, the late one first.
    await clientRun.until(() => requests.length > 1 || clientRun.over, target.withinMs * 2);
    deliver(parts, request, message, setup.answers.at(-1), times);
    return;
  }
  if (late) await clientRun.until(() => (requests[0]?.responses.length ?? 0) > 0, target.withinMs);
  for (const each of setup.answers) {
    if (each.request !== undefined && requests[each.request - 1] !== request) continue;
    await pass(each.afterMs, clientRun);
    deliver(parts, request, message, each, times);
  }
}

/** Sends the client what it subscribed of the platform's other services. The time in it is an hour ahead of the suite's clock. */
function sendOtherServices({ clientRun, platform }: StartParts): void {
  const { identity, setup } = clientRun;
  const timeMs = Math.floor(wallMsAt() + leadOf(setup, 0));
  for (const { topic, payload } of otherServices(identity, timeMs))
    for (const connection of platform.connections(identity)) connection.deliver(topic, payload);
}

async function spendTime(
  { clientRun, clock }: StartParts,
  { wallMs }: ClientMessage,
  first: boolean,
): Promise<{ received: number; sent: number }> {
  const { setup } = clientRun;
  const { forthMs, backMs } = first ? setup : (setup.later ?? setup);
  if (setup.clock !== undefined) {
    // The client's clock stands still: what it can see elapse is what the clock is moved by.
    clock?.set(setup.clock.receives, beyondMillisecondNs);
    if (setup.hastened !== undefined) clock?.hasten(setup.hastened);
    const received = receiveTimeOf(setup, setup.clock);
    return { received, sent: received + setup.processingMs };
  }
  const lead = leadOf(setup, wallMs);
  await pass(forthMs, clientRun);
  const received = Math.floor(wallMsAt() + lead);
  await pass(setup.processingMs, clientRun);
  // One that takes no time has one moment, and not two between which this machine may do something else.
  const sent = setup.processingMs === 0 ? received : Math.floor(wallMsAt() + lead);
  await pass(backMs, clientRun);
  return { received, sent };
}

/** The topic of an answer: the client's own, another device's, or that of its device name in another product. */
function answerTopic({ on }: Answer, { identity, responseTopic }: ClientRun): string {
  const { deviceName } = identity;
  switch (on) {
    case 'its own':
      return responseTopic;
    case "another device's":
      return topicOf(otherDevice, 'response');
    case "another product's":
      return topicOf({ ...identity, productKey: otherProduct }, 'response');
    case "begins with the client's own":
      return topicOf({ ...identity, deviceName: `${deviceName}0` }, 'response');
    case "is the client's own in the other case":
      return topicOf({ ...identity, deviceName: inOtherCase(deviceName) }, 'response');
  }
}

/** A name with upper-case letters for lower-case ones, or the other way round; with a letter more where it has none. */
function inOtherCase(name: string): string {
  const upper = name.toUpperCase();
  const other = upper === name ? name.toLowerCase() : upper;
  return other === name ? `${name}a` : other;
}

function deliver(
  { clientRun, platform }: StartParts,
  request: Request,
  message: ClientMessage,
  answer: Answer | undefined,
  times: { readonly received: number; readonly sent: number },
): void {
  if (answer === undefined) throw new Error('the setup has no answer');
  const deviceSendTime = request.deviceSendTime?.number ?? 0n;
  const written: ResponseTimes = {
    deviceSendTime,
    serverRecvTime: BigInt(times.received),
    serverSendTime: BigInt(times.sent),
  };
  // In the type that it was asked in; where the client sent neither, in the one that its target file declares.
  const type =
    request.deviceSendTime?.type === 'string'
      ? 'string'
      : request.deviceSendTime?.type === 'number'
        ? 'long'
        : clientRun.setup.type;
  const payload = writeAnswer(answer, type, written);
  const valid = answer === clientRun.setup.answers.at(-1);
  if (valid) assertValid('response', payload);
  const topic = answerTopic(answer, clientRun);
  const time = now();
  const unsent = platform.respond(message, topic, payload).length === 0;
  const sent = { ...time, topic, payload: Buffer.from(payload), qos: 0, retain: false, dup: false } as const;
  request.responses.push({
    ...responseOf(sent, request),
    ...(unsent ? { unsent } : {}),
    ...(valid ? {} : { preliminary: true }),
  });
}

/**
 * Lets real time pass that the platform will claim to have passed, but no longer than the client runs. It does not matter whether the
 * connection of the request has ended: another one may receive the response.
 */
async function pass(ms: number, clientRun: ClientRun): Promise<void> {
  if (ms > 0) await clientRun.until(() => clientRun.over, ms);
}
