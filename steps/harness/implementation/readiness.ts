import { Deadline } from '../time/deadline.ts';
import type { End } from './end.ts';
import { type Output, utf16Note } from './output.ts';
import { readPattern } from './pattern.ts';

/**
 * Waits for one sign of readiness.
 *
 * @returns undefined as soon as it is seen; in words what was seen instead, when `giveUp` aborts or the sign cannot come
 */
export type Sign = (giveUp: AbortSignal) => Promise<string | undefined>;

/** Ready when a line of the output matches a regular expression. Create it before the start, so that no line is missed. */
export function lineSign(output: Output, pattern: string): Sign {
  const expression = readPattern(pattern);
  const seen = new Promise<undefined>((resolve) => {
    const stop = output.listen((line) => {
      if (!expression.matches(line)) return;
      stop();
      resolve(undefined);
    });
  });
  const missing = (): string => `no line of its output matched /${pattern}/${output.utf16 ? `: ${utf16Note}` : ''}`;
  return (giveUp) => Promise.race([seen, abortion(giveUp).then(() => missing())]);
}

/**
 * Waits for all signs, one after the other. Without a sign it does not wait: a client may ask once and end at once.
 *
 * @param end settles when the implementation ends
 * @returns undefined when all were seen, else in words why not
 */
export async function untilReady(signs: readonly Sign[], end: Promise<End>, withinMs: number): Promise<string | undefined> {
  if (signs.length === 0) return undefined;
  const giveUp = new AbortController();
  using _deadline = new Deadline(withinMs, () => giveUp.abort());
  let ended: string | undefined;
  void end.then((how) => {
    ended = how.words;
    giveUp.abort();
  });
  for (const sign of signs) {
    const missing = await sign(giveUp.signal);
    if (ended !== undefined) break;
    if (missing !== undefined) return giveUp.signal.aborted ? `${missing}, within ${withinMs} ms` : missing;
  }
  return ended === undefined ? undefined : `it ended before it was ready: ${ended}`;
}

/** Settles when the signal is aborted. */
export function abortion(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Waits between two looks at a state that has no events. @returns settles after this time, in ms, or when `giveUp` aborts */
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
