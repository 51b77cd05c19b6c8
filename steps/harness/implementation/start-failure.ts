import { basename } from 'node:path';
import { printableLines } from '../text/printable.ts';
import { conceal } from '../text/secrets.ts';
import { EnvironmentError } from './errors.ts';
import type { ContainerStart, ProcessStart, Target } from './target.ts';

/** A start that failed, as a message describes it. */
export interface FailedStart {
  /** What the suite did: a command, an image, an address. */
  readonly tried: string;
  /** What happened. */
  readonly seen: string;
  /** The last lines of output; absent when there cannot be any. */
  readonly output?: readonly string[];
  /** What the user can do, in a sentence. */
  readonly advice: string;
}

/** An implementation did not start. */
export class StartError extends EnvironmentError {
  /** As it was seen: with secrets and control characters. */
  readonly failed: FailedStart;

  constructor(message: string, failed: FailedStart) {
    super(message);
    this.failed = failed;
  }
}

/** What is tried where the suite starts an implementation, in words. */
export function startInWords(start: ProcessStart | ContainerStart): string {
  if (start.kind === 'process') return `${start.command.join(' ')}  (in ${start.cwd})`;
  const { build, image } = start;
  return `a container of ${build === undefined ? `the image ${image}` : `the Dockerfile ${build.dockerfile}`}`;
}

/** The last lines that it printed, or that it printed nothing; none where it cannot have printed any. */
export function lastLines({ output }: Pick<FailedStart, 'output'>): readonly string[] {
  return output?.length === 0 ? ['it printed nothing'] : (output ?? []).slice(-10);
}

/** The error for an implementation that did not start. In its message secrets are `(secret)`, and control characters are escaped. */
export function notStarted(target: Target, failed: FailedStart): StartError {
  const { tried, seen, output, advice } = failed;
  const lines = [`${target.name} (${basename(target.file)}) did not start.`, `  tried  ${tried}`, `  seen   ${seen}`];
  const printed = lastLines(failed);
  if (output === undefined || output.length === 0) lines.push(...printed.map((line) => `  ${line}`));
  else lines.push('  its last lines:', ...printed.map((line) => `    ${line}`));
  lines.push(`  ${advice}`);
  return new StartError(printableLines(conceal(lines.join('\n'), target.secrets)), failed);
}
