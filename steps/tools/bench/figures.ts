/** The median; for an even number of values the larger one of the two in the middle. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Prints a figure with its name. */
export function printFigure(name: string, value: string, remark = ''): void {
  console.log(`  ${name.padEnd(52)} ${value.padStart(12)}   ${remark}`.trimEnd());
}

/** Prints the median of times in ms, with the shortest and the longest. */
export function printTimes(name: string, times: readonly number[]): void {
  printFigure(name, seconds(median(times)), `(${seconds(Math.min(...times))} … ${seconds(Math.max(...times))})`);
}

/** `2.50 s`, of ms. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

/** `313 MiB`, of bytes. */
export function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}
