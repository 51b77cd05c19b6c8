import { adviceOn, untilServes } from '../../harness/device/server-readiness.ts';
import type { ServerRun } from '../../harness/device/server-run.ts';
import { EnvironmentError } from '../../harness/implementation/errors.ts';

/**
 * Checks the set-up before the first scenario: TLS, CONNECT, SUBSCRIBE and one exchange, as the first device of the target file. If the
 * server refuses any of it, the target file is wrong, not the implementation. A server that accepts all of it and does not answer passes:
 * the scenarios judge it.
 *
 * @param sinceUs when the implementation was started: if the suite started it, it tries again until `ready.within` has passed
 * @param onDelay called once with what keeps the server from serving, in words
 * @returns whether the server answered
 * @throws EnvironmentError with the member of the target file to change
 */
export async function preflight(run: ServerRun, sinceUs: number, onDelay?: (words: string) => void): Promise<boolean> {
  const { target } = run.started;
  const untilUs = target.start.kind === 'address' ? 0 : sinceUs + target.ready.withinMs * 1000;
  const candidate = run.candidate();
  const { last, letIn } = await untilServes(candidate, {
    measures: true,
    untilUs,
    ...(onDelay === undefined
      ? {}
      : { onDelay: (words) => onDelay(`${words}; the suite tries again until ready.within has passed`) }),
  });
  run.state.answers = last.serves && last.answers;
  run.state.roundTripMs = last.serves ? last.roundTripMs : undefined;
  if (last.serves) return last.answers;
  const fate = await run.state.fate();
  // If the server ended after it had accepted a device, the scenarios report it.
  if (fate !== undefined && letIn) return false;
  const unreached = letIn || fate !== undefined ? undefined : await run.started.unreached?.();
  if (unreached !== undefined) throw new EnvironmentError(`${last.words}; ${unreached.seen}.\n  ${unreached.advice}`);
  if (fate === undefined) throw new EnvironmentError(`${last.words}.\n  ${await adviceOn(candidate, last)}`);
  const output = run.started.output().slice(-10);
  throw new EnvironmentError(
    [
      `${last.words}. The server ${fate}.`,
      '  It accepted no device, so nothing can be judged. Its last lines:',
      ...output.map((line) => `    ${line}`),
    ].join('\n'),
  );
}
