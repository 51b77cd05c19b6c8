/** One mistake in a file that people write, with its place. */
export interface FileMistake {
  /** Line and column in the file, both counted from 1. */
  readonly line: number;
  readonly column: number;
  /** The member concerned, such as `container.port` or `devices[1].deviceName`; empty for the file as a whole. */
  readonly member: string;
  /** What is wrong, and what was expected. */
  readonly what: string;
}

/** A file that people write has mistakes. The message gives the line, the member and the expectation of each. */
export class InputFileError extends Error {
  override readonly name: string = 'InputFileError';
  readonly file: string;
  /** In the order of the file; empty when the file could not be read at all. */
  readonly mistakes: readonly FileMistake[];

  /**
   * @param file as the user wrote it
   * @param mistakes in the order of the file, or why the file cannot be read at all
   */
  constructor(file: string, mistakes: readonly FileMistake[] | string) {
    super(typeof mistakes === 'string' ? `${file}: ${mistakes}` : mistakes.map((mistake) => describe(file, mistake)).join('\n'));
    this.file = file;
    this.mistakes = typeof mistakes === 'string' ? [] : mistakes;
  }
}

/** The target file has mistakes. */
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

function describe(file: string, { line, column, member, what }: FileMistake): string {
  return `${file}:${line}:${column}: ${member === '' ? '' : `${member}: `}${what}`;
}
