import { calculationMistakes } from '../../client/client-diagnosis.ts';
import { type Request, type TimestampType, toJson } from '../../harness/message/exchange.ts';
import { mistakesOf, type Requirement } from '../../requirements/requirement.ts';
import type { ObservedDevice } from './observed-device.ts';
import type { ClientEvidence, Judgeable, ServerEvidence } from './pair-evidence.ts';

/** How far apart two exchanges have to be for a clock that stands still to be seen, in ms: many times the tick of common clocks. */
const apartMs = 100;

const automatic = ({ target }: ClientEvidence): string | undefined =>
  target.capabilities.has('auto-subscription') ? 'the target file declares auto-subscription' : undefined;

const answers = ({ pairRuns }: ClientEvidence): boolean =>
  pairRuns.every(({ clientRun }) => clientRun.requests.some(({ responses }) => responses.length > 0));

const unanswered = (evidence: ClientEvidence): string | undefined =>
  answers(evidence) ? undefined : 'the client was not answered';

const formula = 'the client reports the time that the formula gives';

/** The requirements that are each about a mistake in the calculation, and that are shown to be met by scenarios which interop does not have. */
export function calculationsOf(requirements: readonly Requirement[]): Requirement[] {
  const kinds = Object.values<string>(calculationMistakes);
  const [latency] = requirementsSaying(requirements, formula);
  return requirements.filter(
    (requirement) =>
      requirement.role === 'client' &&
      requirement !== latency &&
      mistakesOf(requirement).some((mistake) => kinds.includes(mistake)),
  );
}

/** The requirements by one of whose sentences, which begins so, something is judged. */
export function requirementsSaying(requirements: readonly Requirement[], beginning: string): Requirement[] {
  return requirements.filter(({ sentences }) => sentences.some((sentence) => sentence.startsWith(beginning)));
}

const late = ({ pairRuns }: ClientEvidence): boolean => pairRuns.every(({ latency: { forth, back } }) => forth + back > 0);

const twoStarts = ({ pairRuns }: ClientEvidence): string | undefined =>
  pairRuns.length < 2 ? 'there was only one start' : undefined;

/** Judged by what the client sent before it was answered: nothing of the server's makes it right or wrong. */
export const askingClient: readonly Judgeable<ClientEvidence>[] = [
  { about: 'the request is published on its own request topic', proper: true },
  { about: 'a filter that covers its response topic was subscribed before the request', proper: true, inapplicable: automatic },
  { about: "no filter covers another device's response topic" },
  { about: 'the request is published at QoS 0', proper: true },
  { about: 'its response topic was subscribed at QoS 0', inapplicable: automatic },
  { about: 'the request is published without the RETAIN flag' },
  { about: 'the request is a JSON object with deviceSendTime, a Long or a String of decimal digits', proper: true },
  {
    about: 'deviceSendTime is a ',
    sentences: ({ pairRuns }) => [`deviceSendTime is a ${pairRuns[0]?.type === 'string' ? 'String' : 'Long'}`],
  },
  { about: 'deviceSendTime counts milliseconds: it grows by ', together: true, hindered: twoStarts },
  { about: 'deviceSendTime is read for each request: at most ', together: true, hindered: twoStarts },
  {
    about: 'its CONNECT is signed',
    hindered: ({ pairRuns }) =>
      pairRuns.some(({ clientRun }) => clientRun.identity.deviceSecret === undefined)
        ? "neither target file names the device's secret"
        : undefined,
  },
];

/** Judged by what the client made of the server's answer, and so only where that was right. */
export const answeredClient: readonly Judgeable<ClientEvidence>[] = [
  { about: 'the client reports a time', hindered: unanswered },
  // Without a latency, the caller counts it.
  { about: formula, hindered: unanswered, proves: late },
  {
    about: 'the client reports no time',
    always: true,
    applies: (evidence) => !answers(evidence),
    unproven: () => 'it reported none, and only "run" tests the other cases without an answer',
  },
];

/** A mistake in the calculation, judged by what the client made of the server's answer. */
export const calculation: Judgeable<ClientEvidence> = {
  about: formula,
  recognised: true,
  applies: answers,
  proves: () => false,
};

const someAnswer = ({ exchanges }: ServerEvidence): string | undefined =>
  exchanges.length === 0 ? 'no request was answered' : undefined;

const sends = ({ requests }: Pick<ServerEvidence, 'requests'>, type: TimestampType): boolean =>
  requests.some(({ timestamp }) => timestamp?.type === type);

/** Judged by the requests of one type only. */
const forType = (type: TimestampType, about: string): Judgeable<ServerEvidence> => ({
  about,
  applies: (evidence) => sends(evidence, type),
  hindered: someAnswer,
  sentences: (_, request) => (request?.timestamp?.type === type ? [about] : []),
});

/** Whether a later request of the same connection was answered: nothing was still on its way then. */
function fenced({ devices, requests }: ServerEvidence): boolean {
  return devices.every((device) => {
    const own = requests.filter((request) => device.connectionOf(request) !== undefined);
    const [last, before] = [own.at(-1), own.at(-2)];
    if (last === undefined || before === undefined) return false;
    return device.connectionOf(last) === device.connectionOf(before) && last.responses.length > 0;
  });
}

const sendsBoth = (evidence: Pick<ServerEvidence, 'requests'>): boolean => sends(evidence, 'Long') && sends(evidence, 'String');

const noLess = 'no exchange took less than the server claims, to within ';

/** Judged by proper requests, and by what came for them. */
export const server: readonly Judgeable<ServerEvidence>[] = [
  { about: 'the server answers' },
  {
    about: 'the server answers each request exactly once',
    hindered: someAnswer,
    unproven: (evidence) =>
      fenced(evidence)
        ? undefined
        : 'no second answer arrived, but no later request on the connection shows that none was on its way',
  },
  { about: 'each response comes at QoS 0', hindered: someAnswer },
  {
    about: 'the response comes without the RETAIN flag',
    hindered: someAnswer,
    // A client that is subscribed when a response is published does not see its RETAIN flag; only a later subscriber does.
    unproven: ({ starts }) => (starts > 1 ? undefined : 'no later start shows that nothing was retained'),
  },
  {
    about: 'the response comes without the RETAIN flag',
    part: 'before the client asks',
    applies: ({ number }) => number > 1,
    hindered: (evidence) => (evidence.servedBefore ? someAnswer(evidence) : 'the client was not answered in every start before'),
    sentences: () => ['nothing reaches the device before it asks'],
  },
  { about: 'the response is a JSON object with the members:', rows: ['serverRecvTime', 'serverSendTime'], hindered: someAnswer },
  {
    about: 'the response returns deviceSendTime',
    hindered: someAnswer,
    sentences: (_, request) =>
      request?.timestamp === undefined ? [] : [`the response returns deviceSendTime ${toJson(request.timestamp)} in either type`],
  },
  forType('Long', 'each time in the response is a Long'),
  forType('String', 'each time in the response is a String of decimal digits'),
  {
    about: 'each response has the type of its request',
    together: true,
    hindered: (evidence) => (sendsBoth(evidence) ? someAnswer(evidence) : 'the client sends one type only'),
    unproven: ({ devices }) => (devices.some(sendsBoth) ? undefined : 'no connection carried both types'),
  },
  forType('Long', 'each Long in the response is written as an integer'),
  { about: 'each server time is the current time in milliseconds, to within ', hindered: someAnswer },
  {
    about: 'both server times advance as real time does, to within ',
    together: true,
    hindered: ({ exchanges }) => {
      const [first, last] = [exchanges[0], exchanges.at(-1)];
      const apart =
        first === undefined || last === undefined ? 0 : (last.request.message.atUs - first.request.message.atUs) / 1000;
      return apart < apartMs ? `no two requests were answered that were ${apartMs} ms apart` : undefined;
    },
  },
  { about: 'serverRecvTime is never later than serverSendTime', together: true, hindered: someAnswer },
  {
    about: noLess,
    together: true,
    hindered: someAnswer,
    sentences: ({ target }) => [
      noLess,
      ...(target.sharedClock ? ['both server times lie between publish and arrival, to within '] : []),
    ],
  },
];

/** Why a request without an answer is no failure of the server, in words; undefined where it is one. */
export function tooEarly(device: ObservedDevice, request: Request): string | undefined {
  const connection = device.connectionOf(request);
  const { ending } = connection ?? {};
  if (request.responses.length > 0 || ending === undefined || ending.by === 'server') return undefined;
  const waited = (ending.atUs - request.message.atUs) / 1000;
  if (waited >= device.deadline) return undefined;
  return `the client left ${waited.toFixed(0)} ms after it had asked, and an answer may take ${device.deadline} ms`;
}
