import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { schemaFaults } from '../harness/schema.ts';
import { root } from '../requirement.ts';
import type { Status } from '../verdict/report.ts';
import { call, reportIn, temporaryFolder, writeTarget } from './spawned.test.ts';

const folder = temporaryFolder();

/** What the suite may need at most, whatever a client does, in MB. */
const mostMb = 512;

/** Writes the peak of the suite's memory, in MB, as the last line of its stderr. */
const measure = 'process.on("exit", () => console.error(Math.round(process.resourceUsage().maxRSS / 1024)))';

/** What a client may pass that does nothing of what is asked of it. */
const nothing: readonly string[] = [];

/** What a client may pass whose packets are right, whatever comes of them. */
const asking = [
  'client-request-topic',
  'client-hears-response',
  'client-hears-only-its-own',
  'client-request-qos0',
  'client-subscribes-qos0',
  'client-request-not-retained',
  'client-sends-time',
  'client-type-as-declared',
  'client-unit-milliseconds',
  'client-send-time-is-fresh',
  'client-no-time-without-answer',
];

// Those that are ended by their doings are given time to begin with them.
describe('a run on a client', { timeout: 300_000 }, () => {
  for (const [client, within, cause, passes] of [
    ['never-connects', '1s', ['client-request-topic'], nothing],
    ['floods', '5s', ['client-accepts-own-type'], asking],
    ['prints-100-mb', '1s', ['client-request-topic'], nothing],
    ['reports-without-end', '5s', ['client-no-time-without-answer'], nothing],
    ['sends-garbage', '1s', ['client-request-topic'], nothing],
    ['reconnects', '1s', ['client-request-topic'], nothing],
  ] as const) {
    test(`that ${client.replaceAll('-', ' ')} ends with the right words and in bounded memory`, async (context) => {
      const program = join(root, `fixtures/hostile/client/${client}.ts`);
      const target = writeTarget(folder, {
        name: client,
        role: 'client',
        process: { command: ['node', program, '{host}', '{port}', '{productKey}', '{deviceName}'] },
        result: { log: String.raw`NTP local time: (?<time>\d+)` },
        within,
      });
      const report = join(folder, client);
      const { code, stdout, stderr } = await call(['run', target, '--report', report], {
        env: { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(measure)}` },
      });
      assert.equal(code, 1, stdout + stderr);
      assert.deepEqual(schemaFaults('report', readFileSync(join(report, 'report.json'), 'utf8')), []);
      const { verdict, faults, requirements } = reportIn(report);
      assert.deepEqual([verdict, faults], ['does not conform', []]);
      const having = (status: Status): string[] => requirements.filter((one) => one.status === status).map(({ id }) => id);
      assert.deepEqual(having('failed'), cause, stdout);
      assert.deepEqual(
        having('passed').filter((id) => !passes.includes(id)),
        [],
      );
      assert.deepEqual(having('warning'), []);
      assert.deepEqual(having('inconclusive'), [], stdout);
      const peakMb = Number(stderr.trim().split('\n').at(-1));
      context.diagnostic(`the suite's peak is ${peakMb} MB`);
      assert.ok(peakMb > 0 && peakMb < mostMb, `${peakMb} MB`);
    });
  }
});
