import { readFileSync } from 'node:fs';
import type { Target } from '../../harness/implementation/target.ts';
import { loadTarget } from '../../harness/implementation/target-file.ts';
import { counted } from '../../harness/text/counted.ts';
import { printable } from '../../harness/text/printable.ts';
import { conceal } from '../../harness/text/secrets.ts';
import { WrongUse } from '../../harness/text/usage-error.ts';
import { type Paint, painterFor } from '../../report/paint.ts';
import { root } from '../../requirements/requirement.ts';
import { suiteCommand } from '../terminal/suite-command.ts';
import { joinWords } from '../terminal/word-list.ts';
import { type CheckOutcome, type CheckResult, notNeeded, runCheck } from './check-result.ts';
import { checkClocks, checkLoopback, checkNode, checkProgram, checkReportFolder } from './machine-check.ts';

/** The options of `doctor`. */
export interface DoctorFlags {
  readonly report: string;
  readonly root?: string;
  readonly connect?: true;
  readonly json?: true;
}

/** How long a check may take, in ms: on this machine only, or with an engine, which may have to ask a registry. */
const [nearMs, farMs] = [10_000, 30_000];

/**
 * `doctor [TARGET]`: checks what a run needs, and prints what is missing and what to do. Without a target it checks what the embedded
 * references need, and what else could be used.
 *
 * @returns 0 when all that is needed is there, else 3
 * @throws TargetFileError, WrongUse
 */
export async function doctor(path: string | undefined, { report, root: bounds, connect, json }: DoctorFlags): Promise<number> {
  if (path === undefined && connect === true) throw new WrongUse('--connect needs a target file: doctor acme.yaml --connect');
  const target = path === undefined ? undefined : await loadTarget(path, process.env, bounds);
  const checks = checksFor(target, report, connect === true);
  if (json !== true) console.log(`what a run ${path === undefined ? 'of the embedded references' : `of ${path}`} needs:`);
  const findings: CheckResult[] = [];
  for (const each of checks) {
    const result = shown(await each, target?.secrets ?? []);
    findings.push(result);
    if (json !== true) console.log(inWords(result, painterFor(process.stdout, process.env)));
  }
  const problems = findings.filter(({ status }) => status === 'problem').length;
  const code = problems === 0 ? 0 : 3;
  if (json === true) console.log(JSON.stringify({ ready: problems === 0, findings }, undefined, 2));
  else if (problems === 0)
    console.log(`\nnothing is missing; next: ${suiteCommand} run${path === undefined ? '' : ` ${joinWords([path])}`}`);
  else console.log(`\n${counted(problems, 'problem')} to fix first`);
  // A check that took too long may still be running: it must not keep the process alive.
  setTimeout(() => process.exit(code), 500).unref();
  return code;
}

/** All checks, already started. They end in any order, and are printed in this order. */
function checksFor(target: Target | undefined, report: string, connect: boolean): Promise<CheckResult>[] {
  const { engines } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { engines: { node: string } };
  const inContainer = target?.start.kind === 'container';
  const engine = runCheck('Docker engine', nearMs, async () => (await import('./engine-check.ts')).checkEngine());
  const checks: Promise<CheckResult>[] = [
    runCheck('Node', nearMs, () => checkNode(process.version, engines.node)),
    runCheck('terminal', nearMs, () => checkTerminal(process.stdout, process.env)),
    runCheck('report folder', nearMs, () => checkReportFolder(report)),
    runCheck('clock', nearMs, checkClocks),
    runCheck(
      'loopback',
      nearMs,
      target?.start.kind === 'address' ? () => notNeeded('not tried: the server runs elsewhere') : checkLoopback,
    ),
    engine.then((result) => (inContainer ? result : unlessNeeded(result))),
  ];
  return target === undefined ? checks : [...checks, ...checksOfTarget(target, engine, connect)];
}

/** The checks of what the target itself needs. */
function checksOfTarget(target: Target, engine: Promise<CheckResult>, connect: boolean): Promise<CheckResult>[] {
  const { role, start, capabilities } = target;
  const checks: Promise<CheckResult>[] = [];
  // If no engine answers, only the check of the engine reports it.
  const onEngine = (name: string, at: () => Promise<CheckOutcome>, withinMs = farMs): void => {
    checks.push(
      engine.then(({ status }) =>
        runCheck(name, withinMs, status === 'ok' ? at : () => notNeeded('not tried: no engine answers')),
      ),
    );
  };
  if (start.kind === 'process') checks.push(runCheck('program', nearMs, () => checkProgram(start)));
  if (start.kind === 'container') {
    const { image } = start;
    const built = async (): Promise<CheckOutcome> => notNeeded('not tried: the run builds it from its Dockerfile');
    onEngine('image', image === undefined ? built : async () => (await import('./engine-check.ts')).checkImage(image));
  }
  if (role === 'server') return [...checks, ...checksOfServer(target, [engine, ...checks.slice(-1)], connect)];
  if (start.kind === 'container')
    onEngine('container', async () => (await import('./engine-check.ts')).checkContainer(target, start));
  const near = (name: string, at: () => Promise<CheckOutcome>, withinMs = farMs): void => {
    if (start.kind === 'container') onEngine(name, at, withinMs);
    else checks.push(runCheck(name, withinMs, at));
  };
  near('platform', async () => (await import('./implementation-check.ts')).checkPlatform(target));
  if (capabilities.has('clock'))
    near('controlled clock', async () => (await import('./implementation-check.ts')).checkControlledClock(target));
  else
    checks.push(runCheck('controlled clock', nearMs, () => notNeeded('the target file does not declare the capability clock')));
  const deadlineMs = farMs + target.ready.withinMs + target.withinMs;
  if (connect) near('connection', async () => (await import('./start-check.ts')).checkClient(target), deadlineMs);
  return checks;
}

/** If nothing is missing, starts the server or waits for its address; then, with `connect`, connects a device. */
function checksOfServer(target: Target, needed: readonly Promise<CheckResult>[], connect: boolean): Promise<CheckResult>[] {
  const { start, ready } = target;
  const withinMs = farMs + ready.withinMs;
  const check = import('./start-check.ts').then(({ StartCheck }) => new StartCheck(target));
  const started = Promise.all(needed).then(async (findings) => {
    const why = await whyNotStarted(target, findings, connect);
    const at = why === undefined ? async () => (await check).start() : () => notNeeded(`not tried: ${why}`);
    return runCheck(start.kind === 'process' ? 'start' : start.kind, withinMs, at);
  });
  const connected = started.then(() => runCheck('connection', withinMs, async () => (await check).connect()));
  const last = (connect ? connected : started).then(async (result) => {
    await (await check).end();
    return result;
  });
  return connect ? [started, last] : [last];
}

/** Why the server is not started, in words; undefined if it is. @param needed the results for the engine, and the program or image */
async function whyNotStarted(
  { start }: Target,
  [engine, own]: readonly CheckResult[],
  connect: boolean,
): Promise<string | undefined> {
  if (own?.status === 'problem') return `its ${own.name} is missing`;
  if (start.kind !== 'container') return undefined;
  if (engine?.status !== 'ok') return 'no engine answers';
  const { isHere } = await import('./engine-check.ts');
  if (connect || (await isHere(start))) return undefined;
  return start.image === undefined ? 'the run builds its image' : 'its image is not here yet';
}

function unlessNeeded(result: CheckResult): CheckResult {
  if (result.status !== 'problem') return result;
  return { name: result.name, ...notNeeded(`${result.seen} Only a target in a container needs one.`) };
}

/** How output will look on this stream. It is never a problem: the output of a run is readable on any stream. */
export function checkTerminal(
  stream: { readonly isTTY?: boolean; readonly columns?: number },
  env: NodeJS.ProcessEnv,
): CheckOutcome {
  const colours = painterFor(stream, env)('good', 'x') === 'x' ? 'no colours' : 'colours';
  if (stream.isTTY !== true) return notNeeded(`none: output is plain lines, ${colours}`);
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  const text =
    process.platform === 'win32' || /utf-?8/i.test(locale)
      ? 'UTF-8'
      : `no UTF-8 (LANG is ${locale || 'not set'}): symbols may look wrong`;
  return { status: 'ok', seen: `${stream.columns ?? 80} columns, ${colours}, ${text}` };
}

/** A result without secrets and control characters. */
function shown({ name, status, seen, advice }: CheckResult, secrets: readonly string[]): CheckResult {
  const safe = (text: string): string => printable(conceal(text, secrets));
  return { name, status, seen: safe(seen), ...(advice === undefined ? {} : { advice: safe(advice) }) };
}

const styles = { ok: 'good', problem: 'bad', 'not needed': 'quiet' } as const;

function inWords({ name, status, seen, advice }: CheckResult, paint: Paint): string {
  const indent = ' '.repeat(31);
  const more = advice === undefined ? '' : `\n${indent}${advice}`;
  return `  ${paint(styles[status], status.padEnd(10))}  ${name.padEnd(16)} ${seen}${more}`;
}
