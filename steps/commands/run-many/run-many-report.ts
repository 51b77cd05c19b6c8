import type { Role } from '../../requirements/requirement.ts';
import type { Report, Status, Verdict } from '../../verdict/report.ts';
import type { Member, RunManyReport } from './run-many-document.ts';

export type { Member, RunManyReport } from './run-many-document.ts';

/** The exit code and the report of the run on one target. */
export interface MemberRun {
  readonly folder: string;
  readonly exitCode: number;
  /** Undefined if the run left no report of its end. */
  readonly report: Report | undefined;
  readonly certified: boolean;
}

/** The entry of a target, from the report of its run. */
export function memberOf(
  { folder, exitCode, report, certified }: MemberRun,
  fallback: Pick<Member, 'name' | 'role' | 'file'>,
): Member {
  if (report === undefined) {
    const because = `the run left no report, and exited with code ${exitCode}`;
    return { folder, ...fallback, verdict: 'incomplete', because, exitCode, durationMs: 0, certified: false, requirements: [] };
  }
  const { name, version, role, file, imageDigest } = report.target;
  // The report of a killed run says incomplete; its exit code does as well.
  const whole = report.exitCode === exitCode;
  return {
    folder,
    name,
    ...(version === undefined ? {} : { version }),
    role,
    file,
    ...(imageDigest === undefined ? {} : { imageDigest }),
    verdict: whole ? report.verdict : 'incomplete',
    because: whole ? report.because : `the run exited with code ${exitCode}, and its report says ${report.exitCode}`,
    exitCode,
    durationMs: report.durationMs,
    certified: whole && certified,
    requirements: report.requirements.map(({ id, level, sentence, status }) => ({ id, level, sentence, status })),
  };
}

/** The report on all targets. */
export function runManyReport(
  members: readonly Member[],
  { suite, started, finished, left }: { suite: RunManyReport['suite']; started: Date; finished: Date; left: number },
): RunManyReport {
  const count = (verdict: Verdict): number => members.filter((member) => member.verdict === verdict).length;
  const open = count('incomplete') + left;
  const broken = count('does not conform');
  const told = [
    `${count('conforms')} of ${members.length + left} conform`,
    ...(broken === 0 ? [] : [`${broken} ${broken === 1 ? 'does' : 'do'} not`]),
    ...(open === 0 ? [] : [`${open} ${open === 1 ? 'is' : 'are'} incomplete${left === 0 ? '' : `, ${left} of them not begun`}`]),
  ];
  const verdict = broken > 0 ? 'does not conform' : open > 0 ? 'incomplete' : 'conforms';
  return {
    $schema: 'https://iot-ntp-conformance.invalid/schemas/run-many.schema.json',
    verdict,
    because: told.join(', '),
    // The highest code: a caller that reads only the code must not mistake a part for the whole.
    exitCode: Math.max(left > 0 ? 4 : 0, ...members.map(({ exitCode }) => exitCode)),
    suite,
    started: started.toISOString(),
    finished: finished.toISOString(),
    members,
  };
}

/** The requirements of a role in the order of the features, each with its status for every target of that role. */
export function rowsOf(
  { members }: RunManyReport,
  role: Role,
): readonly (Member['requirements'][number] & { readonly statuses: readonly (Status | undefined)[] })[] {
  const own = members.filter((member) => member.role === role);
  const known = new Map(own.flatMap(({ requirements }) => requirements.map((requirement) => [requirement.id, requirement])));
  return [...known.values()].map((requirement) => ({
    ...requirement,
    statuses: own.map(({ requirements }) => requirements.find(({ id }) => id === requirement.id)?.status),
  }));
}
