import type { ClientRunner } from './client-runner.ts';

let current: ClientRunner | undefined;

/** Sets the runner that the steps use; undefined when the run is over. */
export function setClientRunner(runner: ClientRunner | undefined): void {
  current = runner;
}

/** The runner of this run; undefined when no client is under test. */
export function runner(): ClientRunner | undefined {
  return current;
}
