import { availableParallelism, loadavg } from 'node:os';

/**
 * Whether more programs want to run than the machine has processors: then a program may get its turn later than it allows for itself.
 * Decides only what is tried again.
 *
 * @param load how many want to run, over the last minute; 0 where the system does not count them
 */
export function isBusy([load = 0]: readonly number[] = loadavg(), processors = availableParallelism()): boolean {
  return load > processors;
}
