import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { flagWords } from '../commands/terminal/flag-words.ts';
import type { Report } from '../verdict/report.ts';

/** How a run differs from the usual; each member is the option of `iot-ntp-conformance run` that has its name. */
export interface ConformanceOptions {
  /** Folder of the reports; `conformance-report` in the working directory when absent. */
  readonly report?: string;
  /** The folder that no path of the target file leads out of; that of the target file when absent. */
  readonly root?: string;
  /** Ids of the requirements that are run; a run of a part is never complete. */
  readonly only?: readonly string[];
  /** A tag expression: `@must and not @clock`. */
  readonly tags?: string;
  /** How many devices ask a server at the same moment; 200 when absent. */
  readonly devices?: number;
  /** Recommendations decide as well. */
  readonly strict?: boolean;
  readonly failFast?: boolean;
  /** `random` or `random:SEED`; that of the features when absent. */
  readonly order?: string;
  /** How long the run may take, as a duration: `90s`. */
  readonly deadline?: string;
  /** The file of expectations; `expectations.yaml` beside the target file when absent. */
  readonly expectations?: string;
  readonly allowExpected?: boolean;
  /** File of the private key that signs the certificate. */
  readonly sign?: string;
  /** Ends the run when it aborts; its report is incomplete then, and says so. */
  readonly signal?: AbortSignal;
  /** Hears what the command line would show, as it comes. */
  readonly onOutput?: (text: string) => void;
}

/** There is no report, or not all of it could be written; the message is what the command line says. */
export class ConformanceError extends Error {
  override readonly name = 'ConformanceError';
  /** As documented: 2 for wrong use, 3 for the environment; undefined when the run was killed. */
  readonly exitCode: number | undefined;
  /** What was measured all the same, when only the files of the report folder are not whole. */
  readonly report: Report | undefined;

  constructor(message: string, exitCode: number | undefined, report?: Report) {
    super(message);
    this.exitCode = exitCode;
    this.report = report;
  }
}

/**
 * Runs the whole suite on an implementation, in a process of its own, and gives the report: what `run TARGET` does, whatever the
 * verdict. It takes seconds to minutes; most test runners want to be told.
 *
 * @param target path of the target file
 * @throws ConformanceError when nothing was judged: wrong use, target file, environment; the signal's reason when it has aborted already
 */
export async function runConformance(target: string, options: ConformanceOptions = {}): Promise<Report> {
  const { signal, onOutput, ...flags } = options;
  signal?.throwIfAborted();
  // The suite takes signals, has one implementation under test in a process, and ends it with its run: none of that is for a test runner.
  const child = spawn(process.execPath, [program(), 'run', ...flagWords(flags), '--json', '--', target], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const end = (): void => void child.kill('SIGTERM');
  signal?.addEventListener('abort', end, { once: true });
  process.once('exit', end);
  try {
    let [json, output] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      json += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-mostOutput);
      onOutput?.(text);
    });
    const [code, killedBy] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    const report = readReport(json);
    if (report !== undefined && code === report.exitCode) return report;
    const how = killedBy === null ? `exit code ${code}` : `killed by ${killedBy}`;
    throw new ConformanceError(output.trim() || `the suite ended without a word, ${how}`, code ?? undefined, report);
  } finally {
    signal?.removeEventListener('abort', end);
    process.off('exit', end);
  }
}

/** How much of what the command line says is kept for a message, in characters. */
const mostOutput = 4000;

/** The command line: the TypeScript itself in a checkout, what was compiled from it in the package. */
function program(): string {
  return fileURLToPath(new URL('../commands/entry.mjs', import.meta.url));
}

/** Undefined for a run that ended before it had one, or in the midst of it. */
function readReport(json: string): Report | undefined {
  try {
    return JSON.parse(json) as Report;
  } catch {
    return undefined;
  }
}
