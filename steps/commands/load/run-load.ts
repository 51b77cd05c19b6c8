import { Fleet } from '../../harness/device/fleet.ts';
import { requireTls } from '../../harness/device/tls.ts';
import type { StartedTarget } from '../../harness/implementation/target.ts';
import { nowUs } from '../../harness/time/now.ts';
import { fleetOptions, identitiesOf } from './devices.ts';
import { type Measured, measuredBy, memoryOf, nothingMeasured } from './load-report.ts';
import type { Plan } from './plan.ts';
import { sendRequests } from './send-requests.ts';

/** Is called as a load makes progress. */
export interface LoadProgress {
  /** All devices are connected. */
  connected(devices: number, ms: number): void;
}

/**
 * Connects the devices of a plan to a started server, and sends their requests. At the end, each device sends one more.
 *
 * @param giveUp when it aborts, the load ends, and returns its measurements so far
 * @throws EnvironmentError when this machine cannot make the load, or the server's certificate is not trusted
 * @throws NotLetIn when the server refuses a device
 */
export async function runLoad(started: StartedTarget, plan: Plan, telling: LoadProgress, giveUp: AbortSignal): Promise<Measured> {
  const options = fleetOptions(started);
  await requireTls(options.address, started.target.responseDeadlineMs);
  const identities = identitiesOf(started.target, plan);
  const before = process.memoryUsage.rss();
  const start = nowUs();
  await using fleet = await Fleet.gather(identities, options, giveUp);
  const { connected, counts, faults } = fleet;
  telling.connected(connected, (nowUs() - start) / 1000);
  if (giveUp.aborted) return { ...nothingMeasured(plan), connected, memory: memoryOf(connected, before) };
  const began = new Date().toISOString();
  const measurements = await sendRequests(fleet, plan, giveUp);
  const { asked, unsent, answered, lost } = counts;
  const { open } = fleet;
  const memory = memoryOf(connected, before);
  if (!giveUp.aborted) await askOnceMore(fleet, giveUp);
  const more = fleet.faultCount - faults.length;
  return {
    connected,
    counts: { ...counts, asked, unsent, answered, lost, open },
    // An interrupted last round proves nothing.
    afterwards: giveUp.aborted
      ? { asked: 0, answered: 0 }
      : { asked: counts.asked - asked, answered: counts.answered - answered },
    began,
    ...measuredBy(measurements),
    memory,
    faults: more > 0 ? [...faults, `and ${more} more`] : faults,
  };
}

/** Sends one more request of each device: a duplicate answer arrives before the answer to this request. */
async function askOnceMore(fleet: Fleet, giveUp: AbortSignal): Promise<void> {
  const now = nowUs();
  for (let device = 0; device < fleet.size; device += 1) if (fleet.isReady(device)) fleet.ask(device, now);
  await fleet.settle(giveUp);
}
