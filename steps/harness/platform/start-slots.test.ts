import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as pass } from 'node:timers/promises';
import { StartSlots } from './start-slots.ts';

/** A machine that is busy for a part of its time, and has room for so many clients. */
function machine(busy: number, clients = 100) {
  let all = 0;
  return {
    processors: () => {
      all += 1000;
      return { busy: all * busy, all };
    },
    freeMemory: () => clients * 256 * 1024 * 1024,
  };
}

/** Starts so many clients, each of which takes so long. @returns how many ran at once at most */
async function start(slots: StartSlots, count: number, ms: number): Promise<number> {
  let [running, peak] = [0, 0];
  const one = async (): Promise<void> => {
    running += 1;
    peak = Math.max(peak, running);
    await pass(ms);
    running -= 1;
  };
  await Promise.all(Array.from({ length: count }, () => slots.use(one)));
  return peak;
}

describe('clients that run at once', { timeout: 20_000, concurrency: true }, () => {
  test('are four where they start quickly', async () => {
    assert.equal(await start(new StartSlots(machine(0)), 40, 5), 4);
  });

  test('become more where starts are slow and the machine has room', async () => {
    const slots = new StartSlots(machine(0.2));
    await start(slots, 9, 510);
    assert.ok(slots.limit > 4, `${slots.limit}`);
  });

  test('become fewer on a busy machine, and are as many as it has memory for', async () => {
    const busy = new StartSlots(machine(0.95));
    await start(busy, 9, 510);
    assert.equal(busy.limit, 2);
    assert.equal(await start(new StartSlots(machine(0, 1)), 4, 5), 1);
  });
});
