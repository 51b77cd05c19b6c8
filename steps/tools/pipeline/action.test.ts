import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { validateAction } from '@action-validator/core';
import { root } from '../../requirements/requirement.ts';
import { action, metadata, runAction } from '../../testing/action-runner.ts';
import { reportIn, temporaryFolder, writeTarget } from '../../testing/command-line.ts';

const folder = temporaryFolder();
const workspace = (): string => mkdtempSync(join(folder, 'workspace-'));

describe('action.yml', () => {
  test('keeps to the published schema of action metadata', () => {
    const { actionType, errors } = validateAction(metadata);
    assert.deepEqual([actionType, errors], ['action', []]);
    assert.notDeepEqual(validateAction(metadata.replace('using: composite', 'using: magic')).errors, []);
  });

  test('has no expression in a script, and gives each input to the program', () => {
    const { steps } = action.runs;
    for (const { run } of steps) assert.doesNotMatch(run, /\$\{\{/);
    const given = steps.flatMap(({ env = {} }) => Object.entries(env));
    assert.deepEqual(
      given,
      Object.keys(action.inputs).map((name) => [`INPUT_${name.toUpperCase().replaceAll('-', '_')}`, `\${{ inputs.${name} }}`]),
    );
    for (const { value } of Object.values(action.outputs))
      assert.match(value, /^\$\{\{ steps\.conformance\.outputs\.[\w-]+ \}\}$/);
  });

  test('installs the suite where it is not installed', async () => {
    const [checkout, programs] = [join(folder, 'checkout'), join(folder, 'programs')];
    for (const path of [checkout, programs]) mkdirSync(path);
    writeFileSync(join(programs, 'npm'), '#!/bin/sh\necho "npm $* in $(pwd -P)"\nexit 1\n');
    chmodSync(join(programs, 'npm'), 0o755);
    const { code, log } = await runAction(workspace(), { target: 'acme.yaml' }, { actionPath: checkout, path: programs });
    assert.equal(code, 1);
    assert.equal(log, `npm ci --ignore-scripts --no-audit --no-fund in ${realpathSync(checkout)}\n`);
  });
});

describe('a job that uses the action', () => {
  test('goes on after a server that conforms', async () => {
    const here = workspace();
    const name = 'Reference, with spaces';
    const build = { name: 'server.ts', digest: `sha256:${'a'.repeat(64)}` };
    const command = ['node', join(root, 'fixtures/reference/server.ts'), '--port', '{port}'];
    writeTarget(here, { name, role: 'server', process: { command }, build, lateAnswers: '100ms' });
    const job = await runAction(here, { target: 'Reference-with-spaces.json', report: 'out/a report', strict: 'true' });
    assert.equal(job.code, 0, job.log);
    assert.equal(reportIn(join(here, 'out/a report')).strict, true);
    assert.deepEqual(
      job.commands.map((command) => command.name),
      ['stop-commands'],
    );
    assert.deepEqual(job.outputs, {
      verdict: 'conforms',
      'exit-code': '0',
      report: 'out/a report',
      'report-json': 'out/a report/report.json',
      junit: 'out/a report/junit.xml',
      page: 'out/a report/index.html',
      certificate: 'out/a report/certificate.json',
      badge: 'out/a report/badge.svg',
    });
    for (const path of Object.values(job.outputs).filter((value) => value.includes('/')))
      assert.ok(existsSync(join(here, path)), path);
    assert.match(job.summary, /^## Reference&#44; with spaces: conforms\n/);
  });

  test('reports what a server does wrong, and fails', async () => {
    const here = workspace();
    const command = ['node', join(root, 'fixtures/support/start.ts'), 'faulty/server/always-qos1', '--port', '{port}'];
    writeTarget(here, { name: 'Faulty', role: 'server', process: { command }, lateAnswers: '100ms' });
    const job = await runAction(here, { target: 'Faulty.json' });
    assert.equal(job.code, 1, job.log);
    assert.equal(job.outputs['verdict'], 'does not conform');
    assert.equal(job.outputs['certificate'], '');
    const [, problem, ...others] = job.commands;
    assert.deepEqual(others, []);
    assert.equal(problem?.name, 'error');
    assert.deepEqual(problem.properties, {
      title: 'server-response-qos0: the server MUST deliver the response at QoS 0',
      file: 'Faulty.json',
      line: '1',
    });
    assert.match(problem.data, /^scenario: .+\nexpected: .+\nreceived: /);
    assert.match(job.summary, /### Not met/);
  });

  test('obeys nothing that an implementation says', async () => {
    const here = workspace();
    const words = ['::error title=forged::all is lost', '::add-mask::conforms', '::stop-commands::x', '::x::', '##[error]forged'];
    const program = join(here, 'program.cjs');
    writeFileSync(
      program,
      `console.log(${JSON.stringify(words.join('\n'))}); console.error('%0A::error::forged'); process.exit(1);`,
    );
    writeTarget(here, { name: 'Hostile', role: 'server', process: { command: ['node', program, '{port}'] } });
    const job = await runAction(here, { target: 'Hostile.json' });
    assert.equal(job.code, 3, job.log);
    assert.ok(job.log.includes('forged'), job.log);
    assert.deepEqual(
      job.commands.map(({ name, properties }) => [name, properties['title']]),
      [
        ['stop-commands', undefined],
        ['error', 'incomplete'],
      ],
    );
    assert.equal(job.outputs['verdict'], 'incomplete');
  });

  test('evaluates no input', async () => {
    const here = workspace();
    const hostile = '$(touch stolen)`touch stolen`"; touch stolen; \'';
    const job = await runAction(here, { target: hostile, expectations: hostile, repeat: '$(touch stolen)' });
    assert.equal(job.code, 2, job.log);
    assert.ok(!existsSync(join(here, 'stolen')));
    assert.deepEqual([job.outputs['verdict'], job.outputs['exit-code'], job.outputs['junit']], ['', '2', '']);
    assert.equal(job.commands.at(-1)?.properties['title'], 'nothing was judged');
    assert.match(job.commands.at(-1)?.data ?? '', /Expected a whole number from 1 to 1000/);
  });

  test('reports an input that is missing, unreadable or invalid', async () => {
    const here = workspace();
    writeTarget(here, { name: 'acme', role: 'server', address: 'mqtt://127.0.0.1:1' });
    for (const [inputs, message] of [
      [{ target: 'acme.json', 'allow-expected': 'true' }, /--allow-expected needs expectations/],
      [{ target: 'acme.json', expectations: 'known.yaml' }, /known\.yaml/],
      [{ target: ' ' }, /target/],
      [{ target: 'acme.yaml', strict: 'perhaps' }, /strict/],
    ] as const) {
      const { code, commands } = await runAction(here, inputs);
      assert.equal(code, 2);
      assert.match(commands.at(-1)?.data ?? '', message);
    }
  });

  test('finds no report of an earlier run', async () => {
    const here = workspace();
    const report = join(here, 'conformance-report');
    mkdirSync(report);
    for (const name of ['report.json', 'junit.xml', 'certificate.json'])
      writeFileSync(join(report, name), '{"verdict":"conforms"}');
    const job = await runAction(here, { target: 'missing.yaml' });
    assert.equal(job.code, 2);
    assert.deepEqual([job.outputs['verdict'], job.outputs['report-json'], job.outputs['certificate']], ['', '', '']);
    assert.deepEqual(readdirSync(report), []);
  });
});
