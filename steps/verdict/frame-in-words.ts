import type { Failure } from './report.ts';

/** Where Wireshark shows the packet of a failure: "frame 12 of exchange.pcapng". Undefined if no packet was captured. */
export function frameInWords({ capture, message }: Pick<Failure, 'capture' | 'message'>): string | undefined {
  if (capture === undefined) return undefined;
  const which = message === undefined ? ', the last packet before the failure' : '';
  return `frame ${capture.frame} of ${capture.file}${which}`;
}
