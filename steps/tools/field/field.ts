import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InteropReport } from '../../commands/interop/interop-report.ts';
import { root } from '../../requirements/requirement.ts';
import type { Report } from '../../verdict/report.ts';
import { inLanes } from '../prove/prove-lanes.ts';
import { runTool, tool, wholeNumber } from '../tool.ts';
import { differences } from './differences.ts';
import { type FieldOutcome, table } from './field-table.ts';
import { choose, type FieldImplementation, type FieldTarget, fieldFolder, readField } from './implementation.ts';
import { prepare } from './installation.ts';
import { call } from './program.ts';

const suite = join(root, 'steps/commands/entry.mjs');
const reports = join(root, 'conformance-report/field');

/** How long a run of the suite and the matrix may take, in ms: far longer than they need. */
const runMs = 600_000;
const matrixMs = 1_200_000;

/** The options of the command line. */
interface FieldOptions {
  readonly part?: boolean;
  readonly interop?: boolean;
  readonly lanes: number;
}

/** Judges one target file, in the copy of `fixtures/field/`. */
async function judge({ name }: FieldImplementation, target: FieldTarget, copy: string): Promise<FieldOutcome> {
  const begun = performance.now();
  const report = join(reports, `${name}-${target.file.replace(/\.yaml$/, '')}`);
  rmSync(report, { recursive: true, force: true });
  const { code, output } = await call([process.execPath, suite, 'run', join(copy, name, target.file), '--report', report], {
    withinMs: runMs,
  });
  const found = readJson<Report>(join(report, 'report.json'));
  const complaints = differences(target, found);
  if (complaints.length > 0 && code !== 0 && code !== 1) complaints.push(...lastLines(output));
  const outcome = { name, file: target.file, report: found, complaints, seconds: (performance.now() - begun) / 1000 };
  tell(outcome);
  return outcome;
}

/** Runs all clients against all servers. */
async function matrix(chosen: readonly FieldImplementation[], copy: string): Promise<FieldOutcome> {
  const begun = performance.now();
  const targets = chosen.flatMap(({ name, interop }) => interop.map((file) => join(copy, name, file)));
  const report = join(reports, 'interop');
  const args = ['interop', ...targets, '--root', copy, '--starts', '2', '--report', report];
  rmSync(report, { recursive: true, force: true });
  const { code, output } = await call([process.execPath, suite, ...args], { withinMs: matrixMs });
  const found = readJson<InteropReport>(join(report, 'interop.json'));
  const complaints = (found?.pairs ?? [])
    .filter(({ verdict }) => verdict !== 'work together' && verdict !== 'inapplicable')
    .map(({ client, server, because }) => `${found?.clients[client]?.name} against ${found?.servers[server]?.name}: ${because}`);
  if (code !== 0 && complaints.length === 0) complaints.push(...lastLines(output));
  const file = found?.because ?? 'no report';
  const outcome = { name: 'interop', file, complaints, seconds: (performance.now() - begun) / 1000 };
  tell(outcome);
  return outcome;
}

const readJson = <Content>(path: string): Content | undefined =>
  existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Content) : undefined;

const lastLines = (output: string): string[] => output.trim().split('\n').slice(-10);

function tell({ name, file, complaints, seconds }: FieldOutcome): void {
  console.error(`${complaints.length === 0 ? '✔' : '✖'} ${name}, ${file}  ${seconds.toFixed(1)} s`);
  for (const complaint of complaints) console.error(`    ${complaint}`);
}

async function field(names: readonly string[], { part = false, interop = names.length === 0 && !part, lanes }: FieldOptions) {
  const chosen = choose(readField(), names, part);
  const copy = mkdtempSync(join(tmpdir(), 'iot-ntp-field-'));
  process.once('exit', () => rmSync(copy, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  cpSync(fieldFolder, copy, { recursive: true });
  const ready: FieldImplementation[] = [];
  const outcomes: FieldOutcome[] = [];
  for (const one of chosen) {
    const begun = performance.now();
    const problem = await prepare(one, join(copy, one.name));
    if (problem === undefined) ready.push(one);
    else
      outcomes.push({
        name: one.name,
        file: 'not installed',
        complaints: [problem],
        seconds: (performance.now() - begun) / 1000,
      });
  }
  outcomes.forEach(tell);
  const all = ready.flatMap((one) => one.targets.map((target) => ({ one, target })));
  const tools = Array.from({ length: lanes }, (_, index) => index);
  outcomes.push(...(await inLanes(all, tools, ({ one, target }) => judge(one, target, copy))));
  if (interop) outcomes.push(await matrix(ready, copy));
  process.stdout.write(table(outcomes));
  process.exitCode = outcomes.every(({ complaints }) => complaints.length === 0) ? 0 : 1;
}

const command = tool(
  'field',
  'Installs real brokers and clients from Debian and the npm registry, as root, judges each with the suite, compares with fixtures/field/field.yaml, and runs all clients against all servers. The reports are in conformance-report/field.',
  { 0: 'everything is as expected', 1: 'something is not, or could not be installed', 2: 'wrong use' },
)
  .argument('[names...]', 'only these, without the matrix: names of folders in fixtures/field')
  .option('--part', 'only the part that takes a few minutes, without the matrix')
  .option('--interop', 'with the matrix')
  .option('--no-interop', 'without the matrix')
  .option('--lanes <number>', 'how many are judged at the same time', wholeNumber(1), 2)
  .action(field);

await runTool(command);
