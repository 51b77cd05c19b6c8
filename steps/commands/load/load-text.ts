import { digits } from '../../report/html/numbers.ts';
import type { Paint, Style } from '../../report/paint.ts';
import type { DurationSummary } from './load-document.ts';
import type { LoadReport } from './load-report.ts';
import type { Plan } from './plan.ts';

/** How many faults the console tells. */
const toldFaults = 5;

const styles: Readonly<Record<LoadReport['outcome'], Style>> = {
  answered: 'good',
  'not answered': 'bad',
  incomplete: 'doubtful',
};

/** What is to be done, in words: "10,000 devices, 2,000 requests a second for 30 s". */
export function planInWords({ devices, ratePerSecond, forMs, shard }: Plan): string {
  const when =
    ratePerSecond === undefined
      ? forMs === undefined
        ? 'each asks once, all at the same moment'
        : `each asks as soon as it is answered, for ${forMs / 1000} s`
      : `${digits(ratePerSecond)} requests a second${forMs === undefined ? ', each device asks once' : ` for ${forMs / 1000} s`}`;
  const part = shard === undefined ? '' : `; part ${shard.number} of ${shard.of} of all that`;
  return `${digits(devices)} ${devices === 1 ? 'device' : 'devices'}, ${when}${part}`;
}

/** Every figure with its name, in the order in which they are read; where one needs a word more, that as well. */
export function figures(report: LoadReport): readonly (readonly [name: string, value: string, remark?: string])[] {
  const { connected, counts, loadMs, ratePerSecond, latency, lateness, memory } = report;
  const { asked, answered, lost, open, doubled, foreign, unfit, disconnected } = counts;
  return [
    ['devices connected', digits(connected)],
    ['answered', `${digits(answered)} of ${digits(asked)}`, `in ${seconds(loadMs)}`],
    ['lost', digits(lost)],
    ...(open === 0 ? [] : [['still open when it was interrupted', digits(open)] as const]),
    ['doubled', digits(doubled)],
    ["another device's", digits(foreign)],
    ['no proper answers', digits(unfit)],
    ['connections that ended', digits(disconnected)],
    ['answers a second', digits(Math.round(ratePerSecond))],
    ['latency', percentiles(latency)],
    ['of which the suite sent late', percentiles(lateness)],
    ...(memory.perDeviceBytes === undefined
      ? []
      : [['memory of the suite for each device', `${(memory.perDeviceBytes / 1024).toFixed(1)} KiB`] as const]),
    ['peak memory of the suite', `${(memory.peakBytes / 2 ** 20).toFixed(0)} MiB`],
  ];
}

function percentiles({ count, p50Ms, p90Ms, p99Ms, p999Ms, maxMs }: DurationSummary): string {
  if (count === 0) return 'nothing to measure';
  return `p50 ${ms(p50Ms)}, p90 ${ms(p90Ms)}, p99 ${ms(p99Ms)}, p99.9 ${ms(p999Ms)}, max ${ms(maxMs)} ms`;
}

/** All of it, for the console. */
export function loadText(report: LoadReport, paint: Paint): string {
  const { outcome, because, faults, remarks } = report;
  return [
    ...figures(report).map(
      ([name, value, remark]) => `  ${name.padEnd(36)} ${value}${remark === undefined ? '' : `  ${remark}`}`,
    ),
    ...faults.slice(0, toldFaults).map((fault) => `  ${paint('bad', fault)}`),
    ...(faults.length > toldFaults ? ['  and more, see load.json'] : []),
    ...remarks.map((remark) => `  ${paint('quiet', remark)}`),
    '',
    `${paint(styles[outcome], `load: ${outcome}`)}, because ${because}`,
  ].join('\n');
}

const seconds = (value: number): string => `${(value / 1000).toFixed(2)} s`;

/** Two digits behind the point where there are few before it. */
function ms(value: number): string {
  return value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : value.toFixed(0);
}
