import type { ServerRun } from '../harness/device/server-run.ts';
import { EnvironmentError } from '../harness/implementation/errors.ts';
import type { Judge } from '../support/world.ts';

/**
 * Starts the server again where it had ended in an earlier scenario and was blamed for that: what it does in this one is then seen as
 * well. One that ended unseen stays so, and is blamed by whoever wants to be served next.
 */
export async function revive(judge: Judge, run: ServerRun): Promise<void> {
  const { started, state } = run;
  if (started.restart === undefined || !state.deathBlamed) return;
  // Several scenarios may find it dead at the same moment.
  state.revival ??= run.restart('SIGKILL').finally(() => {
    state.revival = undefined;
  });
  try {
    await state.revival;
    judge.inform('the server had ended in an earlier scenario, and was started again for this one');
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
  }
}
