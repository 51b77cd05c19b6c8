import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { flagWords } from '../commands/terminal/flag-words.ts';
import type { Report } from '../verdict/report.ts';

/** How a run differs from the usual; each member is the option of `iot-ntp-conformance run` that has its name. */
export interface ConformanceOptions {
  /** Folder of the reports; `conformance-report` in the working directory when absent. */
  readonly report?: string;
  /** Paths of the target file must stay inside this folder; by default the folder of the target file. */
  readonly root?: string;
  /** Ids of the requirements that are run; a run of a part is never complete. */
  readonly only?: readonly string[];
  /** A tag expression: `@must and not @clock`. */
  readonly tags?: string;
  /** How many devices send a request to a server at the same time; 200 when absent. */
  readonly devices?: number;
  /** Recommendations (SHOULD) affect the verdict as well. */
  readonly strict?: boolean;
  readonly failFast?: boolean;
  /** `random` or `random:SEED`; the order of the features when absent. */
  readonly order?: string;
  /** How long the run may take, as a duration: `90s`. */
  readonly deadline?: string;
  /** The file of expectations; `expectations.yaml` beside the target file when absent. */
  readonly expectations?: string;
  readonly allowExpected?: boolean;
  /** File of the private key that signs the certificate. */
  readonly sign?: string;
  /** Ends the run when it aborts; the report then says that it is incomplete. */
  readonly signal?: AbortSignal;
  /** Receives what the command line would print, as soon as it prints it. */
  readonly onOutput?: (text: string) => void;
}

/** There is no report, or not all of it could be written; the message is what the command line says. */
export class ConformanceError extends Error {
  override readonly name = 'ConformanceError';
  /** As documented: 2 for wrong use, 3 for the environment; undefined when the run was killed. */
  readonly exitCode: number | undefined;
  /** The result of the run, if only the files of the report folder are incomplete. */
  readonly report: Report | undefined;

  constructor(message: string, exitCode: number | undefined, report?: Report) {
    super(message);
    this.exitCode = exitCode;
    this.report = report;
  }
}

/**
 * Runs the whole suite on an implementation, as `run TARGET` does, in a process of its own. Returns the report with any verdict. It
 * takes seconds to minutes, so most test runners need a longer timeout.
 *
 * @param target path of the target file
 * @throws ConformanceError when nothing was judged: wrong use, target file, environment; the signal's reason if it has aborted before
 */
export async function runConformance(target: string, options: ConformanceOptions = {}): Promise<Report> {
  const { signal, onOutput, ...flags } = options;
  signal?.throwIfAborted();
  // A test runner must not share its process: the suite handles signals, and tests one implementation in a process.
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

/** How many characters of the command line's output are kept for an error message. */
const mostOutput = 4000;

/** The program of the command line: TypeScript in a checkout, compiled JavaScript in the package. */
function program(): string {
  return fileURLToPath(new URL('../commands/entry.mjs', import.meta.url));
}

/** Undefined if the run ended before it printed a whole report. */
function readReport(json: string): Report | undefined {
  try {
    return JSON.parse(json) as Report;
  } catch {
    return undefined;
  }
}
