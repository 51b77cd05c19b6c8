import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nowUs } from './now.ts';
import { Stopwatch } from './stopwatch.ts';

/** Lets at least so many ms go by. */
function spend(ms: number): void {
  const end = nowUs() + ms * 1000;
  while (nowUs() < end);
}

test('a stopwatch counts every moment once, for what was begun last', async () => {
  const watch = new Stopwatch();
  const begun = nowUs();
  await watch.time('clients', async () => {
    spend(4);
    await watch.time('connecting', async () => spend(4));
  });
  const whole = (nowUs() - begun) / 1000;
  spend(4);
  const [clients = 0, connecting = 0] = ['clients', 'connecting'].map((kind) => watch.totals().get(kind as 'clients'));
  assert.ok(clients >= 4 && connecting >= 4, `${clients} ${connecting}`);
  assert.ok(clients + connecting <= whole, `${clients} + ${connecting} > ${whole}`);
});

test('a stopwatch forgets at a reset, and counts what throws', async () => {
  const watch = new Stopwatch();
  await assert.rejects(
    watch.time('exchanges', async () => {
      spend(2);
      throw new Error('no answer');
    }),
    /no answer/,
  );
  assert.ok((watch.totals().get('exchanges') ?? 0) >= 2);
  watch.reset();
  assert.equal(watch.totals().size, 0);
});
