import { readFileSync } from 'node:fs';

/**
 * The most memory that this process has held at once, in bytes.
 *
 * What `getrusage` says is never less than what the process that started this one held at that moment: the kernel hands it on. So Linux
 * is asked for the peak of the program itself.
 */
export function peakMemory(): number {
  return peakMemoryOf('self') ?? process.resourceUsage().maxRSS * 1024;
}

/** The same of a process that lives, by its id; undefined where nobody tells. */
export function peakMemoryOf(pid: number | 'self'): number | undefined {
  try {
    const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  } catch {
    // It has ended, or this is not Linux.
    return undefined;
  }
}
