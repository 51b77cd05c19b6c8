import assert from 'node:assert/strict';
import { execFile, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Job } from 'kubernetes-types/batch/v1.js';
import type { ConfigMap, Container } from 'kubernetes-types/core/v1.js';
import { parseAllDocuments } from 'yaml';
import { call, entry, reportIn, temporaryFolder } from '../cli/spawned.test.ts';
import { freePort } from '../harness/target/port.ts';
import { root } from '../requirement.ts';

const file = '.examples/kubernetes/five-shards.yaml';
const documents = parseAllDocuments(readFileSync(join(root, file), 'utf8')).map((document) => document.toJS() as unknown);
const [configMap, , shardsJob, verdictJob] = documents as [ConfigMap, unknown, Job, Job];
const podOf = ({ spec }: Job) => spec?.template.spec ?? assert.fail('a Job has pods');
const suiteOf = (job: Job): Container => podOf(job).containers[0] ?? assert.fail('a pod has a container');
const hub = podOf(shardsJob).initContainers?.[0];
const targetFile = configMap.data?.['acme.yaml'] ?? '';

const folder = temporaryFolder();

/** What the compiler says of the objects, as those that the published types of Kubernetes describe: unknown members are errors. */
function typeFaults(...objects: readonly unknown[]): string {
  const types = `${root}node_modules/kubernetes-types`;
  const names = ['ConfigMap', 'PersistentVolumeClaim', 'Job', 'Job'];
  const source = [
    `import type { ConfigMap, PersistentVolumeClaim } from '${types}/core/v1.js';`,
    `import type { Job } from '${types}/batch/v1.js';`,
    ...objects.map((object, index) => `export const object${index}: ${names[index]} = ${JSON.stringify(object)};`),
  ].join('\n');
  const path = join(folder, 'objects.mts');
  writeFileSync(path, source);
  const options = ['--ignoreConfig', '--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--types', ''];
  return spawnSync(join(root, 'node_modules/.bin/tsc'), [...options, path], { encoding: 'utf8' }).stdout;
}

/** Runs a container's command as its pod would, with this for its environment. @returns its exit code and output */
function runContainer({ command = [], args = [], env = [] }: Container, given: Readonly<Record<string, string>>) {
  const programs = join(folder, 'programs');
  mkdirSync(programs, { recursive: true });
  writeFileSync(join(programs, 'iot-ntp-conformance'), `#!/bin/sh\nexec "${process.execPath}" "${entry}" "$@"\n`);
  chmodSync(join(programs, 'iot-ntp-conformance'), 0o755);
  const declared = Object.fromEntries(env.map(({ name, value = '' }) => [name, value]));
  const [program = '', ...words] = [...command, ...args];
  const { promise, resolve } = Promise.withResolvers<{ readonly code: number; readonly output: string }>();
  const PATH = `${programs}:${process.env['PATH']}`;
  execFile(program, words, { cwd: folder, env: { ...declared, ...given, PATH } }, (error, stdout, stderr) =>
    resolve({ code: Number(error?.code ?? 0), output: stdout + stderr }),
  );
  return promise;
}

describe('the Kubernetes Job of five shards', { timeout: 120_000 }, () => {
  test('keeps to the published types of Kubernetes', () => {
    assert.equal(typeFaults(...documents), '');
    const misspelt = { ...shardsJob, spec: { ...shardsJob.spec, completionmode: 'Indexed' } };
    assert.match(
      typeFaults(configMap, documents[1], misspelt, verdictJob),
      /'"completionmode"' does not exist in type 'JobSpec'/,
    );
  });

  test('gives no pod more than it needs', () => {
    for (const job of [shardsJob, verdictJob]) {
      const pod = podOf(job);
      assert.deepEqual([pod.securityContext?.runAsNonRoot, pod.automountServiceAccountToken], [true, false]);
      assert.equal(pod.securityContext?.seccompProfile?.type, 'RuntimeDefault');
      for (const { securityContext, resources } of [...pod.containers, ...(pod.initContainers ?? [])]) {
        assert.equal(securityContext?.allowPrivilegeEscalation, false);
        assert.deepEqual(securityContext.capabilities, { drop: ['ALL'] });
        assert.ok(resources?.requests !== undefined && resources.limits !== undefined);
      }
      for (const { hostPath } of pod.volumes ?? []) assert.equal(hostPath, undefined);
      const mounted = suiteOf(job).volumeMounts?.map(({ name }) => name);
      assert.deepEqual(
        mounted,
        pod.volumes?.map(({ name }) => name),
      );
    }
  });

  test('has every index judged once, by the server that the certificate is about', () => {
    const { completionMode, completions, podFailurePolicy } = shardsJob.spec ?? {};
    assert.equal(completionMode, 'Indexed');
    for (const job of [shardsJob, verdictJob])
      assert.equal(suiteOf(job).env?.find(({ name }) => name === 'SHARDS')?.value, String(completions));
    const final = podFailurePolicy?.rules.find(({ onExitCodes }) => onExitCodes !== undefined);
    assert.deepEqual([final?.action, final?.onExitCodes?.values], ['FailIndex', [1, 2, 3, 4]]);
    assert.equal(hub?.restartPolicy, 'Always');
    assert.match(targetFile, new RegExp(`digest: ${hub.image?.replace(/^.*@/, '')}\\n`));
  });

  test('comes to the verdict of a whole run', async () => {
    const port = await freePort();
    const server = spawn(process.execPath, [join(root, 'fixtures/reference/server.ts'), '--port', String(port)], {
      stdio: 'ignore',
    });
    try {
      const target = join(folder, 'acme.yaml');
      const moved = targetFile.replace('mqtt://127.0.0.1:1883', `mqtt://127.0.0.1:${port}`);
      assert.notEqual(moved, targetFile);
      writeFileSync(target, moved);
      const surroundings = { REPORTS: folder, TARGET: target };
      // It waits for the shards, in whatever order they come to their end.
      const verdict = runContainer(suiteOf(verdictJob), surroundings);
      // There is one server for all of them here, which serves one shard at a time.
      const indexes = Array.from({ length: shardsJob.spec?.completions ?? 0 }, (_, index) => index).toReversed();
      for (const index of indexes) {
        const shard = await runContainer(suiteOf(shardsJob), { ...surroundings, JOB_COMPLETION_INDEX: String(index) });
        assert.equal(shard.code, 0, shard.output);
        assert.match(shard.output, new RegExp(`it is shard ${index + 1} of ${indexes.length}, of which nothing failed`));
      }
      const { code, output } = await verdict;
      assert.equal(code, 0, output);
      const whole = await call(['run', target, '--report', join(folder, 'whole')]);
      assert.equal(output.trim().split('\n').at(-1), whole.stdout.trim().split('\n').at(-1));
      const [merged, alone] = ['conformance-report', 'whole'].map((name) => reportIn(join(folder, name)));
      assert.deepEqual(merged?.counts, alone?.counts);
    } finally {
      server.kill();
    }
  });
});
