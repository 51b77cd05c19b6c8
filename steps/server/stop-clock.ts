import type { ServerRun } from '../harness/device/server-run.ts';

/** Stops the server's clock at a moment in ms since 1970, until the scenario ends. @throws Error when it is not under control */
export function stopClock(run: ServerRun, ms: number): void {
  const { clock } = run;
  if (clock === undefined) throw new Error("the server's clock is not under control");
  // A program that multiplies a fraction of seconds by 1000 would read one millisecond less of a whole one.
  clock.set(ms, 300_000);
  setClockAside(run);
  run.atEnd(() => clock.follow());
}

/** Until the scenario ends, the times that come are not those of the server's clock. */
export function setClockAside({ ledger, atEnd }: ServerRun): void {
  ledger.run.clockAside = true;
  atEnd(() => {
    ledger.run.clockAside = false;
  });
}
