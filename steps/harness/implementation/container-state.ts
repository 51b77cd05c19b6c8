import { constants } from 'node:os';
import { Deadline } from '../time/deadline.ts';
import { type End, endedByItself, exitedWith } from './end.ts';
import type { Engine } from './engine.ts';
import { nextLook, type Sign } from './readiness.ts';

/** Between two looks at a health check, in ms. */
const HEALTH_MS = 100;

/** How long a pod may still be reported as running after its output has ended, in ms. */
const POD_END_MS = 10_000;

/** Between two looks at a pod, in ms. */
const POD_LOOK_MS = 500;

/** A container as dockerode has it. */
export type Container = ReturnType<Engine['docker']['getContainer']>;

/** What the engine says of a container. */
export type Inspection = Awaited<ReturnType<Container['inspect']>>;

/** Asks the engine about a container. Gives undefined, or rejects, when there is none. */
export type Inspect = () => Promise<Inspection | undefined>;

/**
 * How a container ended.
 *
 * @param code its exit code; above 128 the number of a signal plus 128
 */
export async function howContainerEnded(inspect: Inspect, code: number): Promise<End> {
  const state = await stateOf(inspect);
  if (state?.OOMKilled === true) return endedByItself('killed by the kernel: out of memory');
  const signal = Object.entries(constants.signals).find(([, number]) => number === code - 128)?.[0];
  return signal === undefined ? exitedWith(code) : endedByItself(`killed by ${signal} (exit code ${code})`, true);
}

/**
 * Why a pod's output has ended. `finished`: it exited with code 0. `failed`: it failed, or the cluster removed it; the API does not
 * tell the two apart. `running`: it is still reported as running, so the output was cut. `removed`: the suite removed it.
 */
export type PodEnd = 'finished' | 'failed' | 'running' | 'removed';

/**
 * Finds out why a pod's output has ended. Takes 10 s at most: the API learns of a pod's end later than its output shows it.
 *
 * @param removed whether the suite has removed the pod meanwhile
 */
export async function whyPodIsQuiet(inspect: Inspect, removed: () => boolean): Promise<PodEnd> {
  const giveUp = new AbortController();
  using _deadline = new Deadline(POD_END_MS, () => giveUp.abort());
  for (;;) {
    const state = await stateOf(inspect);
    if (removed()) return 'removed';
    if (state === undefined || state.Dead || state.OOMKilled || state.ExitCode !== 0) return 'failed';
    if (!state.Running) return 'finished';
    if (giveUp.signal.aborted) return 'running';
    await nextLook(POD_LOOK_MS, giveUp.signal);
  }
}

/** Ready when the health check of the image succeeds. */
export function healthSign(inspect: Inspect): Sign {
  return async (giveUp) => {
    for (;;) {
      const health = (await inspect())?.State.Health;
      if (health?.Status === 'healthy') return undefined;
      if (health === undefined || health.Status === 'none')
        return 'its image has no health check; remove ready.health, or give it one';
      if (health.Status === 'unhealthy') {
        const { ExitCode: code, Output: output = '' } = health.Log?.at(-1) ?? {};
        return `its health check failed${code === undefined ? '' : ` with code ${code}`}${output.trim() === '' ? ', and printed nothing' : `: ${output.trim()}`}`;
      }
      if (giveUp.aborted) return `its health check says ${health.Status}`;
      await nextLook(HEALTH_MS, giveUp);
    }
  };
}

function stateOf(inspect: Inspect): Promise<Inspection['State'] | undefined> {
  return inspect().then(
    (found) => found?.State,
    () => undefined,
  );
}
