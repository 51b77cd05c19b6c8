import { counted } from '../../harness/text/counted.ts';
import type { RequirementResult } from '../../verdict/report.ts';
import { html, type Markup } from './html.ts';
import { digits, duration, round } from './numbers.ts';
import {
  area,
  clientSamples,
  type Dot,
  layOutPlot,
  type PlotLayout,
  type Ring,
  resolutionMs,
  type Sample,
  serverSamples,
} from './plot-layout.ts';

/** The features with requirements about time. */
const timing = /^features\/(?:server\/time|client\/calculation)\.feature:/;

/**
 * Error against round trip, for a requirement about time whose exchanges show both.
 *
 * @param sharedClock of the report's target; undefined for a client
 */
export function plot({ scenarios, status }: RequirementResult, sharedClock: boolean | undefined): Markup | undefined {
  if (!scenarios.some(({ place }) => timing.test(place))) return undefined;
  const samples = sharedClock === undefined ? clientSamples(scenarios) : serverSamples(scenarios, sharedClock);
  if (samples.length === 0) return undefined;
  const layout = layOutPlot(samples);
  const text = inWords(layout, samples, status);
  const what = sharedClock === undefined ? 'error of the reported time, ms' : 'offset of the server’s clock, ms';
  return html`<figure class="plot">
<svg viewBox="0 0 ${area.width} ${area.height}" role="img" aria-label="${`Plot of ${what} against the round trip. ${text}`}">
${bounds(layout)}${axes(layout, what)}${rings(layout.rings)}${dots(layout.dots)}
</svg>
<figcaption><b>Offset against round trip</b> <span>${text}</span>
${layout.rings.length > 0 && html`<span class="quiet">Dot: the time that the client reported. Ring: the time that the formula gives; its line shows what the suite cannot know about the client’s clock.</span>`}
<span class="quiet">The formula cannot be off by more than half the round trip (dark); stamps of whole milliseconds allow ${resolutionMs} ms more (light).${origin(sharedClock)}</span></figcaption>
</figure>`;
}

function origin(sharedClock: boolean | undefined): string {
  if (sharedClock === undefined) return ' Zero is the platform’s time when its response arrived.';
  return sharedClock
    ? ' Zero is the suite’s clock, which the server shares.'
    : ' Zero is the server’s clock, estimated from all these exchanges.';
}

function bounds({ x, y, xMost }: PlotLayout): Markup {
  const wedge = (more: number): string => {
    const at = (ms: number, sign: number): string => `${round(x(ms))} ${round(y(sign * (ms / 2 + more)))}`;
    return `M${at(0, 1)}L${at(xMost, 1)}L${at(xMost, -1)}L${at(0, -1)}z`;
  };
  return html`<path class="bound resolution" d="${wedge(resolutionMs)}"/><path class="bound" d="${wedge(0)}"/>`;
}

function axes({ x, y, xMost, yMost, xStep, yStep }: PlotLayout, what: string): Markup {
  const ticks = (most: number, step: number): number[] =>
    Array.from({ length: Math.round(most / step) + 1 }, (_, index) => index * step);
  const across = ticks(xMost, xStep);
  const up = ticks(yMost, yStep).flatMap((value) => (value === 0 ? [0] : [value, -value]));
  return html`<path class="grid" d="${up.map((value) => `M${area.left} ${round(y(value))}H${area.right}`).join('')}"/><path class="axis" d="M${area.left} ${round(y(0))}H${area.right}"/>
${up.map((value) => html`<text class="tick up" x="${area.left - 6}" y="${round(y(value) + 3.5)}">${digits(value)}</text>`)}
${across.map((value) => html`<text class="tick" x="${round(x(value))}" y="${area.bottom + 14}">${digits(value)}</text>`)}
<text class="axis-name" x="4" y="12">${what}</text><text class="axis-name end" x="${area.right}" y="${area.bottom + 31}">round trip, ms</text>`;
}

/** Each ring is a dot, with a smaller dot in the page's colour on it, to keep the text short as with {@link dots}. */
function rings(all: readonly Ring[]): Markup | undefined {
  if (all.length === 0) return undefined;
  const points = all.map(({ x, y }) => `M${round(x)} ${round(y)}h0`).join('');
  const ranges = all.map(({ x, from, to }) => `M${round(x)} ${round(from)}V${round(to)}`).join('');
  return html`<path class="range" d="${ranges}"/><path class="rings" d="${points}"/><path class="rings hole" d="${points}"/>`;
}

/** Each dot is a line without length and with round ends, so that the text of a thousand dots is short. */
function dots(all: readonly Dot[]): Markup {
  const path = (wanted: readonly Dot[]): string => wanted.map(({ x, y }) => `M${round(x)} ${round(y)}h0`).join('');
  const [good, bad] = [all.filter(({ failed }) => !failed), all.filter(({ failed }) => failed)];
  const inside = (list: readonly Dot[]): Dot[] => list.filter(({ beyond }) => beyond === undefined);
  const arrows = all.flatMap(({ x, y, beyond, failed }) =>
    beyond === undefined ? [] : [{ at: `${round(x)} ${y}`, beyond, failed }],
  );
  const shape = { above: 'm-4 4l4-7l4 7z', below: 'm-4-4l4 7l4-7z' } as const;
  const distinct = [...new Map(arrows.map((arrow) => [`${arrow.at}${arrow.failed}`, arrow])).values()];
  return html`<path class="dots" d="${path(inside(good))}"/><path class="dots bad" d="${path(inside(bad))}"/>
${distinct.map(({ at, beyond, failed }) => html`<path class="beyond${failed && ' bad'}" d="M${at}${shape[beyond]}"/>`)}`;
}

function inWords({ dots: all, within }: PlotLayout, samples: readonly Sample[], status: RequirementResult['status']): string {
  const trips = samples.map(({ roundTripMs }) => roundTripMs);
  const [least, most] = [Math.min(...trips), Math.max(...trips)];
  const count = counted(samples.length, 'exchange');
  const range = least === most ? `a round trip of ${duration(most)}` : `round trips of ${duration(least)} to ${duration(most)}`;
  const beyond = all.filter((dot) => dot.beyond !== undefined).length;
  const farthest = samples.reduce((a, { errorMs }) => (Math.abs(errorMs) > Math.abs(a) ? errorMs : a), 0);
  const inside = within === samples.length ? 'all within' : `${within} of them within`;
  const out =
    beyond === 0
      ? ''
      : ` ${beyond} ${beyond === 1 ? 'is' : 'are'} outside the drawing, by up to ${duration(Math.abs(farthest))}.`;
  const fair =
    within < samples.length && status === 'passed' ? ' A clock with steps may be farther off and still be correct.' : '';
  return `${count} with ${range}, ${inside} half the round trip + ${resolutionMs} ms.${out}${fair}${fromFormula(samples)}`;
}

/** The difference between a client's reports and the formula, in words. */
function fromFormula(samples: readonly Sample[]): string {
  const known = samples.flatMap(({ errorMs, expected }) =>
    expected === undefined ? [] : [Math.abs(errorMs - expected.errorMs)],
  );
  if (known.length === 0) return '';
  return ` ${known.length === 1 ? 'The report is' : 'Reports are up to'} ${duration(Math.max(...known))} from the time that the formula gives.`;
}
