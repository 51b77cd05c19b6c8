import { uptime } from 'node:os';

/** A deviceSendTime, and when it was seen. */
export interface SeenStamp {
  readonly time: bigint;
  /** When the request came: wall time in ms, monotonic time in µs. */
  readonly wallMs: number;
  readonly atUs: number;
  /** The number of the client's start. */
  readonly start: number;
  /** How long the client had been running, and how long ago the platform had taken its first connection, in ms. */
  readonly ageMs: number;
  readonly connectedMs: number;
  /** How long the platform withheld its CONNACK, in ms. */
  readonly withheldMs: number;
  /** The last time that the client had calculated before, to which it may have set its clock: in ms, and when it was reported. */
  readonly calculated?: { readonly timeMs: bigint; readonly atUs: number; readonly coarse: boolean };
}

/** How far a clock moved between two stamps, in its own unit, and how much time passed on it meanwhile, in ms. */
export interface Growth {
  readonly grown: bigint;
  readonly passedMs: number;
  /** Where the clock was set to a time in ms, or began anew: it then cannot show more than what passed. */
  readonly since?: 'it was set' | 'it began anew';
}

/** Units that a stamp may count. */
export type StampUnit = (typeof units)[number]['name'];

const units = [
  { name: 'milliseconds', perMs: 1 },
  { name: 'seconds', perMs: 0.001 },
  { name: 'microseconds', perMs: 1e3 },
  { name: 'nanoseconds', perMs: 1e6 },
] as const;

/**
 * A stamp follows the clock of the suite where it is no further from it than this, in ms: a clock may be set wrongly by a day. The Rules
 * say so.
 */
const near = 86_400_000;
/**
 * The same for the machine's uptime, which cannot be set, and for a clock that is known to be that of this machine, in ms. The Rules say
 * so.
 */
const nearby = 5_000;

/**
 * How a client's clock may have moved from one of its stamps to a later one. Between two starts it ran on, or began anew with the program.
 * Within one start it ran on, or the client set it to the time that it had calculated.
 */
export function growthsOf(from: SeenStamp, to: SeenStamp): readonly [Growth, ...Growth[]] {
  const ranOn = { grown: to.time - from.time, passedMs: (to.atUs - from.atUs) / 1000 };
  if (from.start !== to.start) {
    // One that is the clock of this machine did not begin anew.
    if (followed([from], nearby)?.name === 'milliseconds') return [ranOn];
    return [ranOn, { grown: ranOn.grown, passedMs: to.connectedMs - from.connectedMs, since: 'it began anew' }];
  }
  const { calculated } = to;
  if (calculated === undefined) return [ranOn];
  const set = { grown: to.time - calculated.timeMs, passedMs: (to.atUs - calculated.atUs) / 1000, since: 'it was set' } as const;
  // A time in whole seconds is up to 1 s behind: half of that is taken off.
  return calculated.coarse ? [ranOn, set, { ...set, grown: set.grown - 500n }] : [ranOn, set];
}

/** Whether a clock counts so many milliseconds in each millisecond that passes. */
export function growsBy({ grown, passedMs }: Growth, [least, most]: readonly [number, number]): boolean {
  const rate = Number(grown) / passedMs;
  return rate >= least && rate <= most;
}

/**
 * Whether a stamp is as new as the one before it, or at most so many milliseconds older. A stamp that is far before the other one says
 * nothing about its age: it has another unit.
 */
export function isFresh(growths: readonly [Growth, ...Growth[]], mostOlderMs: number): boolean {
  const [ranOn] = growths;
  const setBack = Number(ranOn.grown) < -ranOn.passedMs;
  const olderMs = ({ grown, passedMs }: Growth, perMs = 1): number => passedMs - Number(grown) / perMs;
  const isNew = (growth: Growth): boolean => {
    if (growth.since === undefined) return olderMs(growth) <= mostOlderMs;
    const possible = growth.since === 'it was set' ? units.slice(0, 1) : units;
    return possible.some(({ name, perMs }) => name !== 'seconds' && Math.abs(olderMs(growth, perMs)) <= mostOlderMs);
  };
  return setBack || growths.some((growth) => isNew(growth) || countsSeconds(growth));
}

/** Whether a client asked before the platform had accepted its connection. */
export const isHasty = ({ connectedMs, withheldMs }: SeenStamp): boolean => connectedMs < withheldMs;

/**
 * Whether two starts do not show if the client waited for the CONNACK: the start without a wait took at least half as long to ask, because
 * the machine was busy.
 */
export const isBlurred = (from: SeenStamp, to: SeenStamp): boolean =>
  from.start !== to.start && !isHasty(to) && to.connectedMs - from.connectedMs < to.withheldMs / 2;

/**
 * Whether the clock of a client that begins it with each start may have grown by so many ms between its first requests. It begins at any
 * moment between the program's start and its connection, and not at the same one in each start: a busy machine takes long to start it.
 */
export function mayHaveGrown(from: SeenStamp, to: SeenStamp, [least, most]: readonly [number, number]): boolean {
  if (from.start === to.start || isHasty(to) || !countsFromStart([from, to])) return false;
  return most >= to.connectedMs - from.ageMs && least <= to.ageMs - from.connectedMs;
}

/** How old a stamp was when its request came, in ms; undefined where it does not follow the wall clock of this machine. */
export function ageOf(stamp: SeenStamp): number | undefined {
  const { name, clock } = followed([stamp], nearby) ?? {};
  return name === 'milliseconds' && clock === 'the wall clock' ? stamp.wallMs - Number(stamp.time) : undefined;
}

const countsSeconds = ({ grown, passedMs }: Growth): boolean => grown >= 1n && Math.abs(Number(grown) * 1000 - passedMs) <= 1000;

/** The clock that stamps are near to, and the unit in which they are; undefined where they follow none that the suite knows. */
export function followed(
  stamps: readonly SeenStamp[],
  within = near,
): { readonly name: StampUnit; readonly clock: string } | undefined {
  const follows = (clock: (stamp: SeenStamp) => number, most: number) =>
    units.find(({ perMs }) => stamps.every((stamp) => Math.abs(Number(stamp.time) / perMs - clock(stamp)) < most));
  const wall = follows(({ wallMs }) => wallMs, within);
  if (wall !== undefined) return { name: wall.name, clock: 'the wall clock' };
  const up = follows(({ wallMs }) => uptimeAt(wallMs), nearby);
  return up === undefined ? undefined : { name: up.name, clock: "the machine's uptime" };
}

/** The unit that fits a growth; undefined where none does. */
export function unitOf(growths: readonly Growth[]): StampUnit | undefined {
  const fits = ({ grown, passedMs }: Growth, perMs: number): boolean => {
    const rate = Number(grown) / passedMs;
    return rate > perMs * 0.5 && rate < perMs * 2;
  };
  const exact = units.find(({ perMs }) => growths.some((growth) => fits(growth, perMs)));
  return exact?.name ?? (growths.some(countsSeconds) ? 'seconds' : undefined);
}

/** By how much stamps in ticks of a clock grow in each ms, between two starts and in one: at least and at most. The Rule says so. */
const ticksPerMs = { betweenStarts: [0.08, 0.5], inOneStart: [0.001, 0.5] } as const;

/** By what factor the growth of such stamps may differ in one start. The Rule says so. */
const mostUneven = 1.25;

/**
 * The unit of stamps that fall behind milliseconds evenly, so that they are not old: whole seconds, or ticks of a clock. Undefined where
 * they do not.
 *
 * @param stamps of one start, or one stamp of each of two starts, in order
 */
export function slowUnitOf(stamps: readonly SeenStamp[]): 'seconds' | 'clock ticks' | undefined {
  const [first, ...others] = stamps;
  const last = others.at(-1);
  if (first === undefined || last === undefined) return undefined;
  if (first.start !== last.start)
    return growthsOf(first, last).some((growth) => growsBy(growth, ticksPerMs.betweenStarts)) ? 'clock ticks' : undefined;
  const passedMs = (from: SeenStamp, to: SeenStamp): number => (to.atUs - from.atUs) / 1000;
  const inSeconds = others.every((to) => Math.abs(Number(to.time - first.time) * 1000 - passedMs(first, to)) <= 1000);
  if (last.time > first.time && inSeconds) return 'seconds';
  const rates = others.map((to, index) => Number(to.time - (stamps[index]?.time ?? 0n)) / passedMs(stamps[index] ?? first, to));
  const [least, most] = ticksPerMs.inOneStart;
  const even = Math.max(...rates) <= mostUneven * Math.min(...rates);
  return rates.length > 1 && even && rates.every((rate) => rate > least && rate < most) ? 'clock ticks' : undefined;
}

/** True when no stamp exceeds the age of its program in ms, as far as a clock that counts from the program's start can be told. */
export function countsFromStart(stamps: readonly SeenStamp[]): boolean {
  return stamps.every(({ time, ageMs }) => time >= 0n && Number(time) <= ageMs + 1);
}

/** The machine's uptime at a wall time, in ms. */
function uptimeAt(wallMs: number): number {
  return uptime() * 1000 - (Date.now() - wallMs);
}
