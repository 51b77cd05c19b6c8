import type { Target } from '../../harness/implementation/target.ts';
import { type Exchange, type Request, toJson } from '../../harness/message/exchange.ts';
import type { ObservedDevice } from './observed-device.ts';
import type { PairRun } from './pair-run.ts';

/** A sentence of the features, with its table where it has one. */
export type Sentence = readonly [text: string, rows?: readonly string[]];

/** What a requirement of a client is judged by: one start, or all of them. */
export interface ClientSight {
  readonly target: Target;
  readonly pairRuns: readonly PairRun[];
}

/** What a requirement of a server is judged by: the proper requests of one start, or of all of them. */
export interface ServerSight {
  readonly target: Target;
  readonly devices: readonly ObservedDevice[];
  readonly requests: readonly Request[];
  readonly exchanges: readonly Exchange[];
  /** Which start it is; the first one where it is all of them. */
  readonly number: number;
  /** How many starts there are. */
  readonly starts: number;
  /** Whether the same device was answered in every start before. */
  readonly servedBefore: boolean;
}

/** How a requirement is judged where the suite only listens. */
export interface Judgeable<Sight> {
  readonly id: string;
  /** What a part of it is called, where there are several. */
  readonly part?: string;
  /** Judged by all starts together, and not by each. */
  readonly together?: true;
  /** For servers: said for each proper request by itself. */
  readonly sentences: (sight: Sight, request?: Request) => readonly Sentence[];
  /** Judged whatever the other side has done. */
  readonly always?: true;
  /** What the target file declares that makes it inapplicable, in words. */
  readonly inapplicable?: (sight: Sight) => string | undefined;
  /** Why nothing can be said, in words; `''` where it is not about this start at all. */
  readonly hindered?: (sight: Sight) => string | undefined;
  /** Fails only where the mistake is recognised as the one that it is about. */
  readonly recognised?: true;
  /** Why it shows nothing that nobody was to blame, in words; `''` where not even that is worth a word. */
  readonly unproven?: (sight: Sight) => string | undefined;
}

/** How far apart two exchanges have to be for a clock that stands still to be seen, in ms: many times the tick of common clocks. */
const apartMs = 100;

const automatic = ({ target }: ClientSight): string | undefined =>
  target.capabilities.has('auto-subscription') ? 'the target file declares auto-subscription' : undefined;

const answers = ({ pairRuns }: ClientSight): boolean =>
  pairRuns.every(({ clientRun }) => clientRun.requests.some(({ responses }) => responses.length > 0));

const unanswered = (sight: ClientSight): string | undefined => (answers(sight) ? undefined : 'the client was not answered');

const formula: Sentence = ['the client reports the time that the formula gives'];

/** Requirements that are each about a mistake in the calculation, and that are shown to be met by scenarios which interop does not have. */
export const calculations = [
  'client-worked-example',
  'client-counts-processing',
  'client-any-offset',
  'client-unix-time',
  'client-no-made-up-time',
];

const late = ({ pairRuns }: ClientSight): boolean => pairRuns.every(({ latency: { forth, back } }) => forth + back > 0);

const twoStarts = ({ pairRuns }: ClientSight): string | undefined =>
  pairRuns.length < 2 ? 'there was one start only' : undefined;

/** Judged by what the client sent before it was answered: nothing of the server's makes it right or wrong. */
export const askingClient: readonly Judgeable<ClientSight>[] = [
  { id: 'client-request-topic', sentences: () => [['the request is published on its own request topic']] },
  {
    id: 'client-hears-response',
    inapplicable: automatic,
    sentences: () => [['a filter that covers its response topic was subscribed before the request']],
  },
  { id: 'client-hears-only-its-own', sentences: () => [["no filter covers another device's response topic"]] },
  { id: 'client-request-qos0', sentences: () => [['the request is published at QoS 0']] },
  { id: 'client-subscribes-qos0', inapplicable: automatic, sentences: () => [['its response topic was subscribed at QoS 0']] },
  { id: 'client-request-not-retained', sentences: () => [['the request is published without the RETAIN flag']] },
  {
    id: 'client-sends-time',
    sentences: () => [['the request is a JSON object with deviceSendTime, a Long or a String of decimal digits']],
  },
  {
    id: 'client-type-as-declared',
    sentences: ({ pairRuns }) => [[`deviceSendTime is a ${pairRuns[0]?.type === 'string' ? 'String' : 'Long'}`]],
  },
  {
    id: 'client-unit-milliseconds',
    together: true,
    hindered: twoStarts,
    sentences: () => [['deviceSendTime counts milliseconds']],
  },
  {
    id: 'client-send-time-is-fresh',
    together: true,
    hindered: twoStarts,
    sentences: () => [['deviceSendTime is not a constant']],
  },
  {
    id: 'client-signs',
    hindered: ({ pairRuns }) =>
      pairRuns.some(({ clientRun }) => clientRun.identity.deviceSecret === undefined)
        ? "neither target file names the device's secret"
        : undefined,
    sentences: () => [['its CONNECT is signed']],
  },
];

/** Judged by what the client made of the server's answer, and so only where that was right. */
export const answeredClient: readonly Judgeable<ClientSight>[] = [
  {
    id: 'client-accepts-own-type',
    hindered: unanswered,
    sentences: () => [['the client reports a time']],
  },
  {
    id: 'client-counts-latency',
    hindered: unanswered,
    // Where there is none, it is counted by whoever forgets it.
    unproven: (sight) => (late(sight) ? undefined : ''),
    sentences: () => [formula],
  },
  ...calculations.map(
    (id): Judgeable<ClientSight> => ({
      id,
      recognised: true,
      hindered: (sight) => (answers(sight) ? undefined : ''),
      unproven: () => '',
      sentences: () => [formula],
    }),
  ),
  {
    id: 'client-no-time-without-answer',
    always: true,
    hindered: (sight) => (answers(sight) ? '' : undefined),
    unproven: () => 'it reported none, and the other ways not to be answered are played by run only',
    sentences: () => [['the client reports no time']],
  },
];

const typed =
  (type: 'Long' | 'String') =>
  ({ requests }: ServerSight): string | undefined =>
    requests.some(({ timestamp }) => timestamp?.type === type) ? undefined : '';

const forType =
  (type: 'Long' | 'String', sentence: string) =>
  (_: ServerSight, request?: Request): Sentence[] =>
    request?.timestamp?.type === type ? [[sentence]] : [];

const someAnswer = ({ exchanges }: ServerSight): string | undefined =>
  exchanges.length === 0 ? 'no request was answered' : undefined;

/** Whether a later request of the same connection was answered: whatever was still to come, had come by then. */
function fenced({ devices, requests }: ServerSight): boolean {
  return devices.every((device) => {
    const own = requests.filter((request) => device.connectionOf(request) !== undefined);
    const [last, before] = [own.at(-1), own.at(-2)];
    if (last === undefined || before === undefined) return false;
    return device.connectionOf(last) === device.connectionOf(before) && last.responses.length > 0;
  });
}

/** Whether a device has sent both types. */
function alternates({ requests }: ObservedDevice): boolean {
  return new Set(requests.map(({ timestamp }) => timestamp?.type)).size > 1;
}

const members = ['serverRecvTime', 'serverSendTime'];

/** Judged by proper requests, and by what came for them. */
export const server: readonly Judgeable<ServerSight>[] = [
  { id: 'server-answers-request', sentences: () => [['the server answers']] },
  {
    id: 'server-answers-once',
    hindered: someAnswer,
    unproven: (sight) =>
      fenced(sight)
        ? undefined
        : 'no second answer came, and no later request on the connection shows that none was still to come',
    sentences: () => [['the server answers exactly once']],
  },
  { id: 'server-response-qos0', hindered: someAnswer, sentences: () => [['the response comes at QoS 0']] },
  {
    id: 'server-response-not-retained',
    hindered: someAnswer,
    // Whoever hears a response when it is published sees no flag of it: only who comes later does.
    unproven: ({ starts }) => (starts > 1 ? undefined : 'no later start shows that nothing was left behind'),
    sentences: () => [['the response comes without the RETAIN flag']],
  },
  {
    id: 'server-response-not-retained',
    part: 'before the client asks',
    hindered: (sight) => {
      if (sight.number === 1) return '';
      return sight.servedBefore ? someAnswer(sight) : 'the client was not answered in every start before';
    },
    sentences: () => [['nothing reaches the device before it asks']],
  },
  {
    id: 'server-response-members',
    hindered: someAnswer,
    sentences: () => [['the response is a JSON object with the members:', members]],
  },
  {
    id: 'server-echoes-send-time',
    hindered: someAnswer,
    sentences: (_, request) =>
      request?.timestamp === undefined ? [] : [[`the response returns deviceSendTime ${toJson(request.timestamp)}`]],
  },
  {
    id: 'server-long-stays-long',
    hindered: (sight) => typed('Long')(sight) ?? someAnswer(sight),
    sentences: forType('Long', 'each time in the response is a Long'),
  },
  {
    id: 'server-string-stays-string',
    hindered: (sight) => typed('String')(sight) ?? someAnswer(sight),
    sentences: forType('String', 'each time in the response is a String of decimal digits'),
  },
  {
    id: 'server-type-per-request',
    together: true,
    hindered: (sight) =>
      typed('Long')(sight) === undefined && typed('String')(sight) === undefined
        ? someAnswer(sight)
        : 'the client sends one type only',
    unproven: ({ devices }) => (devices.some(alternates) ? undefined : 'no connection carried both types'),
    sentences: () => [['each response has the type of its request']],
  },
  {
    id: 'server-long-is-integer',
    hindered: (sight) => typed('Long')(sight) ?? someAnswer(sight),
    sentences: forType('Long', 'each Long in the response is written as an integer'),
  },
  {
    id: 'server-unit-milliseconds',
    hindered: someAnswer,
    sentences: () => [['each server time is the current time in milliseconds']],
  },
  {
    id: 'server-stamps-are-fresh',
    together: true,
    hindered: ({ exchanges }) => {
      const [first, last] = [exchanges[0], exchanges.at(-1)];
      const apart =
        first === undefined || last === undefined ? 0 : (last.request.message.atUs - first.request.message.atUs) / 1000;
      return apart < apartMs ? `no two requests were answered that were ${apartMs} ms apart` : undefined;
    },
    sentences: () => [['both server times advance as real time does']],
  },
  {
    id: 'server-receives-before-sending',
    together: true,
    hindered: someAnswer,
    sentences: () => [['serverRecvTime is never later than serverSendTime']],
  },
  {
    id: 'server-stamps-within-exchange',
    together: true,
    hindered: someAnswer,
    sentences: ({ target }) => [
      ['serverSendTime is never later after serverRecvTime than the exchange took'],
      ...(target.sharedClock ? [['both server times lie between publish and arrival'] as const] : []),
    ],
  },
];

/** Why a server cannot be blamed for a request that it did not answer, in words; undefined where it can. */
export function tooEarly(device: ObservedDevice, request: Request): string | undefined {
  const connection = device.connectionOf(request);
  const { ending } = connection ?? {};
  if (request.responses.length > 0 || ending === undefined || ending.by === 'server') return undefined;
  const waited = (ending.atUs - request.message.atUs) / 1000;
  if (waited >= device.deadline) return undefined;
  return `the client left ${waited.toFixed(0)} ms after it had asked, and an answer may take ${device.deadline} ms`;
}
