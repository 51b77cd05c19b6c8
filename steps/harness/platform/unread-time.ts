import type { Target } from '../implementation/target.ts';
import { type Request, serverTimesOf } from '../message/exchange.ts';
import { printable } from '../text/printable.ts';
import { conceal } from '../text/secrets.ts';
import type { ClientRun } from './client-run.ts';

/** A time that a client printed, and that the target file does not read. */
export interface UnreadTime {
  readonly line: string;
  /** The time as it was printed. */
  readonly printed: string;
  /** A pattern that reads it, and the unit that it is in; undefined where it is no whole number of digits, so that none does. */
  readonly pattern: string | undefined;
  readonly unit: 'ms' | 's';
}

/**
 * How far a printed time may be from the platform's, which is an hour ahead of the client's surroundings, in ms. schemas/target-files.md
 * says so.
 */
const nearMs = 10_000;

/** A form in which programs print a time. */
interface Form {
  readonly form: RegExp;
  /** The unit of a form that is digits and nothing else. */
  readonly plain?: 'ms' | 's';
  /** In ms since 1970. */
  readonly read: (printed: string) => number;
}

/**
 * A date that does not say its time zone counts in UTC. Where that of this machine is an hour ahead, it may be the line's own stamp: the
 * platform's time is an hour ahead as well.
 */
function withoutZone(printed: string): number {
  return new Date().getTimezoneOffset() === -60 ? Number.NaN : Date.parse(`${printed.replace(',', '.')} UTC`);
}

/** The forms in which programs print a time, each with what it stands for in ms. */
const forms: readonly Form[] = [
  { form: /(?<![\d.,:-])\d{13}(?![\d,:-])/g, plain: 'ms', read: Number },
  { form: /(?<![\d.,:-])\d{10}(?![\d,:-])/g, plain: 's', read: (printed) => Number(printed) * 1000 },
  { form: /\b0x[\da-f]{11}\b/gi, read: Number },
  { form: /(?<![\d.,])\d{1,3}(?:[,._'\u00a0\u202f ]\d{3}){4}(?!\d)/g, read: (printed) => Number(printed.replaceAll(/\D/g, '')) },
  { form: /(?<![\d.])\d\.\d{3,}e\+?1[0-2](?!\d)/gi, read: Number },
  { form: /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)/g, read: (printed) => Date.parse(printed) },
  { form: /\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?![\d:.,+Z-])/g, read: withoutZone },
  { form: /\b[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}/g, read: withoutZone },
  { form: /\b[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT/g, read: (printed) => Date.parse(printed) },
];

/** Whether a line may hold a time in one of these forms. */
export function mayHoldTime(line: string): boolean {
  return forms.some(({ form }) => line.search(form) >= 0);
}

/**
 * The platform's time in what a client printed after it was answered, where no report is that time: in a line that was not read at
 * all, or in a form that is no whole number of digits. Undefined where there is none. The stamps of the response do not count: a client
 * that prints what it received has not calculated anything.
 */
export function unreadTime({ requests, reports, unread }: ClientRun): UnreadTime | undefined {
  const times = requests.flatMap(answeredTimes);
  const isNear = (ms: number, within = nearMs): boolean => times.some((time) => Math.abs(ms - Number(time)) <= within);
  if (reports.some(({ twice }) => twice !== undefined && isNear(Number(twice) / 2))) return undefined;
  const lines = reports.length > 0 ? reports.map(({ line }) => line) : unread;
  for (const line of lines)
    for (const { form, plain, read } of forms) {
      if (plain !== undefined && reports.length > 0) continue;
      for (const { 0: printed, index } of line.matchAll(form)) {
        if (!isNear(read(printed), Math.max(nearMs, lastDigit(printed))) || times.some((time) => String(time) === printed))
          continue;
        const unit = plain ?? 'ms';
        const before = line.slice(0, index).replace(/^.*(?=.{40}$)/, '');
        return { line, printed, unit, pattern: plain === undefined ? undefined : `${escaped(before)}(?<time>\\d+)` };
      }
    }
  return undefined;
}

/** What the last digit of a number in powers of ten counts, in ms; 0 for every other form. */
function lastDigit(printed: string): number {
  const [, fraction = '', power = ''] = /^\d\.(\d+)e\+?(\d+)$/i.exec(printed) ?? [];
  return power === '' ? 0 : 10 ** (Number(power) - fraction.length);
}

/** Both stamps of each response that reached the client. */
function answeredTimes({ responses }: Request): bigint[] {
  return responses.filter(({ unsent }) => !unsent).flatMap((response) => serverTimesOf(response) ?? []);
}

/** What stands before a time, as a pattern: other numbers in it may be others the next time. */
function escaped(text: string): string {
  return text.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`).replaceAll(/\d+/g, String.raw`\d+`);
}

/** How a target file misreads a printed time, and what to change in it, in words. */
export function misreadInWords(unread: UnreadTime, { secrets, result }: Pick<Target, 'secrets' | 'result'>): string {
  const line = printable(conceal(unread.line, secrets), 300);
  if (unread.pattern === undefined)
    return `result: the client prints "${line}", and ${unread.printed} is no whole number of digits: let it print milliseconds or seconds in digits only`;
  const unit = unread.unit === (result?.unit ?? 'ms') ? '' : `, with unit: ${unread.unit}`;
  return `result.log: nothing that the client prints matches it. It prints "${line}", which this would read: ${unread.pattern}${unit}`;
}
