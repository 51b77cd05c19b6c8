/** Ends the process, with a word about where it was, when it has not said for a while that it lives: nothing in it could do that. */
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
