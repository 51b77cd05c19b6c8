import type { Request, Response } from '../message/exchange.ts';
import { Trace } from '../mqtt/trace.ts';

/** A mistake that showed after its scenario had ended, or that its scenario does not judge. */
export interface LateMistake {
  /** Id of the requirement that forbids it, where a scenario said so. */
  readonly requirement?: string;
  /** What it shows else: as some Rule lists it under "Usual mistakes:". */
  readonly mistake?: string;
  /** True where a failure of what its requirement depends on explains it. */
  readonly explained?: true;
  readonly place: string;
  readonly expected: string;
  readonly received: string;
  /** The packets that show it, one line each. */
  readonly trace: readonly string[];
}

/** The most late mistakes that are kept; one is enough to fail a requirement. */
export const mostLateMistakes = 100;

/** A request and what came for it, as packets: the record of its scenario is gone when something comes late. */
export function linesOf(request: Request | undefined, response?: Response): string[] {
  const trace = new Trace();
  const responses = new Set([...(request?.responses ?? []), ...(response === undefined ? [] : [response])]);
  for (const { message, direction } of [
    ...(request === undefined ? [] : [{ message: request.message, direction: 'sent' as const }]),
    ...[...responses].map(({ message }) => ({ message, direction: 'received' as const })),
  ]) {
    const { atUs, wallMs, topic, payload, qos, retain, dup } = message;
    trace.record({ atUs, wallMs, direction, packet: { cmd: 'publish', topic, payload, qos, retain, dup }, bytes: payload });
  }
  return trace.lines();
}
