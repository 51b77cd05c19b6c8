/** Runs `action.yml` as GitHub's runner does, by its documentation. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parse } from 'yaml';
import { root } from '../requirements/requirement.ts';

/** The text of `action.yml`. */
export const metadata = readFileSync(join(root, 'action.yml'), 'utf8');

interface ActionStep {
  readonly id?: string;
  readonly shell: string;
  readonly run: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The parts of `action.yml` that the runner reads. */
export const action = parse(metadata) as {
  readonly inputs: Readonly<Record<string, { readonly required?: boolean; readonly default?: string }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly steps: readonly ActionStep[] };
};

/** A workflow command that the runner executed. */
export interface Command {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

/** The result of the action, as the job sees it. */
export interface ActionResult {
  readonly code: number | null;
  readonly log: string;
  readonly commands: readonly Command[];
  readonly summary: string;
  readonly outputs: Readonly<Record<string, string>>;
}

/** Differences from the usual job. */
export interface JobOptions {
  /** Where the action was checked out. */
  readonly actionPath?: string;
  /** A folder of programs that stands first in PATH. */
  readonly path?: string;
}

/**
 * Runs the steps of the action in a workspace, one after the other, up to the first that fails.
 *
 * @param given the inputs that the job sets; the others have their defaults
 */
export async function runAction(
  workspace: string,
  given: Readonly<Record<string, string>>,
  { actionPath = root, path }: JobOptions = {},
): Promise<ActionResult> {
  const inputs = { ...defaults(), ...given };
  const temporary = mkdtempSync(join(workspace, 'runner-'));
  const files = { output: join(temporary, 'output'), summary: join(temporary, 'summary') };
  for (const file of Object.values(files)) writeFileSync(file, '');
  const steps: Record<string, Readonly<Record<string, string>>> = {};
  let [code, log]: [number | null, string] = [0, ''];
  for (const { id = '', run, env = {} } of action.runs.steps) {
    if (code !== 0) break;
    const script = join(temporary, 'script.sh');
    writeFileSync(script, run);
    const filled = Object.entries(env).map(([name, value]) => [name, evaluate(value, { inputs })]);
    // GitHub's definition of "shell: bash".
    const child = spawn('bash', ['--noprofile', '--norc', '-e', '-o', 'pipefail', script], {
      cwd: workspace,
      env: {
        ...(Object.fromEntries(filled) as Record<string, string>),
        PATH: [...(path === undefined ? [] : [path]), process.env['PATH'] ?? ''].join(':'),
        HOME: tmpdir(),
        NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? '',
        GITHUB_ACTIONS: 'true',
        GITHUB_ACTION_PATH: actionPath,
        GITHUB_WORKSPACE: workspace,
        GITHUB_OUTPUT: files.output,
        GITHUB_STEP_SUMMARY: files.summary,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [closed, stdout, stderr] = await Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)]);
    [code] = closed as [number | null];
    log += stdout + stderr;
    steps[id] = outputsIn(readFileSync(files.output, 'utf8'));
  }
  const outputs = Object.entries(action.outputs).map(([name, { value }]) => [name, evaluate(value, { steps })]);
  return {
    code,
    log,
    commands: commandsIn(log),
    summary: readFileSync(files.summary, 'utf8'),
    outputs: Object.fromEntries(outputs) as Record<string, string>,
  };
}

function defaults(): Record<string, string> {
  return Object.fromEntries(Object.entries(action.inputs).map(([name, input]) => [name, input.default ?? '']));
}

/** A text with `${{ inputs.x }}` and `${{ steps.x.outputs.y }}`. */
function evaluate(
  value: string,
  known: {
    readonly inputs?: Readonly<Record<string, string>>;
    readonly steps?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  },
): string {
  return value.replaceAll(/\$\{\{ *(?:inputs\.([\w-]+)|steps\.([\w-]+)\.outputs\.([\w-]+)) *\}\}/g, (_, input, step, output) => {
    return (input === undefined ? known.steps?.[step as string]?.[output as string] : known.inputs?.[input as string]) ?? '';
  });
}

/** The file of a step's outputs: `name<<DELIMITER`, the value's lines, and the delimiter. */
function outputsIn(file: string): Record<string, string> {
  const outputs: Record<string, string> = {};
  for (const [, name = '', , value = ''] of file.matchAll(/^([^\n<]+)<<(\S+)\n([\s\S]*?)\n\2$/gm)) outputs[name] = value;
  return outputs;
}

/** The commands in what a step prints, as the runner reads them: `::name key=value,…::data` in a line of its own. */
export function commandsIn(log: string): readonly Command[] {
  const commands: Command[] = [];
  let token: string | undefined;
  for (const line of log.split(/\r\n|\r|\n/)) {
    const [, name = '', list = '', data = ''] = /^\s*::([^\s:]+)(?: ([^\n]*?))?::(.*)$/.exec(line) ?? [];
    if (token !== undefined) {
      if (name === token) token = undefined;
      continue;
    }
    if (name === '') continue;
    if (name === 'stop-commands') token = data;
    const properties = list
      .split(',')
      .map((pair) => [pair.slice(0, pair.indexOf('=')).trim(), unescaped(pair.slice(pair.indexOf('=') + 1))]);
    commands.push({ name, properties: Object.fromEntries(properties) as Record<string, string>, data: unescaped(data) });
  }
  return commands;
}

const escapes: Readonly<Record<string, string>> = { '%0D': '\r', '%0A': '\n', '%3A': ':', '%2C': ',', '%25': '%' };

function unescaped(value: string): string {
  return value.replaceAll(/%(?:0D|0A|3A|2C|25)/g, (code) => escapes[code] ?? code);
}
