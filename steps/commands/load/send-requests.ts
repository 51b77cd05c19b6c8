import type { Fleet } from '../../harness/device/fleet.ts';
import { nowUs } from '../../harness/time/now.ts';
import { LoadMeasurements } from './load-measurements.ts';
import { kindOf, type Plan, Schedule, stepMs } from './plan.ts';

/** How many requests are sent before the suite reads answers. */
const burst = 256;

/**
 * Sends the requests of a plan, and waits for the open answers at the end.
 *
 * @param first how many of the devices send requests; all by default
 * @param giveUp when it aborts, nothing more is sent or waited for
 */
export async function sendRequests(
  fleet: Fleet,
  plan: Plan,
  giveUp?: AbortSignal,
  first = fleet.size,
): Promise<LoadMeasurements> {
  const start = nowUs();
  const measurements = new LoadMeasurements(stepMs(plan), start);
  const ask = (device: number, due: number): void => {
    if (fleet.ask(device, due)) measurements.asked(due, nowUs());
  };
  fleet.onAnswer = (answer) => measurements.answered(answer);
  const kind = kindOf(plan);
  if (kind === 'once') for (let device = 0; device < first; device += 1) ask(device, start);
  else if (kind === 'open') await openLoop(fleet, new Schedule(plan), first, { start, ask }, giveUp);
  else {
    const end = start + (plan.forMs ?? 0) * 1000;
    fleet.onAnswer = (answer) => {
      measurements.answered(answer);
      const { device, at } = answer;
      if (at < end && giveUp?.aborted !== true) ask(device, at);
    };
    for (let device = 0; device < first; device += 1) ask(device, start);
  }
  await fleet.settle(giveUp);
  fleet.onAnswer = () => {};
  return measurements;
}

interface Asking {
  /** Monotonic time in µs. */
  readonly start: number;
  readonly ask: (device: number, due: number) => void;
}

/**
 * Sends each request when it is due, regardless of earlier answers. A late request is sent at once; its latency counts from when it was
 * due. If all connections have ended, the rest counts as unsent.
 */
async function openLoop(
  fleet: Fleet,
  schedule: Schedule,
  first: number,
  { start, ask }: Asking,
  giveUp: AbortSignal | undefined,
): Promise<void> {
  const { promise: over, resolve } = Promise.withResolvers<void>();
  let sent = 0;
  let timer: NodeJS.Timeout | undefined;
  const send = (): void => {
    const due = schedule.dueBy(nowUs() - start);
    for (const end = Math.min(due, sent + burst); sent < end; sent += 1) ask(sent % first, start + schedule.dueUs(sent));
    if (sent >= schedule.count || giveUp?.aborted === true || fleet.connected === 0) resolve();
    else if (sent < due) setImmediate(send);
    else timer = setTimeout(send, Math.max(0, (start + schedule.dueUs(sent) - nowUs()) / 1000));
  };
  giveUp?.addEventListener('abort', () => resolve(), { once: true });
  send();
  await over;
  clearTimeout(timer);
  if (giveUp?.aborted !== true) fleet.counts.unsent += schedule.count - sent;
}
