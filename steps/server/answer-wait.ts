import type { ServerRun } from '../harness/device/server-run.ts';
import type { Request } from '../harness/message/exchange.ts';
import { topicOf } from '../harness/message/ntp-topics.ts';
import type { Requirement } from '../requirements/requirement.ts';

/** How long to wait for an answer, in ms, and which silence it would be if none came. */
export interface AnswerWait {
  readonly kind: string;
  readonly within: number;
}

/**
 * How long to wait for the answer to a request. A silence in one scenario shortens the waits of later ones:
 * - in a scenario of a MUST, for the same type and device; of the first device, for the same type of all devices
 * - in a scenario of a SHOULD, which a correct server may break, only for the same requirement
 */
export function answerWait(
  { patience, devices }: ServerRun,
  { id, level }: Pick<Requirement, 'id' | 'level'>,
  { timestamp, responseTopic }: Pick<Request, 'timestamp' | 'responseTopic'>,
  deadline: number,
): AnswerWait {
  const type = timestamp?.type ?? 'Long';
  const common = `no ${type}`;
  // Which device is the first one changes with the lane, and where the devices of the target file take turns.
  const own = responseTopic === topicOf(devices.first, 'response') ? common : `no ${type} on ${responseTopic}`;
  const kind = level === 'must' ? own : id;
  return { kind, within: Math.min(...[kind, own, common].map((silence) => patience.within(silence, deadline))) };
}
