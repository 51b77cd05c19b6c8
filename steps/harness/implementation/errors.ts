/** One mistake in a file that people write, with its place. */
export interface Mistake {
  /** Line and column in the file, both counted from 1. */
  readonly line: number;
  readonly column: number;
  /** The member concerned, such as `container.port` or `devices[1].deviceName`; empty for the file as a whole. */
  readonly member: string;
  /** What is wrong, and what was expected. */
  readonly what: string;
}

/** A file that people write is at fault. The message names it, and of every mistake the line, the member and what was expected. */
export class InputFileError extends Error {
  override readonly name: string = 'InputFileError';
  readonly file: string;
  /** In the order of the file; empty when the file could not be read at all. */
  readonly mistakes: readonly Mistake[];

  constructor(file: string, mistakes: readonly Mistake[] | string) {
    super(typeof mistakes === 'string' ? `${file}: ${mistakes}` : mistakes.map((mistake) => describe(file, mistake)).join('\n'));
    this.file = file;
    this.mistakes = typeof mistakes === 'string' ? [] : mistakes;
  }
}

/** The target file is at fault. */
export class TargetFileError extends InputFileError {
  override readonly name = 'TargetFileError';
}

/**
 * The implementation under test could not be started or reached, or what it needs is missing: neither the implementation nor
 * the suite was judged. The message says what was tried, what was seen and what to do.
 */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
}

function describe(file: string, { line, column, member, what }: Mistake): string {
  return `${file}:${line}:${column}: ${member === '' ? '' : `${member}: `}${what}`;
}
