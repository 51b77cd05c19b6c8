import type { Exchange } from '../message/exchange.ts';
import { wallMsAt } from '../time/now.ts';

/** What the server's clock shows, compared with the suite's: server time = suite time + offset, all in ms. */
export interface ServerTime {
  readonly offset: number;
  /** Half the width of the interval in which the offset lies, in ms. */
  readonly uncertainty: number;
}

/**
 * Estimates the server's clock from some exchanges. Each one bounds the offset on both sides, since the server received after the
 * device sent, and sent before the device received; the intervals are intersected.
 *
 * @param step how coarse the server's stamps are, in ms: they may be that much behind
 * @returns undefined when no exchange holds both stamps
 */
export function estimateServerTime(exchanges: readonly Exchange[], step: number): ServerTime | undefined {
  let low = Number.NEGATIVE_INFINITY;
  let high = Number.POSITIVE_INFINITY;
  for (const { request, response } of exchanges) {
    const received = response.serverRecvTime?.number;
    const sent = response.serverSendTime?.number;
    if (received === undefined || sent === undefined) continue;
    low = Math.max(low, Number(sent) - wallMsAt(response.message.at));
    high = Math.min(high, Number(received) + step - wallMsAt(request.at));
  }
  if (!Number.isFinite(low) || !Number.isFinite(high)) return undefined;
  return { offset: (low + high) / 2, uncertainty: Math.abs(high - low) / 2 };
}

/** How long the server claims to have taken, in ms; undefined without both stamps. */
export function claimedProcessing({ response }: Exchange): number | undefined {
  const { serverRecvTime, serverSendTime } = response;
  if (serverRecvTime?.number === undefined || serverSendTime?.number === undefined) return undefined;
  return Number(serverSendTime.number - serverRecvTime.number);
}
