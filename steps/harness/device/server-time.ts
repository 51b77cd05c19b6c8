import { type Exchange, serverTimesOf } from '../message/exchange.ts';
import { wallMsAt } from '../time/now.ts';

/** What the server's clock shows, compared with the suite's: server time = suite time + offset, all in ms. */
export interface ServerTime {
  readonly offset: number;
  /** Half the width of the interval in which the offset lies, in ms. */
  readonly uncertainty: number;
  /** By how much two of the exchanges contradict each other, in ms: no clock has shown the times of both. */
  readonly contradiction: number;
  /** The resolution of the server's times, in ms: they may be that much behind. */
  readonly step: number;
}

/**
 * Estimates the server's clock from some exchanges. Each one bounds the offset on both sides, since the server received after the
 * device sent, and sent before the device received; the intervals are intersected.
 *
 * @param step as {@link ServerTime.step}
 * @returns undefined when no exchange holds both times
 */
export function estimateServerTime(exchanges: readonly Exchange[], step: number): ServerTime | undefined {
  let low = Number.NEGATIVE_INFINITY;
  let high = Number.POSITIVE_INFINITY;
  for (const { request, response } of exchanges) {
    const times = serverTimesOf(response);
    if (times === undefined) continue;
    const [received, sent] = times;
    low = Math.max(low, Number(sent) - wallMsAt(response.message.atUs));
    high = Math.min(high, Number(received) + step - wallMsAt(request.message.atUs));
  }
  if (!Number.isFinite(low) || !Number.isFinite(high)) return undefined;
  return { offset: (low + high) / 2, uncertainty: Math.abs(high - low) / 2, contradiction: Math.max(0, low - high), step };
}

/** How long the server claims to have taken, in ms; undefined without both times. */
export function claimedProcessing({ response }: Exchange): number | undefined {
  const times = serverTimesOf(response);
  return times === undefined ? undefined : Number(times[1] - times[0]);
}
