import type { LoadPlan } from './load-document.ts';

/** The plan of a load. */
export type Plan = Omit<LoadPlan, 'schedule'>;

/** When devices send their requests. */
export type ScheduleKind = LoadPlan['schedule'];

export function kindOf({ ratePerSecond, forMs }: Plan): ScheduleKind {
  if (ratePerSecond !== undefined) return 'open';
  return forMs === undefined ? 'once' : 'closed';
}

/** The numbers of the devices of this machine, from 0. */
export function devicesOf({ devices, shard: { number, of } = { number: 1, of: 1 } }: Plan): number[] {
  return Array.from({ length: Math.max(0, Math.ceil((devices - number + 1) / of)) }, (_, index) => number - 1 + index * of);
}

/** The width of the steps in which a report shows a rate over time, in ms: the same on all machines of a plan. */
export function stepMs({ devices, ratePerSecond, forMs }: Plan): number {
  const expected = forMs ?? (ratePerSecond === undefined ? 0 : (devices / ratePerSecond) * 1000);
  return [100, 200, 500, 1000, 2000, 5000, 10_000, 20_000].find((ms) => expected / ms <= 100) ?? 60_000;
}

/** When requests are due: at equal intervals, and never delayed by a late answer. Each of n machines sends every n-th request. */
export class Schedule {
  /** How many requests there are. */
  readonly count: number;
  readonly #firstUs: number;
  readonly #everyUs: number;

  /** @param plan one with a rate; without a duration each device asks once */
  constructor({ devices, ratePerSecond = 1, forMs, shard: { number, of } = { number: 1, of: 1 } }: Plan) {
    const everyUs = 1e6 / ratePerSecond;
    const all = forMs === undefined ? devices : Math.max(1, Math.round((ratePerSecond * forMs) / 1000));
    this.#firstUs = everyUs * (number - 1);
    this.#everyUs = everyUs * of;
    this.count = Math.max(0, Math.ceil((all - number + 1) / of));
  }

  /** When a request is due, in µs after the beginning. @param request from 0 */
  dueUs(request: number): number {
    return this.#firstUs + request * this.#everyUs;
  }

  /** How many requests are due by now. @param us after the beginning */
  dueBy(us: number): number {
    if (us < this.#firstUs) return 0;
    return Math.min(this.count, Math.floor((us - this.#firstUs) / this.#everyUs) + 1);
  }
}
