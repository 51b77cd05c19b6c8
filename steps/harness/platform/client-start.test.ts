import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EnvironmentError } from '../implementation/errors.ts';
import type { StartedTarget } from '../implementation/target.ts';
import { ClientRun } from './client-run.ts';
import { plainSetup } from './client-setup.ts';
import { tellToAsk } from './client-start.ts';

const sync = { kind: 'stdin', text: 'sync' } as const;
const closed = new EnvironmentError('Its standard input could not be written to.');
const client = { write: () => Promise.reject(closed) } as unknown as StartedTarget;
const run = (): ClientRun => new ClientRun(plainSetup('long'), { productKey: 'pk', deviceName: 'dn' });

test('a client that ends as it is told to ask has ended, which is no fault', async () => {
  const clientRun = run();
  setTimeout(() => {
    clientRun.over = true;
    clientRun.changed();
  }, 10);
  await tellToAsk(client, sync, clientRun);
});

test('a client that cannot be told to ask, and goes on, is a fault of the environment', async () => {
  await assert.rejects(tellToAsk(client, sync, run()), closed);
});
