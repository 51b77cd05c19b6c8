import type { DeclaredTimestampType, Identity } from '../implementation/target.ts';
import { type Response, serverTimesOf } from '../message/exchange.ts';

/** What the name of another device is like, which is not the client's own, in the words of the features. */
export const namesAlike = ["begins with the client's own", "is the client's own in the other case"] as const;

export type NameAlike = (typeof namesAlike)[number];

/** One message that the platform delivers after a request. */
export interface Answer {
  /** A payload with the placeholders {deviceSendTime}, {serverRecvTime} and {serverSendTime}; each becomes JSON in the request's type. */
  readonly payload: string;
  /** On whose response topic. */
  readonly on: 'its own' | "another device's" | "another product's" | NameAlike;
  /** How far both server times are from the platform's time, in ms: only in messages that the client must not believe. */
  readonly offByMs: number;
  /** How long after the message before it, in ms. */
  readonly afterMs: number;
  /** How far the echo is from the request's deviceSendTime, in ms. */
  readonly echoOffByMs: number;
  /** The number of the only request that gets it, from 1; by default every request does. */
  readonly request?: number;
}

/** What the platform does instead of answering the client, as the sentence of a scenario says it. */
export const refusals = [
  'does not listen',
  'resets every connection',
  'refuses CONNECT',
  'never answers',
  'sends only messages of other services',
  'resets the connection after each request',
] as const;

export type PlatformRefusal = (typeof refusals)[number];

/** Refusals of a client that has not shown yet who it is: it needs a platform, or a port, of its own. */
export const refusedUnnamed: ReadonlySet<PlatformRefusal | undefined> = new Set([
  'does not listen',
  'resets every connection',
  'refuses CONNECT',
]);

/** What happens between the client and the platform in a scenario that needs more than one request. */
export const sequels = [
  'answers the first request late',
  'loses the first answer',
  'cuts the connection after the first request',
] as const;

export type Sequel = (typeof sequels)[number];

/** How often a client is to ask in one start, and how far apart its first and its last request are at least, in ms. */
export interface Rounds {
  readonly times: number;
  readonly overMs: number;
}

/** What the platform and the client's surroundings are like in one start of the client. Equal setups share one start. */
export interface ClientSetup {
  readonly type: DeclaredTimestampType;
  /** Given to the client instead of a device of the suite's choice. */
  readonly identity?: Identity;
  readonly timeZone?: string;
  /** The controlled clock of the client in ms: when it asks, and when the response comes. */
  readonly clock?: { readonly sends: number; readonly receives: number };
  /** How many times as fast the client's monotonic clock runs from the response on; only where its wall clock is controlled. */
  readonly hastened?: number;
  /** The platform's time when the request comes, in ms; by default it is an hour ahead of the suite's clock. */
  readonly serverRecvTime?: number;
  /** How far the platform's time is ahead of the suite's clock in ms, where it is not the usual hour and no time is given. */
  readonly leadMs?: number;
  /** Latency of the link in ms, to the platform and back. */
  readonly forthMs: number;
  readonly backMs: number;
  /** The same for every request of a start but the first, where it changes. */
  readonly later?: { readonly forthMs: number; readonly backMs: number };
  /** How long the platform takes to answer, in ms. */
  readonly processingMs: number;
  /** Delivered in this order; a true answer is always the last one. */
  readonly answers: readonly Answer[];
  readonly refusal?: PlatformRefusal;
  readonly sequel?: Sequel;
  /** How long CONNACK is withheld, in ms. */
  readonly slowConnectMs: number;
  /** How long a client that has reported may report again, in ms; by default only as long as it may take to end. */
  readonly listensMs?: number;
  /** Whether a client that has reported is watched for its whole `within`, to see whether it ends by itself. */
  readonly untilItEnds?: true;
  /** Whether a client that gets its time from the request with the malformed response is waited for until it has one from a later request. */
  readonly untilNextTime?: true;
  /** Whether its whole `within` is waited after a malformed response also for a client that has hung in others. */
  readonly unhurried?: true;
  /** Of a scenario in which the client asks several times; by default it asks once. */
  readonly rounds?: Rounds;
  /** Which of several equal starts it is; by default equal setups share one start. */
  readonly start?: number;
}

/** The latency of the link where a scenario does not say otherwise, in ms each way: no response comes in the moment of its request. */
export const usualLatencyMs = 2;

/** How long the platform takes to answer where a scenario does not say otherwise, in ms: as on the page, so that its two stamps differ. */
export const usualProcessingMs = 5;

/** The answer as the real platform writes it: compact, serverSendTime before serverRecvTime. */
export const plainPayload =
  '{"deviceSendTime":{deviceSendTime},"serverSendTime":{serverSendTime},"serverRecvTime":{serverRecvTime}}';

/** The answer as the page prints it: serverRecvTime first. */
export const pagePayload =
  '{"deviceSendTime":{deviceSendTime},"serverRecvTime":{serverRecvTime},"serverSendTime":{serverSendTime}}';

/** An answer that the client is to believe. */
export function trueAnswer(payload = plainPayload): Answer {
  return { payload, on: 'its own', offByMs: 0, echoOffByMs: 0, afterMs: 0 };
}

/** Whether the client is to believe an answer. */
export function isMeant({ on, offByMs, echoOffByMs, request }: Answer): boolean {
  return on === 'its own' && offByMs === 0 && echoOffByMs === 0 && request === undefined;
}

/** A setup in which nothing is out of the ordinary. */
export function plainSetup(type: DeclaredTimestampType): ClientSetup {
  return {
    type,
    forthMs: usualLatencyMs,
    backMs: usualLatencyMs,
    processingMs: usualProcessingMs,
    answers: [trueAnswer()],
    slowConnectMs: 0,
  };
}

/** What a client sent as deviceSendTime, and what the platform says in return, as JSON in the type of the request. */
export interface ResponseTimes {
  readonly deviceSendTime: bigint;
  readonly serverRecvTime: bigint;
  readonly serverSendTime: bigint;
}

/** Writes an answer. */
export function writeAnswer(
  { payload, offByMs, echoOffByMs }: Answer,
  type: DeclaredTimestampType,
  times: ResponseTimes,
): string {
  const json = (time: bigint): string => (type === 'string' ? `"${time}"` : `${time}`);
  const off = BigInt(offByMs);
  return payload
    .replaceAll('{deviceSendTime}', json(times.deviceSendTime + BigInt(echoOffByMs)))
    .replaceAll('{serverRecvTime}', json(times.serverRecvTime + off))
    .replaceAll('{serverSendTime}', json(times.serverSendTime + off));
}

/** How far the platform's time is ahead of the suite's where a scenario does not say: so far that no clock of this machine is taken for it. */
const usualLeadMs = 3_600_000;

/** How far the platform's clock is ahead of the suite's after a request that came at this wall time; all in ms. */
export function leadOf({ serverRecvTime, leadMs = usualLeadMs }: ClientSetup, requestWallMs: number): number {
  return serverRecvTime === undefined ? leadMs : serverRecvTime - Math.floor(requestWallMs);
}

/**
 * How far beyond the whole millisecond a controlled clock stands, in ns: a program that reads seconds with a fraction and multiplies them
 * may come to one millisecond less otherwise.
 */
export const beyondMillisecondNs = 300_000;

/** The platform's time when it receives, in ms, where the client's clock is under control. */
export function receiveTimeOf({ serverRecvTime }: ClientSetup, clock: NonNullable<ClientSetup['clock']>): number {
  return serverRecvTime ?? clock.sends + usualLeadMs;
}

/**
 * The platform's time when a response reached the client, in ms with a fraction. Under a controlled clock nothing really elapses: there
 * it is what the formula gives.
 */
export function platformTime(setup: ClientSetup, requestWallMs: number, response: Response): number {
  const { clock } = setup;
  if (clock === undefined) return response.message.wallMs + leadOf(setup, requestWallMs);
  const [received, sent] = serverTimesOf(response) ?? [];
  return (Number((received ?? 0n) + (sent ?? 0n)) + clock.receives - clock.sends) / 2;
}
