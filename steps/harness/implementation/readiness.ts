import type { Output } from './output.ts';
import { readPattern } from './pattern.ts';

/**
 * One sign of readiness. Gives undefined as soon as it is seen, and when the wait is given up, or the sign can never come, in
 * words what was seen instead.
 */
export type Sign = (giveUp: AbortSignal) => Promise<string | undefined>;

/** A line of the output that matches. Made before the start, so that no line is missed. */
export function lineSign(output: Output, pattern: string): Sign {
  const expression = readPattern(pattern);
  const seen = new Promise<undefined>((resolve) => {
    const stop = output.listen((line) => {
      if (!expression.matches(line)) return;
      stop();
      resolve(undefined);
    });
  });
  return (giveUp) => Promise.race([seen, abortion(giveUp).then(() => `no line of its output matched /${pattern}/`)]);
}

/**
 * Waits for all signs, one after the other. Gives undefined when all were seen, else in words why not. Without a sign nothing is
 * waited for: a client may be done before anybody looks, one shot is the usual kind.
 *
 * @param end settles when the implementation ends, with how
 */
export async function untilReady(signs: readonly Sign[], end: Promise<string>, withinMs: number): Promise<string | undefined> {
  if (signs.length === 0) return undefined;
  const giveUp = new AbortController();
  const deadline = setTimeout(() => giveUp.abort(), withinMs);
  let ended: string | undefined;
  void end.then((how) => {
    ended = how;
    giveUp.abort();
  });
  try {
    for (const sign of signs) {
      const missing = await sign(giveUp.signal);
      if (ended !== undefined) break;
      if (missing !== undefined) return giveUp.signal.aborted ? `${missing}, within ${withinMs} ms` : missing;
    }
    return ended === undefined ? undefined : `it ended before it was ready: ${ended}`;
  } finally {
    clearTimeout(deadline);
  }
}

/** Settles when the signal is aborted. */
export function abortion(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Settles after a moment, or earlier when the wait is given up: between two looks at something that tells nobody. */
export function nextLook(afterMs: number, giveUp: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      giveUp.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, afterMs);
    giveUp.addEventListener('abort', done, { once: true });
    if (giveUp.aborted) done();
  });
}
