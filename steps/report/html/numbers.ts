import { isWhole } from '../../harness/message/exchange.ts';

const units = [
  { name: 'day', ms: 86_400_000, from: 2 * 86_400_000 },
  { name: 'h', ms: 3_600_000, from: 2 * 3_600_000 },
  { name: 'min', ms: 60_000, from: 2 * 60_000 },
  { name: 's', ms: 1000, from: 1000 },
] as const;

/** A duration in the unit that suits it, three digits of it: "0.53 ms", "25 ms", "1.25 s", "20,780 days". */
export function duration(ms: number): string {
  const magnitude = Math.abs(ms);
  const unit = units.find(({ from }) => magnitude >= from);
  const value = unit === undefined ? ms : ms / unit.ms;
  const text = digits(value);
  if (unit === undefined) return `${text} ms`;
  return unit.name === 'day' ? `${text} ${Math.abs(value) === 1 ? 'day' : 'days'}` : `${text} ${unit.name}`;
}

/** Three digits of a number, all of them before the point: "0.53", "-12.3", "20,780". */
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

/** The whole number that a text is; undefined for anything else. */
export function whole(text: string | undefined): bigint | undefined {
  return text !== undefined && isWhole(text) ? BigInt(text) : undefined;
}

/** An instant of ISO 8601 as people read it: "22 Nov 2026, 19:25:31 UTC". */
export function moment(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  // "Sun, 22 Nov 2026 19:25:31 GMT", as ECMA-262 has it; the formats of a locale would take longer to load than the page to write
  const [, day, time] = /^\w+, (.+) (.+) GMT$/.exec(date.toUTCString()) ?? [];
  return `${day}, ${time} UTC`;
}
