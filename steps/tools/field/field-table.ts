import { stripVTControlCharacters } from 'node:util';
import type { Report } from '../../verdict/report.ts';

/** The result of one target file, or of the matrix. */
export interface FieldOutcome {
  readonly name: string;
  /** The target file. */
  readonly file: string;
  readonly report?: Pick<Report, 'verdict' | 'counts'> | undefined;
  /** The differences from the expectation, in words. */
  readonly complaints: readonly string[];
  readonly seconds: number;
}

/** The table for the console, followed by everything unexpected. */
export function table(outcomes: readonly FieldOutcome[]): string {
  const rows = [['implementation', 'target file', 'verdict', 'requirements', 'seconds', ''], ...outcomes.map(cells)];
  const widths = rows[0]?.map((_, index) => Math.max(...rows.map((row) => (row[index] ?? '').length))) ?? [];
  const lines = rows.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const complaints = outcomes.flatMap(({ name, file, complaints: own }) => own.map((text) => `✖ ${name}, ${file}: ${text}`));
  const right = outcomes.filter(({ complaints: own }) => own.length === 0).length;
  return stripVTControlCharacters([...lines, '', ...complaints, `${right} of ${outcomes.length} are as expected`, ''].join('\n'));
}

function cells({ name, file, report, complaints, seconds }: FieldOutcome): string[] {
  const counts = Object.entries(report?.counts ?? {}).filter(([, count]) => count > 0);
  const requirements = counts.map(([status, count]) => `${count} ${status}`).join(', ');
  return [
    name,
    file,
    report?.verdict ?? '',
    requirements,
    seconds.toFixed(1),
    complaints.length === 0 ? 'as expected' : 'not as expected',
  ];
}
