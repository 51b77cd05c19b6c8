import { isWhole } from '../../harness/message/exchange.ts';

const units = [
  { name: 'day', ms: 86_400_000, from: 2 * 86_400_000 },
  { name: 'h', ms: 3_600_000, from: 2 * 3_600_000 },
  { name: 'min', ms: 60_000, from: 2 * 60_000 },
  { name: 's', ms: 1000, from: 1000 },
] as const;

/** A duration with three digits in a suitable unit: "0.53 ms", "25 ms", "1.25 s", "20,780 days". */
export function duration(ms: number): string {
  const magnitude = Math.abs(ms);
  const unit = units.find(({ from }) => magnitude >= from);
  const value = unit === undefined ? ms : ms / unit.ms;
  const text = digits(value);
  if (unit === undefined) return `${text} ms`;
  return unit.name === 'day' ? `${text} ${Math.abs(value) === 1 ? 'day' : 'days'}` : `${text} ${unit.name}`;
}

/** A number with three significant digits; digits before the point are never dropped: "0.53", "-12.3", "20,780". */
export function digits(value: number): string {
  const magnitude = Math.abs(value);
  const places = magnitude >= 99.95 ? 0 : magnitude >= 9.995 ? 1 : 2;
  const text = value
    .toFixed(places)
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '');
  const [whole = '', fraction] = (text === '-0' ? '0' : text).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return (fraction === undefined ? grouped : `${grouped}.${fraction}`).replace('-', '−');
}

/** The step between the ticks of an axis: 1, 2 or 5 times a power of ten, at least `most`-th of the range. */
export function niceStep(range: number, most: number): number {
  const least = range / most;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= least * 0.999) ?? 10;
  return step * power;
}

/** The whole number in a text; undefined if the text is not one. */
export function whole(text: string | undefined): bigint | undefined {
  return text !== undefined && isWhole(text) ? BigInt(text) : undefined;
}

/** An ISO 8601 time for readers: "22 Nov 2026, 19:25:31 UTC". */
export function moment(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  // "Sun, 22 Nov 2026 19:25:31 GMT", as ECMA-262 defines it: to load the formats of a locale takes longer than to write the page
  const [, day, time] = /^\w+, (.+) (.+) GMT$/.exec(date.toUTCString()) ?? [];
  return `${day}, ${time} UTC`;
}

/** A place in a drawing, to a tenth. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
