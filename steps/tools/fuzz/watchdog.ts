/** Ends the process, and prints its place, if it gives no sign of life for a while. A hanging process cannot do that itself. */
import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';

const { beat, limitMs, place } = workerData as { beat: Int32Array; limitMs: number; place: string };
let last = -1;
setInterval(() => {
  const now = Atomics.load(beat, 0);
  if (now === last) {
    writeSync(2, `fuzz: hung for ${limitMs} ms after ${now} cases of ${place}\n`);
    process.kill(process.pid, 'SIGKILL');
  }
  last = now;
}, limitMs);
