import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { validateWorkflow } from '@action-validator/core';
import { parse } from 'yaml';
import { root } from '../../requirements/requirement.ts';
import { type ActionResult, action, runAction } from '../../testing/action-runner.ts';
import { reportIn, temporaryFolder } from '../../testing/command-line.ts';

interface WorkflowStep {
  readonly uses: string;
  readonly if?: string;
  readonly with: Readonly<Record<string, string>>;
}

interface WorkflowJob {
  readonly needs?: string;
  readonly if?: string;
  readonly strategy?: { readonly 'fail-fast': boolean; readonly matrix: { readonly shard: readonly number[] } };
  readonly steps: readonly WorkflowStep[];
}

const text = readFileSync(join(root, '.examples/github/five-shards.yml'), 'utf8');
const { jobs } = parse(text) as { readonly jobs: { readonly shard: WorkflowJob; readonly verdict: WorkflowJob } };
const numbers = jobs.shard.strategy?.matrix.shard ?? [];

/** The only step of a job that uses an action with this in its name. */
function stepUsing(job: WorkflowJob, name: string): WorkflowStep {
  const [step, ...others] = job.steps.filter(({ uses }) => uses.includes(name));
  assert.ok(step !== undefined && others.length === 0, name);
  return step;
}

/** The inputs of a step, filled in from the contexts. */
function inputsOf({ with: given }: WorkflowStep, contexts: Readonly<Record<string, string>>): Record<string, string> {
  const filled = (value: string): string =>
    String(value).replaceAll(/\$\{\{ *([\w.-]+) *\}\}/g, (_, name: string) => contexts[name] ?? assert.fail(`unknown: ${name}`));
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, filled(value)]));
}

const workspace = (folder: string, name: string): string => {
  const path = mkdtempSync(join(folder, `${name}-`));
  const command = ['node', join(root, 'fixtures/support/start.ts'), 'faulty/server/always-qos1', '--port', '{port}'];
  writeFileSync(
    join(path, 'acme.yaml'),
    JSON.stringify({ name: 'acme', role: 'server', process: { command }, lateAnswers: '100ms' }),
  );
  return path;
};

describe('the GitHub workflow of five shards', { timeout: 300_000 }, () => {
  const folder = temporaryFolder();

  test('keeps to the published schema of workflows, and to the inputs and outputs of the action', () => {
    const { actionType, errors } = validateWorkflow(text);
    assert.deepEqual([actionType, errors], ['workflow', []]);
    assert.notDeepEqual(validateWorkflow(text.replace('needs: shard', 'needs: shards')).errors, []);
    assert.notDeepEqual(validateWorkflow(text.replace('runs-on', 'run-on')).errors, []);
    for (const job of Object.values(jobs))
      for (const name of Object.keys(stepUsing(job, '/iot-ntp-conformance@').with)) assert.ok(name in action.inputs, name);
    for (const [, name = ''] of text.matchAll(/steps\.\w+\.outputs\.([\w-]+)/g)) assert.ok(name in action.outputs, name);
  });

  test('has the verdict of a whole run, also if shards fail', async () => {
    const artifacts = join(folder, 'artifacts');
    mkdirSync(artifacts);
    const upload = stepUsing(jobs.shard, 'upload-artifact');
    const shards = await Promise.all(
      numbers.map(async (number): Promise<ActionResult> => {
        const here = workspace(folder, `shard-${number}`);
        const contexts = { 'matrix.shard': String(number), 'strategy.job-total': String(numbers.length) };
        const inputs = inputsOf(stepUsing(jobs.shard, '/iot-ntp-conformance@'), contexts);
        const job = await runAction(here, inputs);
        const { name = '', path = '' } = inputsOf(upload, contexts);
        cpSync(join(here, path), join(artifacts, name), { recursive: true });
        return job;
      }),
    );
    const codes = shards.map(({ code }) => code);
    assert.deepEqual(new Set(codes), new Set([0, 1]), shards.map(({ log }) => log).join('\n'));
    for (const { code, commands } of shards)
      assert.deepEqual(
        commands.map(({ name }) => name),
        code === 0 ? ['stop-commands'] : ['stop-commands', 'error'],
      );

    // A job or step continues after failures only if it says so.
    assert.equal(jobs.shard.strategy?.['fail-fast'], false);
    for (const { if: condition } of [upload, jobs.verdict, stepUsing(jobs.verdict, 'upload-artifact')])
      assert.match(condition ?? '', /^\$\{\{ !cancelled\(\) \}\}$/);
    const { pattern, path = '' } = stepUsing(jobs.verdict, 'download-artifact').with;
    assert.deepEqual([pattern, jobs.verdict.needs], ['shard-*', 'shard']);
    const here = workspace(folder, 'verdict');
    cpSync(artifacts, join(here, path), { recursive: true });
    const inputs = inputsOf(stepUsing(jobs.verdict, '/iot-ntp-conformance@'), {});
    const { code, log, summary, outputs } = await runAction(here, inputs);
    assert.equal(code, 1, log);
    assert.match(summary, /^## acme: does not conform\n/);
    const { requirements, counts } = reportIn(join(here, outputs['report'] ?? ''));
    const unmet = requirements.filter(({ status }) => status === 'failed').map(({ id }) => id);
    assert.deepEqual([unmet, counts.untested, counts.inconclusive], [['server-response-qos0'], 0, 0]);
    assert.ok(existsSync(join(here, outputs['junit'] ?? '')));
  });

  test('reports missing shards, and inputs that a merge does not have', async () => {
    const here = workspace(folder, 'wrong');
    mkdirSync(join(here, 'shards'));
    for (const [inputs, message] of [
      [{ merge: 'nowhere' }, /^the input merge is "nowhere", which is not there/],
      [{ merge: 'shards' }, /^the input merge is "shards", which holds no folders/],
      [{ merge: 'shards', shard: '1/5', strict: 'true' }, /; --strict and --shard=1\/5 are for the shards$/],
      [{ shard: '6/5' }, /^--shard is "6\/5"; expected/],
    ] as const) {
      const { code, commands } = await runAction(here, { target: 'acme.yaml', ...inputs });
      assert.equal(code, 2);
      assert.match(commands.at(-1)?.data ?? '', message);
    }
  });
});
