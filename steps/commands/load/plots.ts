import { html, type Markup } from '../../report/html/html.ts';
import { digits, niceStep, round } from '../../report/html/numbers.ts';
import { area } from '../../report/html/plot-layout.ts';
import { Durations } from './latency.ts';
import type { LoadReport } from './load-report.ts';

/** The end of an axis if there is nothing to draw. */
const least = 1e-3;

/** A point of the drawing, in its own units. */
type Point = readonly [x: number, y: number];

/** The latency by percentile. 90 %, 99 %, 99.9 % … are equally far apart, so that the few slow requests are visible. */
export function latencyPlot({ latency, lateness, response }: LoadReport): Markup {
  const nines = Math.max(2, Math.ceil(Math.log10(Math.max(1, latency.count))));
  const most = Math.max(latency.maxMs, lateness.maxMs, least);
  const { y, ticks } = upwards(most);
  const x = (place: number): number => area.left + ((area.right - area.left) * place) / nines;
  const curve = (text: string): string => {
    const durations = Durations.decode(text);
    const steps = 120;
    const places = Array.from({ length: steps + 1 }, (_, step) => (step / steps) * nines);
    // The last point is the longest duration.
    const at = (place: number): number => durations.atPercentile(place === nines ? 100 : 100 * (1 - 10 ** -place));
    return line(places.map((place) => [x(place), y(at(place))]));
  };
  const across = Array.from({ length: nines + 1 }, (_, place) => place);
  const words = `Half of all within ${digits(latency.p50Ms)} ms, 99 % within ${digits(latency.p99Ms)} ms, the longest ${digits(latency.maxMs)} ms.`;
  return figure(
    'Latency by percentile',
    words,
    'Solid: from when a request was due to its answer. Long dashes: the share of the server and the network. Short dashes: the share of the suite, which sent late.',
    html`${grid(ticks, y)}
${across.map((place) => html`<text class="tick" x="${round(x(place))}" y="${area.bottom + 14}">${place === 0 ? '0' : percent(place)}</text>`)}
<text class="axis-name" x="4" y="12">ms</text><text class="axis-name end" x="${area.right}" y="${area.bottom + 31}">percent of the requests</text>
<path class="curve late" d="${curve(lateness.histogram)}"/><path class="curve response" d="${curve(response.histogram)}"/><path class="curve" d="${curve(latency.histogram)}"/>`,
  );
}

/** How many answers arrived per second, over the time of the load. */
export function coursePlot({ course, ratePerSecond, loadMs }: LoadReport): Markup {
  const { stepMs } = course;
  const [asked, answered] = [levels(course.asked, stepMs, loadMs), levels(course.answered, stepMs, loadMs)];
  const most = Math.max(least, ...[...asked, ...answered].map(({ perSecond }) => perSecond));
  const { y, ticks } = upwards(most);
  const lastS = Math.max(least, loadMs / 1000);
  const step = niceStep(lastS, 5);
  const x = (ms: number): number => area.left + ((area.right - area.left) * ms) / 1000 / lastS;
  const across = Array.from({ length: Math.floor(lastS / step + 1e-9) + 1 }, (_, index) => index * step);
  const curve = (all: readonly RateLevel[]): string =>
    line(
      all.flatMap(({ fromMs, toMs, perSecond }): Point[] => [
        [x(fromMs), y(perSecond)],
        [x(toMs), y(perSecond)],
      ]),
    );
  const words = `${digits(ratePerSecond)} answers per second on average, in steps of ${digits(stepMs)} ms.`;
  return figure(
    'Rate over time',
    words,
    'Answers; dashed: requests.',
    html`${grid(ticks, y)}
${across.map((s) => html`<text class="tick" x="${round(x(s * 1000))}" y="${area.bottom + 14}">${digits(s)}</text>`)}
<text class="axis-name" x="4" y="12">per second</text><text class="axis-name end" x="${area.right}" y="${area.bottom + 31}">s</text>
<path class="curve asked" d="${curve(asked)}"/><path class="curve" d="${curve(answered)}"/>`,
  );
}

interface RateLevel {
  readonly fromMs: number;
  readonly toMs: number;
  readonly perSecond: number;
}

/** The rate in each step. The last step may be shorter; if it is shorter than half a step, it is joined to the one before. */
function levels(counts: readonly number[], stepMs: number, loadMs: number): RateLevel[] {
  const whole = counts.length > 1 && loadMs - (counts.length - 1) * stepMs < stepMs / 2 ? counts.length - 1 : counts.length;
  return counts.slice(0, whole).map((count, index) => {
    const isLast = index === whole - 1;
    const all = isLast ? count + (counts[whole] ?? 0) : count;
    const fromMs = index * stepMs;
    const toMs = isLast ? Math.max(loadMs, fromMs + least) : fromMs + stepMs;
    return { fromMs, toMs, perSecond: (all * 1000) / (toMs - fromMs) };
  });
}

function figure(title: string, words: string, legend: string, drawing: Markup): Markup {
  return html`<figure class="plot">
<svg viewBox="0 0 ${area.width} ${area.height}" role="img" aria-label="${`${title}. ${words}`}">${drawing}</svg>
<figcaption><b>${title}</b> <span>${words}</span> <span class="quiet">${legend}</span></figcaption>
</figure>`;
}

function upwards(most: number): { readonly y: (value: number) => number; readonly ticks: readonly number[] } {
  const step = niceStep(most, 4);
  const top = Math.ceil(most / step) * step;
  const y = (value: number): number => area.bottom - ((area.bottom - area.top) * value) / top;
  return { y, ticks: Array.from({ length: Math.round(top / step) + 1 }, (_, index) => index * step) };
}

function grid(ticks: readonly number[], y: (value: number) => number): Markup {
  return html`<path class="grid" d="${ticks.map((value) => `M${area.left} ${round(y(value))}H${area.right}`).join('')}"/><path class="axis" d="M${area.left} ${area.bottom}H${area.right}"/>
${ticks.map((value) => html`<text class="tick up" x="${area.left - 6}" y="${round(y(value) + 3.5)}">${digits(value)}</text>`)}`;
}

const line = (points: readonly Point[]): string =>
  points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${round(x)} ${round(y)}`).join('');

/** 1 is 90 %, 2 is 99 %, 3 is 99.9 %. */
function percent(nines: number): string {
  return nines <= 2 ? '9'.repeat(nines).padEnd(2, '0') : `99.${'9'.repeat(nines - 2)}`;
}
