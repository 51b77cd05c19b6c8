import { readFileSync } from 'node:fs';

/** Linux counts in hundredths of a second, on any clock of the kernel (proc(5): sysconf(_SC_CLK_TCK)). */
const ticksPerSecond = 100;

/**
 * What this process has used of its processors, with all its children that have ended and theirs, in s: unlike the time that went by it
 * does not depend on what else the machine does. Undefined where the system does not tell it.
 */
export function cpuSeconds(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const stat = readFileSync('/proc/self/stat', 'utf8');
  // the name stands in parentheses, and may hold anything; utime, stime, cutime and cstime (proc(5)) are fields 11 to 14 after it
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / ticksPerSecond;
}
