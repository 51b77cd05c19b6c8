import type { ServerRun } from './server-run.ts';

let current: ServerRun | undefined;

/** Sets the run that the steps work in; undefined when it is over. */
export function setServerRun(serverRun: ServerRun | undefined): void {
  current = serverRun;
}

/** The run that the steps work in. @throws Error when nothing was started */
export function serverRun(): ServerRun {
  if (current === undefined)
    throw new Error(
      'no implementation under test was started: run "npm run conformance -- run TARGET", or "npx cucumber-js" in a checkout',
    );
  return current;
}
