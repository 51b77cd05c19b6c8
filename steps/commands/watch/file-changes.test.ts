import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FileChanges } from './file-changes.ts';

const never = new AbortController().signal;

/** Lets all pending callbacks run. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
}

describe('changes', () => {
  test('are reported together, each once, when there are no more', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const changes = new FileChanges();
    const told: (readonly string[])[] = [];
    void changes.next(never).then((what) => told.push(what));
    changes.note('a');
    context.mock.timers.tick(200);
    changes.note('b');
    changes.note('a');
    context.mock.timers.tick(299);
    await settled();
    assert.deepEqual(told, []);
    context.mock.timers.tick(1);
    await settled();
    assert.deepEqual(told, [['a', 'b']]);
  });

  test('that occurred before the call are reported at the call', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const changes = new FileChanges();
    changes.note('a');
    context.mock.timers.tick(10_000);
    const first = changes.next(never);
    context.mock.timers.tick(300);
    assert.deepEqual(await first, ['a']);
    const second = changes.next(never);
    changes.note('b');
    context.mock.timers.tick(300);
    assert.deepEqual(await second, ['b']);
  });

  test('are not waited for after an abort', async () => {
    const ending = new AbortController();
    const next = new FileChanges().next(ending.signal);
    ending.abort();
    assert.deepEqual(await next, []);
    assert.deepEqual(await new FileChanges().next(ending.signal), []);
  });
});
