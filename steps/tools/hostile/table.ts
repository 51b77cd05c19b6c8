import { type HostileRun, mostMb } from './attempt.ts';

const columns = ['what was done', 'how it ended', 'exit code', 'seconds', 'peak memory', 'left behind'] as const;

/** The longest text about the end of a run in the table, in characters. */
const longest = 100;

/** The table for the console, followed by everything that is wrong. */
export function consoleTable(attempts: readonly HostileRun[]): string {
  const rows = [[...columns], ...attempts.map(cells)];
  const widths = columns.map((_, index) => Math.max(...rows.map((row) => (row[index] ?? '').length)));
  const lines = rows.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const complaints = attempts.flatMap(({ name, complaints: own }) => own.map((complaint) => `✖ ${name}: ${complaint}`));
  return `${[...lines, '', ...complaints, conclusion(attempts)].join('\n')}\n`;
}

function cells({ name, ended, code, seconds, peakMb, leftBehind }: HostileRun): string[] {
  const shown = ended.length > longest ? `${ended.slice(0, longest - 1).trimEnd()}…` : ended;
  const left = leftBehind.length === 0 ? 'nothing' : leftBehind.join(', ');
  return [name, shown, code === undefined ? 'killed' : String(code), seconds.toFixed(1), `${peakMb} MB`, left];
}

function conclusion(attempts: readonly HostileRun[]): string {
  const survived = attempts.filter(({ complaints }) => complaints.length === 0).length;
  const peak = Math.max(...attempts.map(({ peakMb }) => peakMb));
  return `${survived} of ${attempts.length} survived; the suite's peak memory was ${peak} MB, ${mostMb} MB are allowed`;
}
