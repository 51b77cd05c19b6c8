import { counted } from '../harness/text/counted.ts';
import type { RequirementResult, Status } from './report.ts';

/** "2 of 40 requirements are not met: …" */
export function becauseBroken(broken: readonly RequirementResult[], total: number): string {
  const unknown = broken.filter(({ expected }) => expected === undefined);
  const known = broken.filter(({ expected }) => expected !== undefined);
  const share = known.length === 0 ? '' : unknown.length === 0 ? ', as expected' : `, ${known.length} of them as expected`;
  const named = idsInWords([...unknown, ...known]);
  return `${broken.length} of ${counted(total, 'requirement')} ${broken.length === 1 ? 'is' : 'are'} not met${share}: ${named}`;
}

/** The ids of the first few requirements, and how many more there are. */
export function idsInWords(requirements: readonly Pick<RequirementResult, 'id'>[]): string {
  const named = requirements.slice(0, 3).map(({ id }) => id);
  const list = requirements.length > named.length ? [...named, `${requirements.length - named.length} more`] : named;
  const last = list.pop();
  return list.length === 0 ? `${last}` : `${list.join(', ')} and ${last}`;
}

/** "3 requirements untested and 1 requirement inconclusive", and what broke. */
export function becauseOpen({ untested, inconclusive }: Readonly<Record<Status, number>>, faults: readonly string[]): string {
  const open = [
    untested === 0 ? '' : `${counted(untested, 'requirement')} untested`,
    inconclusive === 0 ? '' : `${counted(inconclusive, 'requirement')} inconclusive`,
  ];
  return [open.filter((part) => part !== '').join(' and '), ...faults].join('; ');
}

/** "every requirement was tested and is met" */
export function becauseMet({ warning, inapplicable }: Readonly<Record<Status, number>>): string {
  const applying = inapplicable === 0 ? '' : ' that applies';
  if (warning === 0) return `every requirement${applying} was tested and is met`;
  return `every requirement${applying} was tested and every MUST is met (${warning} ${warning === 1 ? 'recommendation is' : 'recommendations are'} not)`;
}
