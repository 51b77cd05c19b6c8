import type { ServerLanes } from '../harness/device/server-lanes.ts';
import type { Message } from '../harness/message/message.ts';
import type { Trace } from '../harness/mqtt/trace.ts';
import type { ClientRunner } from '../harness/platform/client-runner.ts';
import type { FrameInCapture } from '../verdict/report.ts';

/** What keeps the packets of scenarios in a file. */
export interface Capture {
  /** Whether it keeps the packets of all scenarios, and not only those of failures. */
  readonly all: boolean;
  /**
   * Keeps the packets that it has not kept before. Never throws.
   *
   * @param scenario in words
   * @param message the one at fault
   * @returns where the message at fault is, or the last packet where there is none; undefined where there is no packet
   */
  take(scenario: string, traces: readonly Trace[], message?: Pick<Message, 'payload'>): FrameInCapture | undefined;
}

/** What the steps of the present run work with. Cucumber creates the World of each scenario itself, so that the run cannot hand it over. */
export const currentRun: {
  /** The lanes in front of the server under test. */
  serverLanes?: ServerLanes | undefined;
  /** What starts the client under test. */
  clientRunner?: ClientRunner | undefined;
  /** What keeps the packets. */
  capture?: Capture | undefined;
} = {};

/** The lanes in front of the server under test. @throws Error when nothing was started */
export function serverLanes(): ServerLanes {
  if (currentRun.serverLanes !== undefined) return currentRun.serverLanes;
  throw new Error(
    'no implementation under test was started: run "npm run conformance -- run TARGET", or "npx cucumber-js" in a checkout',
  );
}
