import { inspect } from 'node:util';
import { EnvironmentError } from '../../harness/implementation/errors.ts';
import { SuiteFault } from '../../harness/text/suite-fault.ts';

/** Describes what broke outside the scenarios while the suite played the platform: the environment, or the suite itself. */
export function faultInWords(fault: unknown): string {
  if (fault instanceof SuiteFault || fault instanceof EnvironmentError) return fault.message;
  return `the suite is at fault: ${fault instanceof Error ? fault.message : inspect(fault)}`;
}
