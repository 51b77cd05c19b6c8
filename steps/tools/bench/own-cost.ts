/** Preloaded into a measured program. At the end, it writes processor time in ms and peak memory in bytes to file descriptor 3. */
import { writeSync } from 'node:fs';
import { peakMemory } from '../../harness/text/peak-memory.ts';

process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  writeSync(3, `${(user + system) / 1000} ${peakMemory()}`);
});
