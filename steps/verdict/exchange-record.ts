import type { NtpDevice } from '../harness/device/ntp-device.ts';
import { type Exchange, isWhole, type Request, type Response, roundTrip, serverTimesOf } from '../harness/message/exchange.ts';
import type { ClientRun } from '../harness/platform/client-run.ts';
import { platformTime } from '../harness/platform/client-setup.ts';
import { mostBehindMs, possibleTimes } from '../harness/platform/expected-time.ts';
import type { ReportedTime } from '../harness/platform/reported-time.ts';
import { halved } from '../harness/time/formula.ts';
import { wallMsAt } from '../harness/time/now.ts';
import type { AnswerRecord, ExchangeRecord } from './report.ts';

/** A record, and its request. */
export interface Recorded {
  readonly record: ExchangeRecord;
  readonly source: Request;
}

/** The exchanges of the devices that the suite played, in the order of their requests. */
export function recordDevices(devices: readonly NtpDevice[]): Recorded[] {
  const asked = devices.flatMap((device) => device.requests.map((request) => ({ device, request })));
  asked.sort((a, b) => a.request.message.atUs - b.request.message.atUs);
  const startUs = asked[0]?.request.message.atUs ?? 0;
  return asked.map(({ device, request }, index) => ({
    source: request,
    record: {
      n: index + 1,
      asker: device.name,
      atMs: inMs(request.message.atUs - startUs),
      ...(request.timestamp !== undefined && isWhole(request.timestamp.digits)
        ? { deviceSendTime: request.timestamp.digits }
        : {}),
      answers: request.responses.map((response) => answerOf(device, request, response)),
    },
  }));
}

function answerOf(device: NtpDevice, request: Request, response: Response): AnswerRecord {
  const { atUs } = response.message;
  const middle = (wallMsAt(request.message.atUs) + wallMsAt(atUs)) / 2;
  const arrival = device.arrival(request, atUs);
  const times = serverTimesOf(response);
  return {
    afterMs: inMs(atUs - request.message.atUs),
    ...timesIn(response),
    ...(arrival === undefined ? {} : { deviceRecvTime: String(arrival) }),
    roundTripMs: rounded(roundTrip({ request, response })),
    ...(times === undefined ? {} : finite('offsetMs', Number(times[0] + times[1]) / 2 - middle)),
  };
}

/** The exchanges of the client's starts, one start after the other. */
export function recordClientRuns(clientRuns: readonly ClientRun[]): Recorded[] {
  const asked = clientRuns.flatMap((clientRun, index) => {
    const results = resultsOf(clientRun);
    return clientRun.requests.map((request) => ({ clientRun, start: index + 1, request, result: results.get(request) }));
  });
  return asked.map(({ clientRun, start, request, result }, index) => ({
    source: request,
    record: {
      n: index + 1,
      asker: clientRuns.length > 1 ? `start ${start}` : 'client',
      atMs: inMs(request.message.atUs - (clientRun.request?.message.atUs ?? 0)),
      ...(request.deviceSendTime?.number === undefined ? {} : { deviceSendTime: String(request.deviceSendTime.number) }),
      answers: request.responses.map((response) => platformAnswer(clientRun, request, response)),
      // With a controlled clock, the clock is set as in the page's example, and there is no latency.
      ...(clientRun.setup.clock === undefined ? { forthMs: clientRun.setup.forthMs } : {}),
      ...reportedFor(clientRun, result),
    },
  }));
}

function platformAnswer(clientRun: ClientRun, request: Request, response: Response): AnswerRecord {
  const { clock } = clientRun.setup;
  const report = clientRun.reports.find(({ atUs }) => atUs >= response.message.atUs);
  const arrival = report?.deviceRecvTime ?? clock?.receives;
  const [received, sent] = serverTimesOf(response) ?? [0n, 0n];
  return {
    afterMs: inMs(response.message.atUs - request.message.atUs),
    ...timesIn(response),
    ...(arrival === undefined ? {} : { deviceRecvTime: String(arrival) }),
    roundTripMs: Math.max(0, rounded(elapsedAtMost(request, response, arrival, report) - Number(sent - received))),
    ...(response.unsent ? { unheard: true as const } : {}),
  };
}

/** The longest duration that the exchange can have for the client, in ms. */
function elapsedAtMost(
  { message, deviceSendTime }: Request,
  response: Response,
  arrival: number | bigint | undefined,
  report: ReportedTime | undefined,
): number {
  const sent = deviceSendTime?.number;
  if (arrival !== undefined && sent !== undefined) return Number(BigInt(arrival) - sent);
  const behind = sent === undefined ? 0 : message.wallMs - Number(sent);
  return ((report ?? response.message).atUs - message.atUs) / 1000 + (behind > 0 && behind < mostBehindMs ? behind : 0);
}

/** A report, and the latest exchange before it. */
interface ReportedExchange extends Exchange {
  readonly report: ReportedTime;
}

/** For each request, the first report after its response, if no other response came between them. */
function resultsOf({ requests, reports }: ClientRun): ReadonlyMap<Request, ReportedExchange> {
  const sent = requests.flatMap((request) =>
    request.responses.filter(({ unsent }) => !unsent).map((response) => ({ request, response })),
  );
  const results = new Map<Request, ReportedExchange>();
  for (const report of reports) {
    const latest = sent.findLast(({ response }) => response.message.atUs <= report.atUs);
    if (latest !== undefined && !results.has(latest.request)) results.set(latest.request, { ...latest, report });
  }
  return results;
}

function reportedFor(
  clientRun: ClientRun,
  result: ReportedExchange | undefined,
): Pick<ExchangeRecord, 'reported' | 'errorMs' | 'expected'> {
  if (result === undefined) return {};
  const { report, request, response } = result;
  const truth = platformTime(clientRun.setup, request.message.wallMs, response);
  return {
    reported: report.literal,
    ...(report.twice === undefined ? {} : finite('errorMs', Number(report.twice) / 2 - truth)),
    ...expectedFor(clientRun, result, truth),
  };
}

/** The time that the formula gives. @param truth the platform's time when the response arrived, in ms */
function expectedFor(
  { setup }: ClientRun,
  { report, request, response }: ReportedExchange,
  truth: number,
): Pick<ExchangeRecord, 'expected'> {
  const times = possibleTimes({ setup, requests: [request] }, report, false);
  const expected = times.find((time) => time.response === response && !time.later);
  if (expected === undefined || !Number.isFinite(truth)) return {};
  const { twiceLow, twiceHigh } = expected;
  const twice = (twiceLow + twiceHigh) / 2n;
  const withinMs = Number(twiceHigh - twiceLow) / 4;
  return { expected: { time: halved(twice), withinMs, errorMs: rounded(Number(twice) / 2 - truth) } };
}

function timesIn({ serverRecvTime, serverSendTime }: Response): Pick<AnswerRecord, 'serverRecvTime' | 'serverSendTime'> {
  return {
    ...(serverRecvTime?.number === undefined ? {} : { serverRecvTime: String(serverRecvTime.number) }),
    ...(serverSendTime?.number === undefined ? {} : { serverSendTime: String(serverSendTime.number) }),
  };
}

function finite<Name extends string>(name: Name, value: number): { readonly [Key in Name]?: number } {
  return Number.isFinite(value) ? ({ [name]: rounded(value) } as { readonly [Key in Name]: number }) : {};
}

/** Rounds to µs, the resolution of the suite's measurements. */
function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}

function inMs(us: number): number {
  return rounded(us / 1000);
}

/**
 * At most so many records, spread evenly, always with the first, the last and the wanted one.
 *
 * @param wanted the number of a record
 */
export function thinned(records: readonly ExchangeRecord[], most: number, wanted?: number): readonly ExchangeRecord[] {
  if (records.length <= most) return records;
  const kept = new Set(Array.from({ length: most }, (_, index) => Math.round((index * (records.length - 1)) / (most - 1))));
  return records.filter(({ n }, index) => kept.has(index) || n === wanted);
}

const optional = (value: unknown, type: 'string' | 'number'): boolean =>
  value === undefined || (type === 'string' ? typeof value === 'string' : typeof value === 'number' && Number.isFinite(value));

/** Whether a value has the members of a record. */
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
    isExpected(record['expected']) &&
    Array.isArray(answers) &&
    answers.every(isAnswerRecord)
  );
}

function isExpected(value: unknown): boolean {
  if (value === undefined) return true;
  if (typeof value !== 'object' || value === null) return false;
  const { time, withinMs, errorMs } = value as Readonly<Record<string, unknown>>;
  return typeof time === 'string' && Number.isFinite(withinMs) && Number.isFinite(errorMs);
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
