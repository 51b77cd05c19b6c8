import type { Message } from '../harness/message/message.ts';
import type { Trace } from '../harness/mqtt/trace.ts';
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

let current: Capture | undefined;

/** Sets what keeps the packets of the run; undefined when nothing does. */
export function setCapture(capture: Capture | undefined): void {
  current = capture;
}

/** What keeps the packets of the run; undefined where nothing does. */
export function currentCapture(): Capture | undefined {
  return current;
}
