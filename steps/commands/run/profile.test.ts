import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { call, temporaryFolder } from '../../testing/command-line.ts';

const folder = temporaryFolder();

test('run --profile prints where the time went, and its parts make up the whole', { timeout: 60_000 }, async () => {
  const { code, stdout } = await call(
    'run --role server --profile --only server-response-qos0 --report'.split(' ').concat(join(folder, 'report')),
  );
  assert.equal(code, 4, stdout);
  const whole = Number(/^where the time went, (\d+) ms since the process started$/m.exec(stdout)?.[1]);
  const parts = [...stdout.matchAll(/^ {2}[a-z][a-z -]+? +(\d+) ms(?: {2}.*)?$/gm)].map(
    ([line, ms]) => [line.trim(), Number(ms)] as const,
  );
  const own = parts.filter(([line]) => /^(start-up|implementation|scenarios|reports)/.test(line));
  const sum = own.reduce((total, [, ms]) => total + ms, 0);
  assert.equal(own.length, 5, stdout);
  // Each value is rounded to a whole ms.
  assert.ok(Math.abs(sum - whole) <= own.length, `${sum} of ${whole}`);
  assert.match(stdout, /^ {4}connecting and subscribing +\d+ ms$/m);
  assert.match(
    stdout,
    /^the slowest scenarios\n {2}features\/server\/qos\.feature:\d+ +\d+ ms {2}idle \d+ ms: The subscription /m,
  );
  assert.match(stdout, /^the slowest requirements\n {2}server-response-qos0 +\d+ ms$/m);
});
