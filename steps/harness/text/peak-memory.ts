import { readFileSync } from 'node:fs';

/**
 * The peak memory of this process, in bytes.
 *
 * `getrusage` includes what the parent process held when it started this one, so on Linux the value comes from /proc.
 */
export function peakMemory(): number {
  return peakMemoryOf('self') ?? process.resourceUsage().maxRSS * 1024;
}

/** The peak memory of a running process, in bytes; undefined when it has ended, or the system is not Linux. */
export function peakMemoryOf(pid: number | 'self'): number | undefined {
  try {
    const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  } catch {
    // It has ended, or this is not Linux.
    return undefined;
  }
}
