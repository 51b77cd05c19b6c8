import { setTimeout as pass } from 'node:timers/promises';
import type { Identity, StartedTarget } from '../implementation/target.ts';
import type { Message } from '../message/message.ts';
import { topicOf } from '../message/ntp-topics.ts';
import { requestPayload } from '../message/request-payload.ts';
import { deviceSides, unexpectedMqtt, unexpectedPlain, unexpectedTls } from '../mqtt/tls-fault.ts';
import { nowUs } from '../time/now.ts';
import { ConnectError, type DeviceConnection } from './device.ts';
import { type Refusal, type Refusals, refusalOfTls } from './refusal.ts';
import type { Address } from './socket.ts';
import { speaksTlsAt } from './tls.ts';

/** How long the suite waits before it asks a server again: the first time, and at most; in ms. */
const [leastPauseMs, mostPauseMs] = [100, 1000];

/** How many exchanges show the round trip, and below what the first one shows it by itself, in ms. */
const [mostExchanges, usuallyMs] = [3, 5];

/** What one attempt to use a server showed. */
export type ReadinessAttempt =
  /** A device was let in; `answers` says whether its request was answered as well, and `roundTripMs` how long that took. */
  { readonly serves: true; readonly answers: boolean; readonly roundTripMs?: number } | Refused;

/** A device was refused its connection, or, once it was let in, its subscription or its request. */
export interface Refused {
  readonly serves: false;
  readonly letIn: boolean;
  readonly words: string;
  readonly refusal: Refusal | undefined;
}

/** How a device connects otherwise than the target file says. */
export interface Otherwise {
  readonly mqttVersion?: '3.1.1' | '5';
  readonly address?: Address;
}

/** A server that is asked whether it serves. */
export interface Candidate {
  readonly started: StartedTarget;
  readonly address: Address;
  /** The device that asks. */
  readonly identity: Identity;
  readonly refusals: Refusals;
  /** Connects the device, as the target file says or otherwise. @throws ConnectError */
  connect(otherwise?: Otherwise): Promise<DeviceConnection>;
  /** Whether the server acknowledges subscriptions, as far as is known. */
  acknowledges(): boolean;
}

/** How a server is waited for. */
export interface WaitForServer {
  /** Until when the server may refuse or be silent, in µs; 0 for one that the suite did not start. */
  readonly untilUs: number;
  /** True for a server that was seen to answer nothing: then no answer is waited for. */
  readonly unanswered?: boolean;
  /** True where the round trip is to be known: several exchanges show it. */
  readonly measures?: boolean;
  /** Told once of what keeps the server from serving, when it has been asked for as long as an answer may take. */
  readonly onDelay?: (words: string) => void;
}

/**
 * Asks a server by CONNECT, SUBSCRIBE and one request until it answers, or until its time is over: brokers listen before they serve.
 * Requests alternate between a Long and a String, for a server that understands one of the two.
 *
 * @returns the last attempt in which it served, or else the last one, and whether any attempt let a device in
 */
export async function untilServes(
  candidate: Candidate,
  { untilUs, unanswered = false, measures = false, onDelay }: WaitForServer,
): Promise<{ readonly last: ReadinessAttempt; readonly letIn: boolean }> {
  const { target } = candidate.started;
  const delayedUs = nowUs() + target.responseDeadlineMs * 1000;
  let letIn = false;
  let served: ReadinessAttempt | undefined;
  let told = false;
  for (let count = 0, pauseMs = leastPauseMs; ; count += 1, pauseMs = Math.min(pauseMs * 2, mostPauseMs)) {
    const last = await attempt(candidate, { untilUs: unanswered ? 0 : untilUs, long: count % 2 === 0, measures });
    letIn ||= last.serves || last.letIn;
    if (last.serves) served = last;
    const over = candidate.started.ended() !== undefined || nowUs() + pauseMs * 1000 > untilUs;
    if (over || (last.serves && (last.answers || unanswered))) return { last: served ?? last, letIn };
    if (!told && nowUs() > delayedUs) {
      told = true;
      onDelay?.(last.serves ? 'The server does not answer yet' : last.words);
    }
    await pass(pauseMs);
  }
}

async function attempt(
  candidate: Candidate,
  { untilUs, long, measures }: { readonly untilUs: number; readonly long: boolean; readonly measures: boolean },
): Promise<ReadinessAttempt> {
  const { started, identity, refusals } = candidate;
  const { responseDeadlineMs } = started.target;
  const { deviceName, productKey } = identity;
  const device = `the device ${deviceName} of ${productKey}`;
  const server = `The server at ${started.host}:${started.port}`;
  refusals.begin();
  let connection: DeviceConnection;
  try {
    connection = await candidate.connect();
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error;
    return {
      serves: false,
      letIn: false,
      words: `${server} does not let ${device} connect: ${error.message}`,
      refusal: error.refusal,
    };
  }
  try {
    const { inbox } = connection;
    const granted = await connection.subscribe(topicOf(identity, 'response'), 0);
    const refused = granted === undefined && candidate.acknowledges();
    const digits = String(Date.now());
    const request = requestPayload({ type: long ? 'Long' : 'String', digits });
    const askedUs = inbox.closed === undefined ? connection.publish(topicOf(identity, 'request'), request, 0) : nowUs();
    const leftMs = untilUs === 0 || refused ? responseDeadlineMs : (untilUs - nowUs()) / 1000;
    // An answer on another topic of the service is one that the scenarios judge.
    const answered = await inbox.until(
      () => inbox.messages.find((message) => message.topic.startsWith('/ext/ntp/')),
      Math.max(0, Math.min(responseDeadlineMs, leftMs)),
    );
    // A server may refuse a subscription that it does not need. What cannot be read is no silence: the scenarios judge it.
    if (answered === undefined && inbox.unreadable) return { serves: true, answers: true };
    if (answered !== undefined) {
      const roundTripMs = measures ? await quickest(connection, identity, { askedUs, digits }) : undefined;
      return { serves: true, answers: true, ...(roundTripMs === undefined ? {} : { roundTripMs }) };
    }
    const { latest } = refusals;
    const refuses = (words: string, refusal?: Refusal): ReadinessAttempt => ({
      serves: false,
      letIn: true,
      words: `${server} ${words}`,
      refusal,
    });
    if (inbox.closed !== undefined && latest !== undefined) return refuses(`disconnects ${device} when it asks`, latest);
    if (refused) return refuses(`refuses ${device} its subscription of ${topicOf(identity, 'response')}`);
    return { serves: true, answers: false };
  } finally {
    await connection.close();
  }
}

/**
 * The round trip of the quickest of some exchanges: a busy machine makes one of them slow.
 *
 * @param first the exchange that was made: when it was asked, and with which deviceSendTime
 * @returns in ms; undefined for a server that does not return the deviceSendTime, where nothing tells what it answers
 */
async function quickest(
  connection: DeviceConnection,
  identity: Identity,
  { askedUs, digits }: { readonly askedUs: number; readonly digits: string },
): Promise<number | undefined> {
  const { inbox } = connection;
  // The server's own times may have the same digits, in an earlier answer.
  const answerTo = (stamp: string, sentUs: number): Message | undefined =>
    inbox.messages.find(({ atUs, payload }) => atUs >= sentUs && payload.includes(stamp));
  const first = answerTo(digits, askedUs);
  if (first === undefined) return undefined;
  let best = (first.atUs - askedUs) / 1000;
  for (let count = 1; count < mostExchanges && best > usuallyMs; count += 1) {
    const stamp = String(Number(digits) + count);
    const sentUs = connection.publish(topicOf(identity, 'request'), requestPayload({ type: 'Long', digits: stamp }), 0);
    const answer = await inbox.until(() => answerTo(stamp, sentUs), 2 * best);
    if (answer === undefined) break;
    best = Math.min(best, (answer.atUs - sentUs) / 1000);
  }
  return best;
}

/** What to change in the target file for a server that does not let a device in, in a sentence. */
export async function adviceOn(candidate: Candidate, { letIn, refusal }: Refused): Promise<string> {
  const { target } = candidate.started;
  if (letIn)
    return `${refusal?.words ?? 'See auth and devices in the target file: the device may not be known there, or not have this right'}.`;
  const transport = await otherTransport(candidate, refusal);
  if (transport !== undefined) return `${transport.words}.`;
  const mqttVersion = target.mqttVersion === '5' ? '3.1.1' : '5';
  const maybe = refusal === undefined || refusal.member === 'auth' || refusal.member === 'mqttVersion';
  if (maybe && (await accepts(candidate, { mqttVersion })))
    return `It accepts the same device by MQTT ${mqttVersion}: say mqttVersion: "${mqttVersion}" in the target file.`;
  const suite = `the suite speaks MQTT ${target.mqttVersion} there`;
  return `${refusal?.words ?? `See address, tls, mqttVersion, clientId and auth in the target file: ${suite}`}.`;
}

/** What to change for a server that speaks TLS or WebSocket where the suite does not, or the reverse; undefined for any other. */
async function otherTransport(candidate: Candidate, refusal: Refusal | undefined): Promise<Refusal | undefined> {
  const { address, started } = candidate;
  const { webSocket, ...direct } = address;
  if (webSocket !== undefined && refusal === undefined && (await accepts(candidate, { address: direct })))
    return refusalOfTls(unexpectedMqtt(deviceSides));
  if (address.tls === undefined) {
    const asks = refusal === undefined && (await speaksTlsAt(address, started.target.responseDeadlineMs));
    return asks ? refusalOfTls(unexpectedTls(deviceSides)) : undefined;
  }
  const { tls: _tls, ...untrusting } = address;
  const unsecured = { ...untrusting, ...(webSocket === undefined ? {} : { webSocket: webSocket.replace(/^wss:/, 'ws:') }) };
  const plain = refusal?.member === 'tls' && (await accepts(candidate, { address: unsecured }));
  return plain ? refusalOfTls(unexpectedPlain(deviceSides)) : undefined;
}

/** Whether a server lets the device in, or says why not, where it connects otherwise than the target file says. */
async function accepts(candidate: Candidate, otherwise: Otherwise): Promise<boolean> {
  try {
    await (await candidate.connect(otherwise)).close();
    return true;
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error;
    // By the other transport a refusal is MQTT as well.
    return otherwise.address !== undefined && error.refusal !== undefined && error.refusal.member !== 'address';
  }
}
