/** The program of `action.yml`: runs the suite with the inputs, and then writes annotations and summary from its report. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { error, getBooleanInput, getInput, notice, setOutput, summary, warning } from '@actions/core';
import { printableLines } from '../../harness/text/printable.ts';
import { certificateFiles, clearCertificate, judgedFiles } from '../../report/certificate/certificate-files.ts';
import { clearReport, pageFile } from '../../report/report-folder.ts';
import type { Report } from '../../verdict/report.ts';
import { type Annotation, annotationsOf } from './annotations.ts';
import { summaryOf } from './summary.ts';

const entry = fileURLToPath(new URL('../../commands/entry.mjs', import.meta.url));

/** How many characters of the last output are shown if there is no report. */
const lastWords = 2_000;

/** The inputs of the action. */
interface Inputs {
  readonly target: string;
  readonly report: string;
  readonly expectations: string;
  /** The command line. */
  readonly words: readonly string[];
}

/** @throws Error that names the input */
function readInputs(): Inputs {
  const target = getInput('target');
  // Without a target, the command line would judge the suite's references.
  if (target === '') throw new Error('the input target is empty: it names the target file');
  const report = getInput('report') || 'conformance-report';
  const expectations = getInput('expectations');
  // The variable's name has no hyphen, because some shells drop variables with a hyphen.
  const inputOf = (name: string): string => getInput(name.replaceAll('-', '_'));
  const flag = (name: string): string[] =>
    inputOf(name) !== '' && getBooleanInput(name.replaceAll('-', '_')) ? [`--${name}`] : [];
  const value = (name: string, given = inputOf(name)): string[] => (given === '' ? [] : [`--${name}=${given}`]);
  const common = [...flag('allow-expected'), ...value('report', report), ...value('expectations')];
  const ofRun = [...flag('strict'), ...value('shard')];
  const merged = getInput('merge');
  if (merged !== '' && ofRun.length > 0)
    throw new Error(`the input merge judges what was run already; ${ofRun.join(' and ')} are for the shards`);
  const words =
    merged === ''
      ? ['run', ...common, ...ofRun, ...value('repeat'), '--', target]
      : ['merge', ...common, '--', ...foldersIn(merged)];
  return { target, report, expectations, words };
}

/** @throws Error */
function foldersIn(path: string): string[] {
  if (!existsSync(path))
    throw new Error(`the input merge is "${path}", which is not there; expected the folder of the shards' reports`);
  const folders = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  if (folders.length === 0) throw new Error(`the input merge is "${path}", which holds no folders; expected one for each shard`);
  return folders.map(({ name }) => join(path, name));
}

/**
 * Runs the suite, and shows its output. The runner executes no workflow command in it, even if an implementation writes one: it would have
 * to know a secret token.
 *
 * @returns the exit code, and its last output
 */
async function runSuite({ words }: Inputs): Promise<{ readonly code: number; readonly output: string }> {
  const token = randomUUID();
  process.stdout.write(`::stop-commands::${token}\n`);
  const child = spawn(process.execPath, [entry, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  // A cancelled job has a few seconds: the run ends in an orderly way, and reports its results so far.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  let output = '';
  // Use one stream for both: the runner reads two streams separately, and could read the token before the last line of the other one.
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-lastWords);
      process.stdout.write(text);
    });
  const [code] = (await once(child, 'close')) as [number | null];
  process.stdout.write(`\n::${token}::\n`);
  return { code: code ?? 4, output };
}

function annotate({ level, message, ...where }: Annotation): void {
  const show = { error, warning, notice }[level];
  show(message, { title: where.title, file: where.file, startLine: where.line });
}

function readReport(folder: string): Report | undefined {
  const path = join(folder, judgedFiles.report);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Report) : undefined;
}

/** The annotations of the step; a failed step says why, even without a report. */
function annotationsFor(inputs: Inputs, code: number, output: string, report: Report | undefined): readonly Annotation[] {
  const inRepository = (path: string): string => relative(process.cwd(), path);
  const target = inRepository(inputs.target);
  const expectations = inputs.expectations === '' ? {} : { expectations: inRepository(inputs.expectations) };
  const shown = report === undefined ? [] : annotationsOf(report, { target, ...expectations });
  if (code === 0 || shown.some(({ level }) => level === 'error')) return shown;
  const title = report === undefined ? 'nothing was judged' : 'the reports are incomplete';
  return [{ level: 'error', title, message: printableLines(output.trim()), file: target, line: 1 }, ...shown];
}

async function act(): Promise<number> {
  let inputs: Inputs;
  try {
    inputs = readInputs();
  } catch (problem) {
    error(problem instanceof Error ? problem.message : String(problem), { title: 'wrong use' });
    setOutput('exit-code', 2);
    return 2;
  }
  const { report: folder } = inputs;
  // Remove old files, so that the folder has only results of this run, even if it cannot start.
  clearReport(folder);
  clearCertificate(folder);
  const { code: ended, output } = await runSuite(inputs);
  const report = readReport(folder);
  // A process that dies before it judges anything has an exit code of Node.
  const code = report === undefined && ended < 2 ? 4 : ended;
  for (const annotation of annotationsFor(inputs, code, output, report)) annotate(annotation);
  if (report !== undefined && process.env['GITHUB_STEP_SUMMARY'] !== undefined) await summary.addRaw(summaryOf(report)).write();
  setOutput('verdict', report?.verdict ?? '');
  setOutput('exit-code', code);
  setOutput('report', folder);
  const files = {
    'report-json': judgedFiles.report,
    junit: 'junit.xml',
    page: pageFile,
    certificate: certificateFiles.certificate,
    badge: certificateFiles.badge,
  };
  for (const [name, file] of Object.entries(files)) {
    const path = join(folder, file);
    setOutput(name, existsSync(path) ? path : '');
  }
  return code;
}

process.exitCode = await act();
