import type { NtpDevice } from '../harness/device/ntp-device.ts';
import { isWhole, type Response, roundTrip } from '../harness/message/exchange.ts';
import { readPayload } from '../harness/message/payload.ts';
import type { ClientRequest, ClientRun, Delivered, ReportedTime } from '../harness/platform/client-run.ts';
import { platformTime } from '../harness/platform/client-setup.ts';
import { wallMsAt } from '../harness/time/now.ts';

/** A message that came back for a request, as a report keeps it. Times of day are decimal digits, in ms on the clock they come from. */
export interface AnswerRecord {
  /** How long after the request it crossed the suite's end of the wire, in ms with µs. */
  readonly afterMs: number;
  /** As the message says it; absent where the message holds no number of that name. */
  readonly serverRecvTime?: string;
  readonly serverSendTime?: string;
  /** What the device's clock showed; absent where only the client itself could say it, and did not. */
  readonly deviceRecvTime?: string;
  /**
   * How long the exchange took, in ms: in front of a server all of it, whatever the server says of itself; in front of a client what
   * it may have measured at the most, until it reported and without the time that the suite's platform took.
   */
  readonly roundTripMs?: number;
  /** In front of a server: by how much its clock is ahead of the suite's, by the formula, in ms. */
  readonly offsetMs?: number;
  /** True when it was kept back, since the client had not subscribed for it. */
  readonly unheard?: true;
}

/** A request and what came back for it, as a report keeps it. */
export interface ExchangeRecord {
  /** Its number in the scenario, from 1: some may have been left out. */
  readonly n: number;
  /** Who asked, in words: "device", "other device", "start 2". */
  readonly asker: string;
  /** When the request crossed the suite's end of the wire, in ms after the scenario's first one. */
  readonly atMs: number;
  /** As the message says it; absent where it holds no number of that name. */
  readonly deviceSendTime?: string;
  readonly answers: readonly AnswerRecord[];
  /** In front of a client: the latency of its link to the platform, in ms. */
  readonly forthMs?: number;
  /** In front of a client: the time that it says it calculated, as it wrote it. */
  readonly reported?: string;
  /** By how much that time is ahead of the platform's at that moment, in ms. */
  readonly errorMs?: number;
}

/** Where a record came from: what a message at fault is found by. */
export interface Recorded {
  readonly record: ExchangeRecord;
  readonly source: object;
}

/** The exchanges of the devices that the suite played, in the order of their requests. */
export function recordDevices(devices: readonly NtpDevice[]): Recorded[] {
  const asked = devices.flatMap((device) => device.requests.map((request) => ({ device, request })));
  asked.sort((a, b) => a.request.at - b.request.at);
  const start = asked[0]?.request.at ?? 0;
  return asked.map(({ device, request }, index) => ({
    source: request,
    record: {
      n: index + 1,
      asker: device.name,
      atMs: inMs(request.at - start),
      ...(request.timestamp !== undefined && isWhole(request.timestamp.digits)
        ? { deviceSendTime: request.timestamp.digits }
        : {}),
      answers: request.responses.map((response) => answerOf(device, request.at, response)),
    },
  }));
}

function answerOf(device: NtpDevice, sentAt: number, response: Response): AnswerRecord {
  const { request, message } = response;
  const [received, sent] = [response.serverRecvTime?.number, response.serverSendTime?.number];
  const roundTripMs = request === undefined ? undefined : rounded(roundTrip({ request, response }));
  const middle = (wallMsAt(sentAt) + wallMsAt(message.at)) / 2;
  const arrival = request === undefined ? undefined : device.arrival(request, message.at);
  return {
    afterMs: inMs(message.at - sentAt),
    ...timesOf(received, sent),
    ...(arrival === undefined ? {} : { deviceRecvTime: String(arrival) }),
    ...(roundTripMs === undefined ? {} : { roundTripMs }),
    ...(received === undefined || sent === undefined ? {} : finite('offsetMs', Number(received + sent) / 2 - middle)),
  };
}

/** The exchanges of the client's starts, one start after the other. */
export function recordPerformances(clientRuns: readonly ClientRun[]): Recorded[] {
  const asked = clientRuns.flatMap((clientRun, index) => {
    const came = reportsOf(clientRun);
    return clientRun.requests.map((request) => ({ clientRun, start: index + 1, request, came: came.get(request) }));
  });
  return asked.map(({ clientRun, start, request, came }, index) => ({
    source: request,
    record: {
      n: index + 1,
      asker: clientRuns.length > 1 ? `start ${start}` : 'client',
      atMs: inMs(request.publish.atUs - (clientRun.request?.publish.atUs ?? 0)),
      ...(request.deviceSendTime?.number === undefined ? {} : { deviceSendTime: String(request.deviceSendTime.number) }),
      answers: request.delivered.map((delivered) => deliveredRecord(clientRun, request, delivered)),
      // A controlled clock is moved by what the page's example says, and no latency is spent.
      ...(clientRun.setup.clock === undefined ? { forthMs: clientRun.setup.forthMs } : {}),
      ...reportedFor(clientRun, came),
    },
  }));
}

function deliveredRecord(clientRun: ClientRun, request: ClientRequest, delivered: Delivered): AnswerRecord {
  const said = readPayload(Buffer.from(delivered.payload)).members;
  const { clock } = clientRun.setup;
  const report = clientRun.reports.find(({ atUs }) => atUs >= delivered.atUs);
  const arrival = report?.deviceRecvTime ?? clock?.receives;
  const processing = Number(delivered.serverSendTime - delivered.serverRecvTime);
  return {
    afterMs: inMs(delivered.atUs - request.publish.atUs),
    ...timesOf(said.get('serverRecvTime')?.number, said.get('serverSendTime')?.number),
    ...(arrival === undefined ? {} : { deviceRecvTime: String(arrival) }),
    roundTripMs: Math.max(0, rounded(elapsedAtMost(request, delivered, arrival, report) - processing)),
    ...(delivered.heard ? {} : { unheard: true as const }),
  };
}

/** A stamp that is no further behind the suite's clock than this, in ms, comes from that clock. */
const mostBehindMs = 5000;

/** How long an exchange can have taken for the client, in ms. */
function elapsedAtMost(
  { publish, deviceSendTime }: ClientRequest,
  delivered: Delivered,
  arrival: number | bigint | undefined,
  report: ReportedTime | undefined,
): number {
  const sent = deviceSendTime?.number;
  if (arrival !== undefined && sent !== undefined) return Number(BigInt(arrival) - sent);
  const behind = sent === undefined ? 0 : publish.wallMs - Number(sent);
  return ((report ?? delivered).atUs - publish.atUs) / 1000 + (behind > 0 && behind < mostBehindMs ? behind : 0);
}

/** A report, the request that it came of, and that request's last message before it. */
interface Came {
  readonly report: ReportedTime;
  readonly owner: ClientRequest;
  readonly delivered: Delivered;
}

/** What came of each request: the first report for which its last message was the latest. Looked up once, however much there is. */
function reportsOf({ requests, reports }: ClientRun): ReadonlyMap<ClientRequest, Came> {
  const heard = requests.flatMap((owner) =>
    owner.delivered.filter((delivered) => delivered.heard).map((delivered) => ({ owner, delivered })),
  );
  const came = new Map<ClientRequest, Came>();
  for (const report of reports) {
    const latest = heard.findLast(({ delivered }) => delivered.atUs <= report.atUs);
    if (latest !== undefined && !came.has(latest.owner)) came.set(latest.owner, { ...latest, report });
  }
  return came;
}

function reportedFor(clientRun: ClientRun, came: Came | undefined): Pick<ExchangeRecord, 'reported' | 'errorMs'> {
  if (came === undefined) return {};
  const { report, owner, delivered } = came;
  const truth = platformTime(clientRun.setup, owner.publish.wallMs, delivered);
  return {
    reported: report.literal,
    ...(report.twice === undefined ? {} : finite('errorMs', Number(report.twice) / 2 - truth)),
  };
}

function timesOf(
  received: bigint | undefined,
  sent: bigint | undefined,
): Pick<AnswerRecord, 'serverRecvTime' | 'serverSendTime'> {
  return {
    ...(received === undefined ? {} : { serverRecvTime: String(received) }),
    ...(sent === undefined ? {} : { serverSendTime: String(sent) }),
  };
}

function finite<Name extends string>(name: Name, value: number): { readonly [Key in Name]?: number } {
  return Number.isFinite(value) ? ({ [name]: rounded(value) } as { readonly [Key in Name]: number }) : {};
}

/** To the µs, which is what the suite measures in. */
function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

function inMs(us: number): number {
  return rounded(us / 1000);
}

/**
 * As many of them as a report keeps, spread evenly, and always the first, the last and the wanted one.
 *
 * @param wanted its number
 */
export function thinned(records: readonly ExchangeRecord[], most: number, wanted?: number): readonly ExchangeRecord[] {
  if (records.length <= most) return records;
  const kept = new Set(Array.from({ length: most }, (_, index) => Math.round((index * (records.length - 1)) / (most - 1))));
  return records.filter(({ n }, index) => kept.has(index) || n === wanted);
}

const optional = (value: unknown, type: 'string' | 'number'): boolean =>
  value === undefined || (type === 'string' ? typeof value === 'string' : typeof value === 'number' && Number.isFinite(value));

/** True for a value that has the members of a record, whoever wrote it. */
export function isExchangeRecord(value: unknown): value is ExchangeRecord {
  if (typeof value !== 'object' || value === null) return false;
  const record = value as Readonly<Record<string, unknown>>;
  const { n, asker, atMs, answers } = record;
  return (
    Number.isInteger(n) &&
    typeof asker === 'string' &&
    typeof atMs === 'number' &&
    optional(record['deviceSendTime'], 'string') &&
    optional(record['forthMs'], 'number') &&
    optional(record['reported'], 'string') &&
    optional(record['errorMs'], 'number') &&
    Array.isArray(answers) &&
    answers.every(isAnswerRecord)
  );
}

function isAnswerRecord(value: unknown): value is AnswerRecord {
  if (typeof value !== 'object' || value === null) return false;
  const answer = value as Readonly<Record<string, unknown>>;
  return (
    typeof answer['afterMs'] === 'number' &&
    (['serverRecvTime', 'serverSendTime', 'deviceRecvTime'] as const).every((name) => optional(answer[name], 'string')) &&
    (['roundTripMs', 'offsetMs'] as const).every((name) => optional(answer[name], 'number')) &&
    (answer['unheard'] === undefined || answer['unheard'] === true)
  );
}
