import type { StartedTarget } from './target.ts';

/** How long after its connections the end of a server may come to light, in ms. */
const endWithinMs = 300;

/** Waits for something to settle, and no longer than this, in ms. What it settles with is left to others. */
export async function withinTime(promise: Promise<unknown>, deadlineMs: number): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, deadlineMs);
  await Promise.race([promise, late]);
  clearTimeout(timer);
}

/** Gives the end of a server time to come to light: its connections are seen to end before the process that held them. */
export function lateEnd({ end }: Pick<StartedTarget, 'end'>): Promise<void> {
  return withinTime(end, endWithinMs);
}
