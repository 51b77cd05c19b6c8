import { uptime } from 'node:os';

/** A deviceSendTime, and when it was seen. */
export interface SeenStamp {
  readonly time: bigint;
  /** When the request came: wall time in ms, monotonic time in µs. */
  readonly wallMs: number;
  readonly atUs: number;
  /** How long the client had been running, in ms. */
  readonly ageMs: number;
  /** The controlled clock, where there is one, in ms. */
  readonly clockMs?: number;
}

/** What a client's stamps count, and what they follow, in words. */
export interface StampUnit {
  readonly name: 'milliseconds' | 'seconds' | 'microseconds' | 'nanoseconds' | 'no known unit';
  readonly follows: string;
  /** The clock that they were seen to follow. */
  readonly clock: 'wall' | 'uptime' | 'none';
}

const units = [
  { name: 'milliseconds', perMs: 1 },
  { name: 'seconds', perMs: 0.001 },
  { name: 'microseconds', perMs: 1e3 },
  { name: 'nanoseconds', perMs: 1e6 },
] as const;

/** How far a stamp may be from what it follows, in ms: a clock may be set wrongly by a day and still be a clock of this unit. */
const near = 86_400_000;
/** The same for the machine's uptime, which nobody sets, in ms. */
const nearUptime = 5_000;

/** The unit of a client's stamps, by what they follow. */
export function stampUnit(stamps: readonly SeenStamp[]): StampUnit {
  const [first, second] = stamps;
  if (first === undefined) return { name: 'no known unit', follows: 'was never seen', clock: 'none' };
  const inMs = (time: bigint, perMs: number): number => Number(time) / perMs;
  const follows = (clock: (stamp: SeenStamp) => number, within: number) =>
    units.find(({ perMs }) => stamps.every((stamp) => Math.abs(inMs(stamp.time, perMs) - clock(stamp)) < within));
  const wall = follows((stamp) => stamp.clockMs ?? stamp.wallMs, near);
  if (wall !== undefined) return { name: wall.name, follows: `follows the wall clock, in ${wall.name}`, clock: 'wall' };
  const up = follows((stamp) => uptimeAt(stamp.wallMs), nearUptime);
  if (up !== undefined) return { name: up.name, follows: `follows the machine's uptime, in ${up.name}`, clock: 'uptime' };
  // Another epoch: how far two stamps are apart tells the unit, when both come from one clock that ran on between the two starts.
  if (second !== undefined && second.time > first.time) {
    const passed = (second.atUs - first.atUs) / 1000;
    const rate = Number(second.time - first.time) / passed;
    const unit = units.find(({ perMs }) => rate > perMs * 0.5 && rate < perMs * 2);
    if (unit !== undefined) return { name: unit.name, follows: `moves on with real time, in ${unit.name}`, clock: 'none' };
  }
  if (countsFromStart(stamps))
    return {
      name: 'milliseconds',
      follows: "does not exceed the program's age in ms: it counts from the program's start",
      clock: 'none',
    };
  return unitOfAge(stamps);
}

/** True when no stamp exceeds the age of its program in ms, as far as a clock that counts from the program's start can be told. */
export function countsFromStart(stamps: readonly SeenStamp[]): boolean {
  return stamps.every(({ time, ageMs }) => time >= 0n && Number(time) <= ageMs + 1);
}

function unitOfAge(stamps: readonly SeenStamp[]): StampUnit {
  const unit = units.find(
    ({ name, perMs }) =>
      name !== 'seconds' && stamps.every(({ time, ageMs }) => Number(time) / perMs <= ageMs && Number(time) / perMs > ageMs / 20),
  );
  return {
    name: unit?.name ?? 'no known unit',
    follows: unit === undefined ? 'follows no clock that the suite knows' : `counts from the program's start, in ${unit.name}`,
    clock: 'none',
  };
}

/** The machine's uptime at a wall time, in ms. */
function uptimeAt(wallMs: number): number {
  return uptime() * 1000 - (Date.now() - wallMs);
}
