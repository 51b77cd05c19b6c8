import assert from 'node:assert/strict';
import { execFile, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Job } from 'kubernetes-types/batch/v1.js';
import type { ConfigMap, Container, PodSpec } from 'kubernetes-types/core/v1.js';
import { parseAllDocuments } from 'yaml';
import { freePort } from '../harness/implementation/free-port.ts';
import { root } from '../requirements/requirement.ts';
import { entry, temporaryFolder } from './command-line.ts';

const folder = temporaryFolder();

/** The objects of one of the suite's example manifests. */
export function objectsIn(file: string): unknown[] {
  return parseAllDocuments(readFileSync(join(root, file), 'utf8')).map((document) => document.toJS() as unknown);
}

/** Reads a manifest with a target file, a volume, the Job of the parts, and the Job that merges them. */
export function jobsIn(file: string): readonly [configMap: ConfigMap, volume: unknown, parts: Job, whole: Job] {
  return objectsIn(file) as [ConfigMap, unknown, Job, Job];
}

export const podOf = ({ spec }: Job): PodSpec => spec?.template.spec ?? assert.fail('a Job has pods');

/** The container of a Job's pods in which the suite runs. */
export const suiteOf = (job: Job): Container => podOf(job).containers[0] ?? assert.fail('a pod has a container');

/** The value of an environment variable of the suite's container. */
export const declaredIn = (job: Job, name: string): string | undefined =>
  suiteOf(job).env?.find((variable) => variable.name === name)?.value;

/** The compiler's errors for the objects, checked against the published types of Kubernetes; unknown members are errors. */
export function typeFaults(...objects: readonly unknown[]): string {
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

/** @throws AssertionError when the pods of these Jobs have more rights or resources than they need */
export function assertConfined(...jobs: readonly Job[]): void {
  for (const job of jobs) {
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
}

/** Runs a container's command as a process with this environment. @returns its exit code and output */
export function runContainer(
  { command = [], args = [], env = [] }: Container,
  given: Readonly<Record<string, string>>,
): Promise<{ readonly code: number; readonly output: string }> {
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

/** Starts the reference server on a free port of this machine, in place of the server that the manifest names. */
export async function referenceServer(): Promise<Disposable & { readonly port: number }> {
  const port = await freePort();
  const server = spawn(process.execPath, [join(root, 'fixtures/reference/server.ts'), '--port', String(port)], {
    stdio: 'ignore',
  });
  return { port, [Symbol.dispose]: () => void server.kill() };
}
