import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { LoadReport } from '../../commands/load/load-report.ts';
import { schemaFaults } from '../../harness/message/schema.ts';
import { temporaryFolder } from '../../testing/command-line.ts';
import {
  assertConfined,
  declaredIn,
  jobsIn,
  referenceServer,
  runContainer,
  suiteOf,
  typeFaults,
} from '../../testing/kubernetes-manifest.ts';

const [configMap, volume, partsJob, mergedJob] = jobsIn('.examples/kubernetes/five-loads.yaml');
const { spec } = partsJob;
const count = spec?.completions ?? 0;

const folder = temporaryFolder();

function loadIn(name: string): LoadReport {
  const text = readFileSync(join(folder, name, 'load.json'), 'utf8');
  assert.deepEqual(schemaFaults('load', text), []);
  return JSON.parse(text) as LoadReport;
}

describe('the Kubernetes Job of five loads', { timeout: 120_000 }, () => {
  test('keeps to the published types of Kubernetes, and gives no pod more than it needs', () => {
    assert.equal(typeFaults(configMap, volume, partsJob, mergedJob), '');
    assertConfined(partsJob, mergedJob);
  });

  test('has all parts ask at once, and none of them twice', () => {
    assert.deepEqual([spec?.completionMode, spec?.parallelism, spec?.backoffLimitPerIndex], ['Indexed', count, 0]);
    assert.ok(count > 1);
    for (const job of [partsJob, mergedJob]) assert.equal(declaredIn(job, 'PARTS'), String(count));
  });

  test('makes one load of them, in which no device is twice', async () => {
    using server = await referenceServer();
    const target = join(folder, 'hub.yaml');
    const written = configMap.data?.['hub.yaml'] ?? '';
    const moved = written.replace('mqtt://hub.staging.svc:1883', `mqtt://127.0.0.1:${server.port}`);
    assert.notEqual(moved, written);
    writeFileSync(target, moved);
    // Not a multiple of the number of parts, so that their shares differ.
    const [devices, rate] = [103, 100];
    const given = { REPORTS: folder, TARGET: target, DEVICES: String(devices), RATE: String(rate), DURATION: '2s' };
    const pod = (index: number) => runContainer(suiteOf(partsJob), { ...given, JOB_COMPLETION_INDEX: String(index) });
    const merged = runContainer(suiteOf(mergedJob), { REPORTS: folder });
    for (const { code, output } of await Promise.all(Array.from({ length: count }, (_, index) => pod(index))))
      assert.equal(code, 0, output);
    const { code, output } = await merged;
    assert.equal(code, 0, output);
    const parts = Array.from({ length: count }, (_, index) => loadIn(`part-${index + 1}`));
    assert.deepEqual(
      parts.map(({ connected }) => connected).toSorted((a, b) => a - b),
      [20, 20, 21, 21, 21],
    );
    const { machines, connected, counts, latency } = loadIn('load');
    assert.deepEqual([machines, connected, counts.asked, counts.answered, latency.count], [count, devices, 200, 200, 200]);
    // A device that connects a second time ends its first connection.
    assert.deepEqual([counts.disconnected, counts.doubled, counts.foreign], [0, 0, 0]);
    const slowest = Math.max(...parts.map((part) => part.latency.maxMs));
    assert.equal(latency.maxMs, slowest);
  });
});
