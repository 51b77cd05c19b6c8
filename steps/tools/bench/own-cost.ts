/** Preloaded into a program whose cost is asked for: writes processor time in ms and the peak of its memory in bytes to file descriptor 3 when it ends. */
import { writeSync } from 'node:fs';
import { peakMemory } from '../../harness/text/peak-memory.ts';

process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  writeSync(3, `${(user + system) / 1000} ${peakMemory()}`);
});
