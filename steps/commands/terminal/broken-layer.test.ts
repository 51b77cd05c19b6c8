import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { callAfresh, fixtureClientTarget, fixtureTarget, reportIn, temporaryFolder } from '../../testing/command-line.ts';

const folder = temporaryFolder();

/** A function of each layer that a run calls, by the beginning of its line. */
const functions = [
  ['the plan of the run', 'commands/run/run-plan.ts', '  constructor('],
  ['the list of requirements', 'requirements/requirement.ts', 'export function readRequirements('],
  ['the start of the implementation', 'harness/implementation/process.ts', 'export async function startProcess('],
  ['the reader of packets', 'harness/mqtt/packet-reader.ts', '  #parse('],
  ['the ledger', 'harness/device/request-ledger.ts', '  received('],
  ['the hook before a scenario', 'support/hooks.ts', "Before({ name: 'the requirement' }"],
  ['a sentence', 'server/server.steps.ts', "Then('the server answers( each request)',"],
  ['the transcript', 'verdict/transcript.ts', '  add('],
  ['the verdict', 'verdict/judge.ts', 'export function judge('],
  ['the page', 'report/html/report-page.ts', 'function render('],
  ['the platform', 'harness/platform/client-answers.ts', 'async function answer('],
  ['a sentence about a client', 'client/client-scenario.ts', '  async perform('],
] as const;

/** A module that the suite's process loads first. It makes a function of another module throw. */
function breakerOf(name: string, file: string, line: string): string {
  const path = join(folder, `${name}.mjs`);
  writeFileSync(
    path,
    `import { registerHooks } from 'node:module';
const begin = ${JSON.stringify(line)};
registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    if (!url.endsWith(${JSON.stringify(`/steps/${file}`)})) return loaded;
    const lines = String(loaded.source).split('\\n');
    const at = lines.findIndex((line) => line.startsWith(begin));
    if (at < 0) throw new Error('no line begins with ' + begin);
    lines[at] += " if (begin(1)) throw new TypeError('made up');";
    return { ...loaded, source: lines.join('\\n') + '\\nfunction begin(one: number): boolean { return one > 0; }' };
  },
});`,
  );
  return path;
}

const targets = {
  client: fixtureClientTarget(folder, 'unusual/client/long', { within: '5s' }),
  server: fixtureTarget(folder, 'unusual/server/pretty-json'),
};

describe('an exception in any layer is no verdict', { timeout: 120_000, concurrency: 2 }, () => {
  for (const [index, [layer, file, line]] of functions.entries())
    test(`${layer}: exit code 4, one line that says what happened, and no report that looks whole`, async () => {
      const client = file.includes('client');
      const target = client ? targets.client : targets.server;
      const report = join(folder, `report-${index}`);
      const only = client ? 'client-request-topic' : 'server-answers-request';
      const { code, stdout, stderr } = await callAfresh(['run', target, '--only', only, '--report', report, '--root', '/'], {
        env: { NODE_OPTIONS: `--import ${breakerOf(String(index), file, line)}` },
      });
      assert.equal(code, 4, stdout + stderr);
      assert.match(stdout + stderr, /made up/);
      assert.doesNotMatch(stdout + stderr, /^\s+at /m);
      if (existsSync(join(report, 'report.json'))) assert.equal(reportIn(report).verdict, 'incomplete');
    });
});
