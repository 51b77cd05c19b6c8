import { printable } from '../harness/text/printable.ts';
import { buildReport } from '../report/report-json.ts';
import type { ExchangeRecord, Failure, Report, RequirementResult, ScenarioResult, Status } from '../verdict/report.ts';

/** A text that attacks a page or a terminal: elements, attributes, escape sequences, marks of the writing direction. */
export const forged =
  '</script><script>document.title="forged"</script><img src=x onerror=alert(1)>" onclick="alert(2)" \'&lt; \x1b[31mred\x1b[0m \u202egnp.exe\u2066 \0 {{x}}';

const trace = [
  '+0.000000 s  → CONNECT  client id probe',
  '+0.000500 s  → PUBLISH  /ext/ntp/p/d/request  QoS 0  {"deviceSendTime":1000}',
  '+0.001500 s  ← PUBLISH  /ext/ntp/p/d/response  QoS 1 packet id 1  {"deviceSendTime":1000,"serverSendTime":"2001"}',
];

function exchanges(count: number): ExchangeRecord[] {
  return Array.from({ length: count }, (_, index) => {
    const took = 1 + (index % 7) * 3;
    const answer = {
      afterMs: took,
      serverRecvTime: '1571724098110',
      serverSendTime: '1571724098115',
      deviceRecvTime: '1571724098025',
      roundTripMs: took,
      offsetMs: ((index % 5) - 2) * 0.4,
    };
    const answers = index % 11 === 10 ? [] : [answer];
    return { n: index + 1, asker: 'device', atMs: index * 10, deviceSendTime: '1571724098000', answers };
  });
}

/** A scenario with every optional part. */
export function scenario(status: Status, index = 0, more: Partial<ScenarioResult> = {}): ScenarioResult {
  const message = {
    topic: '/ext/ntp/p/d/response',
    qos: 1,
    retain: true,
    payload: '{"deviceSendTime":1000,"serverSendTime":"2001"}',
    parts: ['qos', '/serverSendTime'],
    exchange: 1,
  };
  const failure: Failure = {
    expected: 'three Longs',
    received: 'a String',
    likely: 'only the echo keeps its type',
    trace,
    message,
  };
  const failed = status === 'failed' || status === 'warning';
  return {
    title: `Scenario ${index}`,
    place: `features/server/time.feature:${10 + index}`,
    status,
    ...(failed ? { failure } : status === 'passed' ? {} : { reason: `it is ${status}` }),
    information: ['answered in 1.000 ms'],
    trace,
    exchanges: exchanges(index + 1),
    durationMs: 12,
    ...more,
  };
}

/** A requirement of this status. */
export function requirement(status: Status, scenarios: readonly ScenarioResult[] = [scenario(status)]): RequirementResult {
  return {
    id: `server-${status}`,
    level: status === 'warning' ? 'should' : 'must',
    feature: status === 'failed' || status === 'passed' ? 'What a response holds' : "The server's time",
    sentence: `the server ${status === 'warning' ? 'SHOULD' : 'MUST'} do what is ${status}`,
    description: 'Because `it` is so.\n\nAnd because.',
    source: 'stated, "Device connection", step 1',
    mistakes: 'the usual one',
    digest: 'd'.repeat(64),
    status,
    ...(['inapplicable', 'untested', 'inconclusive'].includes(status) ? { reason: `it is ${status}` } : {}),
    scenarios,
  };
}

/** A report with a requirement of each of these statuses, in this order. */
export function report(statuses: readonly Status[], more: Partial<Report> = {}): Report {
  const run = {
    suite: { name: 'iot-ntp-conformance', version: '0.1.0', featuresDigest: 'f'.repeat(64) },
    requirementSet: { name: '2026.1', digest: 'e'.repeat(64), modified: [] },
    target: {
      name: 'Acme IoT Hub',
      version: '3.2.1',
      role: 'server' as const,
      file: 'acme.yaml',
      start: 'container acme/iot-hub:3.2.1',
      kind: 'container' as const,
      imageDigest: `sha256:${'a'.repeat(64)}`,
      sharedClock: true,
      capabilities: ['tls'],
      output: ['listening on 1883'],
    },
    started: new Date('2026-01-02T03:04:05.000Z'),
    strict: false,
  };
  const counts: Report['counts'] = Object.fromEntries(
    (['passed', 'failed', 'warning', 'inapplicable', 'untested', 'inconclusive'] as const).map((status) => [
      status,
      statuses.filter((one) => one === status).length,
    ]),
  ) as Record<Status, number>;
  const broken = counts.failed > 0;
  const whole = !broken && counts.untested + counts.inconclusive === 0;
  const judgement = {
    verdict: broken ? ('does not conform' as const) : whole ? ('conforms' as const) : ('incomplete' as const),
    because: 'this is why',
    exitCode: broken ? (1 as const) : whole ? (0 as const) : (4 as const),
    faults: [],
    counts,
    requirements: statuses.map((status) => requirement(status, [scenario(status), scenario(status, 1), scenario(status, 24)])),
  };
  return { ...buildReport(run, judgement, new Date('2026-01-02T03:04:07.500Z')), ...more };
}

/** The same report, with a text added to every text that an implementation or its target file can influence. */
export function spoilt(honest: Report, text: string): Report {
  const kept = new Set([
    'verdict',
    'status',
    'level',
    'role',
    'id',
    'place',
    'started',
    'finished',
    '$schema',
    'deviceSendTime',
    'parts',
  ]);
  const spoil = (value: unknown, name = ''): unknown => {
    if (typeof value === 'string') return kept.has(name) ? value : `${value}${text}`;
    if (Array.isArray(value)) return value.map((item) => spoil(item, name));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, spoil(member, key)]));
  };
  return spoil(honest) as Report;
}

/** A text after the transcript has cleaned it for a report. */
export const cleaned = (text: string): string => printable(text, 4000);

/** A MUST with this id and status. */
export function must(id: string, status: Status, more: Partial<RequirementResult> = {}): RequirementResult {
  return { ...requirement(status), id, level: 'must', ...more };
}

/** A report of these requirements only. */
export function reportOf(...requirements: readonly RequirementResult[]): Report {
  return { ...report([]), requirements };
}

/** The ids of some requirements, or of other objects with an id. */
export const idsOf = (some: readonly { readonly id: string }[]): string[] => some.map(({ id }) => id);
