import type { Exchange } from '../harness/message/exchange.ts';
import type { ServerWorld } from './server-scenario.ts';

/** The members that hold the server's times. */
export const stamps = ['serverRecvTime', 'serverSendTime'] as const;

/** A time of the server, or a failure for one that cannot be read. */
export function timeOf(world: ServerWorld, { response }: Exchange, name: (typeof stamps)[number]): bigint {
  const time = response[name]?.number;
  if (time !== undefined) return time;
  return world.fail({
    expected: `${name} in decimal digits`,
    received: response.payload.text,
    at: [response, response[name] === undefined ? 'payload' : `/${name}`],
  });
}

/**
 * How far a stamp may be from the moment that it tells, in ms: so much, or one step of the server's clock where it has steps, and the
 * millisecond that is cut off.
 */
export function toWithin(world: ServerWorld, ms: number): number {
  const { step } = world.scenario.serverRun.ledger.run.clockResolution;
  return step > 1 ? Math.max(ms, step + 1) : ms;
}
