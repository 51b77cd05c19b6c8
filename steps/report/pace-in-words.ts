import { counted } from '../harness/text/counted.ts';
import type { Report } from '../verdict/report.ts';

/** "round trip 203 ms, 8 scenarios at once"; empty if it is unknown. */
export function paceInWords(pace: Report['pace']): string {
  if (pace === undefined) return '';
  const { roundTripMs, lanes } = pace;
  const trip = `round trip ${roundTripMs < 10 ? roundTripMs.toFixed(1) : roundTripMs.toFixed(0)} ms`;
  return `${trip}, ${counted(lanes, 'scenario')} at once`;
}
