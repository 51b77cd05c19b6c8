import assert from 'node:assert/strict';
import { test } from 'node:test';
import { client, silent } from '../../testing/made-up-clients.ts';
import type { ClientRun } from './client-run.ts';
import { clockFault, proveClock } from './clock-proof.ts';

const trial = (run: ClientRun) => ({ target: { timestampTypes: ['long'] } as never, perform: async () => run });
const sent = (deviceSendTime: number): ClientRun => client({ deviceSendTime });

test('the request of a client shows which clock it reads', async () => {
  const real = Math.round(client().request?.message.wallMs ?? 0);
  const found = await Promise.all(
    [sent(1_571_724_098_000), sent(1_571_724_098), sent(real), sent(946_684_800_144), silent()].map(
      async (run) => (await proveClock(trial(run))).clock,
    ),
  );
  assert.deepEqual(found, ['controlled', 'controlled', 'real', 'other', 'none']);
});

test('a run is not begun where the client reads the clock of this machine', async () => {
  const real = Math.round(client().request?.message.wallMs ?? 0);
  assert.match((await clockFault(trial(sent(real)))) ?? '', /does not take hold: it stood at 1571724098000.*take "clock" out/);
  assert.equal(await clockFault(trial(sent(4711))), undefined);
});
