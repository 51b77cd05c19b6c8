import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { call, reportIn, temporaryFolder } from '../../testing/command-line.ts';
import {
  assertConfined,
  declaredIn,
  jobsIn,
  podOf,
  referenceServer,
  runContainer,
  suiteOf,
  typeFaults,
} from '../../testing/kubernetes-manifest.ts';

const [configMap, volume, shardsJob, verdictJob] = jobsIn('.examples/kubernetes/five-shards.yaml');
const hub = podOf(shardsJob).initContainers?.[0];
const targetFile = configMap.data?.['acme.yaml'] ?? '';

const folder = temporaryFolder();

describe('the Kubernetes Job of five shards', { timeout: 300_000 }, () => {
  test('keeps to the published types of Kubernetes', () => {
    assert.equal(typeFaults(configMap, volume, shardsJob, verdictJob), '');
    const misspelt = { ...shardsJob, spec: { ...shardsJob.spec, completionmode: 'Indexed' } };
    assert.match(typeFaults(configMap, volume, misspelt, verdictJob), /'"completionmode"' does not exist in type 'JobSpec'/);
  });

  test('gives no pod more than it needs', () => assertConfined(shardsJob, verdictJob));

  test('has every index judged once, by the server that the certificate is about', () => {
    const { completionMode, completions, podFailurePolicy } = shardsJob.spec ?? {};
    assert.equal(completionMode, 'Indexed');
    for (const job of [shardsJob, verdictJob]) assert.equal(declaredIn(job, 'SHARDS'), String(completions));
    const final = podFailurePolicy?.rules.find(({ onExitCodes }) => onExitCodes !== undefined);
    assert.deepEqual([final?.action, final?.onExitCodes?.values], ['FailIndex', [1, 2, 3, 4]]);
    assert.equal(hub?.restartPolicy, 'Always');
    assert.match(targetFile, new RegExp(`digest: ${hub.image?.replace(/^.*@/, '')}\\n`));
  });

  test('has the verdict of a whole run', async () => {
    using server = await referenceServer();
    const target = join(folder, 'acme.yaml');
    const moved = targetFile.replace('mqtt://127.0.0.1:1883', `mqtt://127.0.0.1:${server.port}`);
    assert.notEqual(moved, targetFile);
    writeFileSync(target, moved);
    const surroundings = { REPORTS: folder, TARGET: target };
    // It waits for the shards, which may end in any order.
    const verdict = runContainer(suiteOf(verdictJob), surroundings);
    // All shards use one server here, which serves one shard at a time.
    const indexes = Array.from({ length: shardsJob.spec?.completions ?? 0 }, (_, index) => index).toReversed();
    for (const index of indexes) {
      const shard = await runContainer(suiteOf(shardsJob), { ...surroundings, JOB_COMPLETION_INDEX: String(index) });
      assert.equal(shard.code, 0, shard.output);
      assert.match(shard.output, new RegExp(`it is shard ${index + 1} of ${indexes.length} and nothing failed in it`));
    }
    const { code, output } = await verdict;
    assert.equal(code, 0, output);
    const whole = await call(['run', target, '--report', join(folder, 'whole')]);
    assert.equal(output.trim().split('\n').at(-1), whole.stdout.trim().split('\n').at(-1));
    const [merged, alone] = ['conformance-report', 'whole'].map((name) => reportIn(join(folder, name)));
    assert.deepEqual(merged?.counts, alone?.counts);
  });
});
