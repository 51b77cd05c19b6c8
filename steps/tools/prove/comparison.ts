import type { Report } from '../../verdict/report.ts';
import type { Trial } from './trial.ts';

/** A way in which the suite got an implementation wrong. */
export interface ProofMistake {
  readonly kind: 'missing failure' | 'additional failure' | 'additional pass' | 'inconclusive' | 'crash';
  readonly implementation: string;
  /** The requirement concerned, where it is one. */
  readonly requirement?: string;
  readonly text: string;
}

/** Compares what the suite said of an implementation with what is true of it, exactly. */
export function compare({ implementation, report, crash }: Trial): ProofMistake[] {
  const { name, fails, warns, passes } = implementation;
  if (crash !== undefined || report === undefined)
    return [{ kind: 'crash', implementation: name, text: crash ?? 'the suite left no report' }];
  return [
    ...compareSets(name, 'failed', fails, report),
    ...compareSets(name, 'warning', warns, report),
    ...(passes === undefined ? [] : comparePasses(name, passes, report)),
    ...openEnds(name, report),
  ];
}

function compareSets(name: string, status: 'failed' | 'warning', expected: readonly string[], report: Report): ProofMistake[] {
  const verb = status === 'failed' ? 'fail' : 'be a warning';
  const missing = expected.filter((id) => statusOf(report, id) !== status);
  const additional = report.requirements.filter((result) => result.status === status && !expected.includes(result.id));
  return [
    ...missing.map((id): ProofMistake => {
      const text = `${id} must ${verb} and is ${statusOf(report, id) ?? 'not in the report'}`;
      return { kind: 'missing failure', implementation: name, requirement: id, text };
    }),
    ...additional.map(({ id, scenarios }): ProofMistake => {
      const scenario = scenarios.find((result) => result.status === status);
      const { expected: wanted = '', received = '' } = scenario?.failure ?? {};
      const text = `${id} must not ${verb}; ${scenario?.title ?? ''}: expected ${wanted}, received ${received}`;
      return { kind: 'additional failure', implementation: name, requirement: id, text };
    }),
  ];
}

/**
 * What is passed although nothing was there to judge it by. A check that looks at nothing fails no implementation, so that no failed set
 * shows it; and `passed` would tell a vendor that something was proven.
 */
function comparePasses(name: string, possible: readonly string[], report: Report): ProofMistake[] {
  const additional = report.requirements.filter(({ id, status }) => status === 'passed' && !possible.includes(id));
  return additional.map(({ id }): ProofMistake => {
    const text = `${id} is passed, and cannot be judged by what this implementation does`;
    return { kind: 'additional pass', implementation: name, requirement: id, text };
  });
}

/** What a run left open although nothing that failed explains it. */
function openEnds(name: string, { requirements, faults, exitCode, because }: Report): ProofMistake[] {
  const open = requirements.flatMap(({ id, scenarios }) =>
    scenarios.filter(({ status }) => status === 'inconclusive').map((scenario) => ({ id, scenario })),
  );
  const mistake = (text: string): ProofMistake => ({ kind: 'inconclusive', implementation: name, text });
  const [first] = open;
  if (first !== undefined) {
    const { id, scenario } = first;
    const { title, reason = 'no reason given' } = scenario;
    return [{ ...mistake(`${open.length} scenarios; ${id}, ${title}: ${reason}`), requirement: id }];
  }
  if (faults.length > 0) return [mistake(faults.join('; '))];
  return exitCode === 4 ? [mistake(because)] : [];
}

function statusOf({ requirements }: Report, id: string): string | undefined {
  return requirements.find((result) => result.id === id)?.status;
}
