import { cpus } from 'node:os';

/** Processor time of a machine since it was started, in any unit: in which it was busy, and all of it. */
export interface ProcessorTimes {
  readonly busy: number;
  readonly all: number;
}

/** From this part of the processors' time on a machine is so busy that a program may wait for a processor. */
export const full = 0.9;

/** The processor time of this machine until now. It counts in steps of about 10 ms. */
export function processorTimes(): ProcessorTimes {
  const times = cpus().map((cpu) => cpu.times);
  const sum = (of: (one: (typeof times)[number]) => number): number => times.reduce((total, one) => total + of(one), 0);
  const all = sum(({ user, nice, sys, idle, irq }) => user + nice + sys + idle + irq);
  return { busy: all - sum(({ idle }) => idle), all };
}

/** The part of the processors' time in which they were busy, from 0 to 1; 0 where no time passed that can be counted. */
export const busyPart = (before: ProcessorTimes, after: ProcessorTimes): number =>
  (after.busy - before.busy) / Math.max(1, after.all - before.all);
