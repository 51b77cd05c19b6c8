import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { root } from '../../requirements/requirement.ts';
import { entry, reportIn, temporaryFolder, writeTarget } from '../../testing/command-line.ts';

interface Input {
  readonly type?: 'boolean' | 'number';
  readonly default?: string | boolean | number;
  readonly regex?: string;
}

interface GitlabJob {
  readonly image: { readonly name: string; readonly entrypoint: readonly string[] };
  readonly variables: Readonly<Record<string, string | { readonly value: string; readonly expand: boolean }>>;
  readonly script: readonly string[];
  readonly artifacts: { readonly when: string; readonly paths: readonly string[]; readonly reports: { readonly junit: string } };
}

const [header, body] = parseAllDocuments(readFileSync(join(root, '.gitlab/conformance.yml'), 'utf8')).map(
  (document) => document.toJS() as unknown,
);
const { inputs } = (header as { readonly spec: { readonly inputs: Readonly<Record<string, Input>> } }).spec;
const jobs = body as Readonly<Record<string, GitlabJob>>;

/** The only job, with its inputs filled in as GitLab does. */
function jobWith(given: Readonly<Record<string, string>>): GitlabJob {
  const value = (name: string): string => given[name] ?? String(inputs[name]?.default);
  const text = JSON.stringify(Object.values(jobs)[0]);
  return JSON.parse(
    text.replaceAll(/\$\[\[ inputs\.([\w-]+) \]\]/g, (_, name: string) => JSON.stringify(value(name)).slice(1, -1)),
  ) as GitlabJob;
}

const folder = temporaryFolder();

/** Runs the job's script as a runner's shell does. @returns its exit code */
async function runJob(workspace: string, { variables, script }: GitlabJob): Promise<number> {
  const programs = mkdtempSync(join(folder, 'programs-'));
  writeFileSync(join(programs, 'iot-ntp-conformance'), `#!/bin/sh\nexec "${process.execPath}" "${entry}" "$@"\n`);
  chmodSync(join(programs, 'iot-ntp-conformance'), 0o755);
  const filled = Object.entries(variables).map(([name, value]) => [name, typeof value === 'string' ? value : value.value]);
  const env = { ...(Object.fromEntries(filled) as Record<string, string>), PATH: `${programs}:${process.env['PATH']}` };
  const { promise, resolve } = Promise.withResolvers<number>();
  execFile('sh', ['-e', '-c', script.join('\n')], { cwd: workspace, env }, (error) => resolve(Number(error?.code ?? 0)));
  return promise;
}

describe('the GitLab job', () => {
  test('ends with the code of the suite, and keeps the reports', async () => {
    const workspace = mkdtempSync(join(folder, 'workspace-'));
    writeTarget(workspace, { name: 'gone', role: 'server', process: { command: ['false', '{port}'] } });
    const job = jobWith({ target: 'gone.json', image: 'suite', report: 'out/a report', strict: 'true' });
    assert.equal(await runJob(workspace, job), 3);
    assert.equal(reportIn(join(workspace, 'out/a report')).strict, true);
    assert.equal(job.artifacts.when, 'always');
    for (const path of [...job.artifacts.paths, job.artifacts.reports.junit]) assert.ok(existsSync(join(workspace, path)), path);
  });

  test('evaluates no input', async () => {
    const workspace = mkdtempSync(join(folder, 'workspace-'));
    const hostile = '$(touch stolen)`touch stolen`"; touch stolen; \'';
    const job = jobWith({ target: hostile, image: 'suite', report: hostile, expectations: hostile });
    assert.equal(await runJob(workspace, job), 2);
    assert.ok(!existsSync(join(workspace, 'stolen')));
  });

  test('takes only inputs that cannot be anything but what they are', () => {
    for (const [name, { type, regex }] of Object.entries(inputs)) {
      if (type !== undefined) continue;
      for (const hostile of ['"', '\n', '$HOME', '`', "'", '#', '[', '{', '\\'])
        assert.doesNotMatch(`a${hostile}`, new RegExp(regex ?? ''), `${name} takes ${JSON.stringify(hostile)}`);
    }
  });
});
