import { fillPlaceholders } from '../implementation/fill-placeholders.ts';
import { type Pattern, readPattern } from '../implementation/pattern.ts';
import type { Identity, Target } from '../implementation/target.ts';
import { Json } from '../message/json.ts';
import { now, type Time } from '../time/now.ts';

/** A time that the client says it calculated. */
export interface ReportedTime extends Time {
  /** As it was written. */
  readonly literal: string;
  /** In ms, times two so that half milliseconds are whole; undefined when it is no number. */
  readonly twice: bigint | undefined;
  /** The client's own stamps, where its report holds them. */
  readonly deviceSendTime: bigint | undefined;
  readonly deviceRecvTime: bigint | undefined;
  readonly line: string;
}

/** Where the times that a client calculated are read. */
export interface Reports {
  readonly pattern: Pattern | undefined;
  /** In how many of its units a millisecond is counted twice: 2 for ms, 2000 for s. */
  readonly twicePerUnit: bigint;
  /** The report that a message of the client is, where it reports by messages; undefined for any other message. */
  readonly fromMessage: ((topic: string, payload: Buffer, identity: Identity) => ReportedTime | undefined) | undefined;
}

/** How the target file says that times are reported. */
export function reportsOf({ result }: Target): Reports {
  const twicePerUnit = result?.unit === 's' ? 2000n : 2n;
  if (result?.kind !== 'topic') {
    return { pattern: result === undefined ? undefined : readPattern(result.log), twicePerUnit, fromMessage: undefined };
  }
  return {
    pattern: undefined,
    twicePerUnit,
    fromMessage: (topic, payload, identity) => {
      if (topic !== fillPlaceholders(result.topic, identity)) return undefined;
      const text = payload.toString('utf8');
      return toReport(literalAt(text, result.pointer), {}, text, twicePerUnit, now());
    },
  };
}

/** The report in a line of output that came at this time; undefined when there is none. */
export function readReport(line: string, { pattern, twicePerUnit }: Reports, time: Time = now()): ReportedTime | undefined {
  const groups = pattern?.groups(line);
  const literal = groups?.['time'] ?? '';
  return groups === undefined ? undefined : toReport(literal, groups, line, twicePerUnit, time);
}

/** Undefined for a literal without a digit: words claim no time, as in "NTP time: unknown", "null" or "NaN". */
function toReport(
  literal: string,
  groups: Readonly<Record<string, string>>,
  line: string,
  twicePerUnit: bigint,
  time: Time,
): ReportedTime | undefined {
  if (!/\d/.test(literal)) return undefined;
  const whole = (name: string): bigint | undefined =>
    /^-?\d{1,30}$/.test(groups[name] ?? '') ? BigInt(groups[name] ?? '') : undefined;
  const [deviceSendTime, deviceRecvTime] = [whole('deviceSendTime'), whole('deviceRecvTime')];
  return { ...time, literal, twice: twiceOf(literal, twicePerUnit), deviceSendTime, deviceRecvTime, line };
}

/** A decimal literal in ms, times two, rounded to the half millisecond below. */
function twiceOf(literal: string, twicePerUnit: bigint): bigint | undefined {
  const match = /^\s*(-?)(\d{1,30})(?:\.(\d{1,9}))?\s*$/.exec(literal);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = ''] = match;
  const scaled = BigInt(whole + fraction.padEnd(9, '0')) * twicePerUnit;
  const twice = scaled / 1_000_000_000n;
  return sign === '-' ? -twice : twice;
}

/** The literal at a JSON pointer (RFC 6901), digits as they are written; empty where there is none. */
function literalAt(text: string, pointer: string): string {
  try {
    const json = Json.read(text);
    const literal = json.literals.get(pointer);
    if (literal !== undefined) return literal;
    let { value } = json;
    for (const part of pointer.split('/').slice(1)) {
      const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
      value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
    }
    return typeof value === 'string' ? value : '';
  } catch {
    return '';
  }
}
