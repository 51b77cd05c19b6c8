import assert from 'node:assert/strict';
import { test } from 'node:test';
import { schemaFaults } from '../../harness/message/schema.ts';
import { WrongUse } from '../../harness/text/usage-error.ts';
import { Durations } from './latency.ts';
import { buildReport, type LoadEnd, type LoadReport, type Measured, nothingMeasured } from './load-report.ts';
import { type MachineLoad, mergeLoads } from './merge-loads.ts';

const began = Date.UTC(2026, 10, 22, 12);
const plan = { devices: 6, ratePerSecond: 20, forMs: 1000 };
const target: LoadReport['target'] = {
  name: 'Acme IoT Hub',
  role: 'server',
  file: 'acme.yaml',
  start: 'address mqtt://192.0.2.1:1883',
  kind: 'address',
  capabilities: [],
  output: [],
};

/** The measurements of one of two machines. @param latencies in µs @param afterMs how much later than the first machine it begins */
function measured(latencies: readonly number[], afterMs = 0): Measured {
  const durations = Durations.none();
  for (const us of latencies) durations.record(us);
  const none = nothingMeasured(plan);
  return {
    ...none,
    connected: 3,
    counts: { ...none.counts, asked: latencies.length, answered: latencies.length },
    afterwards: { asked: 3, answered: 3 },
    began: new Date(began + afterMs).toISOString(),
    loadMs: 1000,
    latency: durations.summary(),
    course: { stepMs: 100, asked: [1, 2], answered: [0, 3] },
    memory: { peakBytes: 100 },
  };
}

function part(number: number, of: number, seen: Measured, ending: Partial<LoadEnd> = {}, devices = plan.devices): MachineLoad {
  const own = { ...plan, devices, shard: { number, of } };
  const circumstances = { suite: { name: 'suite', version: '1.0.0' }, target, plan: own, machines: 1, started: new Date(began) };
  const report = buildReport(circumstances, seen, { finished: new Date(began + 2000), ...ending });
  assert.deepEqual(schemaFaults('load', JSON.stringify(report)), []);
  return { folder: `load-${number}`, report };
}

test('two machines: counts, histograms and rates are added', () => {
  const report = mergeLoads([part(2, 2, measured([1000, 5000, 7000], 300)), part(1, 2, measured([2000, 3000, 4000]))]);
  assert.deepEqual(schemaFaults('load', JSON.stringify(report)), []);
  const { outcome, exitCode, plan: whole, machines, connected, counts, latency, course, loadMs, ratePerSecond } = report;
  assert.deepEqual([outcome, exitCode, machines, connected], ['answered', 0, 2, 6]);
  assert.deepEqual(whole, { ...plan, schedule: 'open' });
  assert.deepEqual([counts.asked, counts.answered, latency.count, loadMs], [6, 6, 6, 1300]);
  assert.ok(Math.abs(ratePerSecond - 6 / 1.3) < 0.01);
  assert.deepEqual(latency, measured([1000, 2000, 3000, 4000, 5000, 7000]).latency);
  assert.deepEqual(course, { stepMs: 100, asked: [1, 2, 0, 1, 2], answered: [0, 3, 0, 0, 3] });
  assert.match(report.remarks.join(), /at the same time for only 0\.7 s of 1\.3 s/);
});

test('a loss on one machine is a loss of all, and one incomplete machine makes the load incomplete', () => {
  const good = part(1, 2, measured([1000]));
  const seen = measured([1000]);
  const lossy = part(2, 2, { ...seen, counts: { ...seen.counts, asked: 2, lost: 1 }, faults: ['load-1 was not answered'] });
  const merged = mergeLoads([good, lossy]);
  assert.deepEqual([merged.outcome, merged.exitCode, merged.because], ['not answered', 1, '1 of 3 requests was not answered']);
  assert.deepEqual(merged.faults, ['load-1 was not answered']);
  const interrupted = mergeLoads([good, part(2, 2, seen, { interrupted: 'SIGINT' })]);
  assert.deepEqual([interrupted.exitCode, interrupted.counts.answered], [4, 2]);
  assert.match(interrupted.because, /load-2: the load was interrupted \(SIGINT\)/);
  assert.equal(mergeLoads([good, part(2, 2, nothingMeasured(plan), { environment: 'no files' })]).exitCode, 3);
  const refused = mergeLoads([good, part(2, 2, nothingMeasured(plan), { refused: 'load-1 was refused' })]);
  assert.deepEqual([refused.exitCode, refused.because], [1, 'load-2: load-1 was refused']);
});

test('reports are rejected unless they are all shards of one load', () => {
  const whole = part(1, 1, measured([1]));
  const { shard: _shard, ...unshared } = whole.report.plan;
  for (const [parts, says] of [
    [[part(1, 3, measured([1])), part(3, 3, measured([1]))], /shard 2 of 3 is missing/],
    [[part(1, 2, measured([1])), part(1, 2, measured([1]))], /shard 1\/2 is given more than once/],
    [
      [part(1, 2, measured([1])), part(2, 2, measured([1]), {}, 7)],
      /load-2 is not a shard of the same load as load-1: --devices is 7, not 6/,
    ],
    [[{ ...whole, report: { ...whole.report, plan: unshared } }], /load-1 is a whole load/],
    [[part(1, 1, { ...measured([1]), latency: { ...measured([1]).latency, histogram: 'AAAA' } })], /a histogram cannot be read/],
    [[], /nothing to merge/],
  ] as const)
    assert.throws(
      () => mergeLoads(parts),
      (error) => error instanceof WrongUse && says.test(error.message),
    );
});
