/** The middle one; of an even number the one above the middle. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Prints the median of times in ms, with the least and the most. */
export function row(name: string, times: readonly number[]): void {
  line(name, seconds(median(times)), `(${seconds(Math.min(...times))} … ${seconds(Math.max(...times))})`);
}

/** Prints a name and its value. */
export function line(name: string, value: string, remark = ''): void {
  console.log(`  ${name.padEnd(58)} ${value.padStart(9)}   ${remark}`.trimEnd());
}

/** Prints a table: its first column to the left, all others to the right. */
export function table(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  for (const cells of rows)
    console.log(
      `  ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join('   ')}`.trimEnd(),
    );
}

/** Of ms. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

/** Of bytes. */
export function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}
