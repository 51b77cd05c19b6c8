import { digits } from '../../report/html/numbers.ts';
import type { Paint, Style } from '../../report/paint.ts';
import type { DurationSummary } from './load-document.ts';
import type { LoadReport } from './load-report.ts';
import { devicesOf, type Plan } from './plan.ts';

/** How many faults the console shows. */
const toldFaults = 5;

const styles: Readonly<Record<LoadReport['outcome'], Style>> = {
  answered: 'good',
  'not answered': 'bad',
  incomplete: 'doubtful',
};

/** The plan in words: "10,000 devices, 2,000 requests per second for 30 s". */
export function planInWords({ devices, ratePerSecond, forMs, shard }: Plan): string {
  const when =
    ratePerSecond === undefined
      ? forMs === undefined
        ? 'each asks once, all at the same time'
        : `each asks again when it gets its answer, for ${forMs / 1000} s`
      : `${digits(ratePerSecond)} requests per second${forMs === undefined ? ', each device asks once' : ` for ${forMs / 1000} s`}`;
  const part = shard === undefined ? '' : `; this machine is ${shard.number} of ${shard.of}`;
  return `${digits(devices)} ${devices === 1 ? 'device' : 'devices'}, ${when}${part}`;
}

/** Why the server gets more requests than the load has. */
const lastRequest = 'each device asks once more at the end: this shows duplicate answers';

/** All figures with their names, in reading order, with a remark if one is needed. */
export function figures(report: LoadReport): readonly (readonly [name: string, value: string, remark?: string])[] {
  const { plan, connected, counts, afterwards, loadMs, ratePerSecond, latency, lateness, response, memory } = report;
  const { asked, unsent, answered, lost, open, doubled, foreign, unfit, disconnected } = counts;
  return [
    ['devices connected', `${digits(connected)} of ${digits(devicesOf(plan).length)}`],
    ['requests answered', `${digits(answered)} of ${digits(asked)} sent`, `in ${seconds(loadMs)}`],
    ['requests lost', digits(lost)],
    unsent === 0 ? ['requests not sent', '0'] : ['requests not sent', digits(unsent), 'the connection had ended before'],
    ...(open === 0 ? [] : [['requests still open at the interruption', digits(open)] as const]),
    ['duplicate answers', digits(doubled)],
    ['misdelivered answers', digits(foreign)],
    ['invalid answers', digits(unfit)],
    ['connections that ended', digits(disconnected)],
    ...(afterwards.asked === 0
      ? []
      : [['answers to a last request', `${digits(afterwards.answered)} of ${digits(afterwards.asked)}`, lastRequest] as const]),
    ['answers per second', digits(Math.round(ratePerSecond))],
    ...(latency.count === 0
      ? [['latency', 'nothing measured'] as const]
      : ([
          ['latency', percentiles(latency), 'from when a request was due'],
          ['share of the server and the network', percentiles(response), 'from when it was sent'],
          ['share of the suite, which sent late', percentiles(lateness)],
        ] as const)),
    ...(memory.perDeviceBytes === undefined
      ? []
      : [['memory of the suite for each device', `${(memory.perDeviceBytes / 1024).toFixed(1)} KiB`] as const]),
    ['peak memory of the suite', `${(memory.peakBytes / 2 ** 20).toFixed(0)} MiB`],
  ];
}

function percentiles({ p50Ms, p90Ms, p99Ms, p999Ms, maxMs }: DurationSummary): string {
  return `p50 ${ms(p50Ms)}, p90 ${ms(p90Ms)}, p99 ${ms(p99Ms)}, p99.9 ${ms(p999Ms)}, max ${ms(maxMs)} ms`;
}

/** The whole report as text for the console. */
export function loadText(report: LoadReport, paint: Paint): string {
  const { outcome, because, faults, remarks } = report;
  return [
    ...figures(report).map(
      ([name, value, remark]) => `  ${name.padEnd(36)} ${value}${remark === undefined ? '' : `  ${remark}`}`,
    ),
    ...faults.slice(0, toldFaults).map((fault) => `  ${paint('bad', fault)}`),
    ...(faults.length > toldFaults ? ['  more in load.json'] : []),
    ...remarks.map((remark) => `  ${paint('quiet', remark)}`),
    '',
    `${paint(styles[outcome], `load: ${outcome}`)}, because ${because}`,
  ].join('\n');
}

const seconds = (value: number): string => `${(value / 1000).toFixed(2)} s`;

/** A time in ms; short times have two decimal places. */
function ms(value: number): string {
  return value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : value.toFixed(0);
}
