import { readFileSync } from 'node:fs';

/**
 * The most memory that this process has held at once, in bytes.
 *
 * What `getrusage` says is never less than what the process that started this one held at that moment: the kernel hands it on. So Linux
 * is asked for the peak of the program itself.
 */
export function peakMemory(): number {
  try {
    const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    if (kibibytes !== undefined) return Number(kibibytes) * 1024;
  } catch {
    // Not Linux.
  }
  return process.resourceUsage().maxRSS * 1024;
}
