import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { reasonForNoContainers } from '../../testing/container-prerequisite.ts';
import { attempt } from './attempt.ts';
import { cases } from './cases.ts';

const required = process.env['CONFORMANCE_REQUIRE_DOCKER'] === '1';
const reason = required ? undefined : await reasonForNoContainers();

/** One case of each kind; `npm run hostile` runs all cases. */
const quick = cases.filter((one) => one.quick === true);

describe('the suite survives', { concurrency: 2, timeout: 300_000, skip: process.platform !== 'linux' }, () => {
  for (const one of quick) {
    test(one.name, { skip: one.docker === true && reason !== undefined ? reason : false }, async (context) => {
      const { complaints, ended, peakMb } = await attempt(one);
      context.diagnostic(`${ended}; the suite's peak is ${peakMb} MB`);
      assert.deepEqual(complaints, []);
    });
  }
});
