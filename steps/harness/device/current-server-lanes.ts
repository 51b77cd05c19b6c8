import type { ServerLanes } from './server-lanes.ts';

let current: ServerLanes | undefined;

/** Sets the lanes that the steps work in; undefined when the run is over. */
export function setServerLanes(lanes: ServerLanes | undefined): void {
  current = lanes;
}

/** The lanes that the steps work in. @throws Error when nothing was started */
export function serverLanes(): ServerLanes {
  if (current === undefined)
    throw new Error(
      'no implementation under test was started: run "npm run conformance -- run TARGET", or "npx cucumber-js" in a checkout',
    );
  return current;
}
