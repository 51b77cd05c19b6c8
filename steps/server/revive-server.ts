import type { ServerRun } from '../harness/device/server-run.ts';
import { EnvironmentError } from '../harness/implementation/errors.ts';
import type { Judge } from '../support/world.ts';

/**
 * Starts the server again where an earlier scenario failed because it ended, so that this one can be judged. An end that no scenario has
 * reported yet stays, and the next one that needs the server reports it.
 */
export async function revive(judge: Judge, run: ServerRun): Promise<void> {
  const { started, state } = run;
  if (started.restart === undefined || !state.endReported) return;
  // Several scenarios may find it dead at the same moment.
  state.revival ??= run.restart('SIGKILL').finally(() => {
    state.revival = undefined;
  });
  try {
    await state.revival;
    judge.inform('the server had ended in an earlier scenario, and was started again for this one');
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    judge.inform(`the server had ended in an earlier scenario, and did not start again: ${error.message.split('\n')[0]}`);
  }
}
