/** A mistake of a server whose clock stands. */
export const stampsOfStart = 'the timestamps are taken at start or at connection';

/** What a server does that has served before. */
export const noLongerServes = 'the server no longer serves';

/** What a server does that ends while it reads a malformed request. */
export const endsReading = 'an error while the request is read ends the server';

/** A unit that a time is in instead of milliseconds, and by how much its numbers differ from milliseconds. */
export const units = [
  { name: 'seconds', perMs: 0.001 },
  { name: 'microseconds', perMs: 1e3 },
  { name: 'nanoseconds', perMs: 1e6 },
  { name: 'ticks of 100 ns', perMs: 1e4 },
] as const;

/** How near a time must be to the present, in ms, to be recognised in another unit. */
const near = 86_400_000;

/**
 * The unit that a time is in, when it is the present time in another unit than milliseconds.
 *
 * @param now the present in ms since 1970
 */
export function otherUnit(time: bigint, now: number): string | undefined {
  return units.find(({ perMs }) => Math.abs(Number(time) / perMs - now) < near)?.name;
}

/**
 * What a server probably did to come to this time.
 *
 * @param now the present in ms since 1970
 */
export function diagnoseServerTime(time: bigint, now: number): string | undefined {
  const unit = otherUnit(time, now);
  if (unit !== undefined) return `the time is in ${unit}`;
  const off = Number(time) - now;
  const quarters = Math.round(off / 900_000);
  if (quarters !== 0 && Math.abs(quarters) <= 56 && Math.abs(off - quarters * 900_000) < 60_000) {
    return `a time zone is added: the time is ${Math.abs(quarters / 4)} h ${quarters > 0 ? 'ahead of' : 'behind'} UTC`;
  }
  if ([2147483647n, 4294967295n].includes(time) || time / 1000n === 2147483647n) return 'the time is saturated at 32 bits';
  const modulo = 2 ** 32;
  if (Math.abs(off + modulo * 1000) < 60_000) return 'the seconds went through a 32-bit integer';
  const low = ((now % modulo) + modulo) % modulo;
  const wrapped = Number(time) < 0 ? Number(time) + modulo : Number(time);
  if (wrapped < modulo && Math.abs(wrapped - low) < 60_000) return 'the time went through a 32-bit integer';
  if (time === 0n) return 'the time was never set';
  if (time > 0n && time < 30n * 86_400_000n) return "the time counts from the server's start, not from 1970";
  return undefined;
}
