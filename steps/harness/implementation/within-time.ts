import { Deadline } from '../time/deadline.ts';
import type { StartedTarget } from './target.ts';

/** How much later than the end of its connections the end of a server may be seen, in ms. */
const endWithinMs = 300;

/** Waits until a promise settles, for a limited time, in ms. @throws what the promise rejects with */
export async function withinTime(promise: Promise<unknown>, deadlineMs: number): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  using _deadline = new Deadline(deadlineMs, resolve);
  await Promise.race([promise, late]);
}

/** Waits 300 ms at most for the end of a server: the suite sees its connections end before its process. */
export function lateEnd({ end }: Pick<StartedTarget, 'end'>): Promise<void> {
  return withinTime(end, endWithinMs);
}
