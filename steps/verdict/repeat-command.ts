import type { ScenarioResult } from './report.ts';

/** The command that shows the failure of a requirement again: the whole run where only scenarios of other requirements showed it. */
export function repeatCommand(command: string, id: string, scenarios: readonly ScenarioResult[]): string {
  const failed = scenarios.filter(({ failure }) => failure !== undefined);
  const elsewhere = failed.length > 0 && failed.every(({ foundDuring }) => foundDuring !== undefined);
  return elsewhere ? command : `${command} --only ${id}`;
}
