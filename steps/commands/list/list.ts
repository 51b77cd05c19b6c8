import { didYouMean } from '../../harness/implementation/nearest-name.ts';
import { WrongUse } from '../../harness/text/usage-error.ts';
import { readStatements } from '../../requirements/page-statements.ts';
import { type Role, readRequirements } from '../../requirements/requirement.ts';
import { type RequirementSet, readSets } from '../../requirements/requirement-set.ts';

/** The options of `list`. */
export interface ListOptions {
  readonly role?: Role;
  readonly excluded?: true;
  /** A set's name; true for the newest. */
  readonly set?: string | true;
  readonly json?: true;
}

/** The text of `list`. @throws WrongUse when there is no such set */
export function list({ role, excluded, set, json }: ListOptions): string {
  if (excluded === true) return listExcluded(json === true);
  if (set !== undefined) return listSet(set, role, json === true);
  const requirements = readRequirements(role);
  if (json === true) return `${JSON.stringify(requirements, undefined, 2)}\n`;
  const width = Math.max(...requirements.map(({ id }) => id.length));
  return requirements
    .map(({ id, level, capabilities, sentence }) => {
      const needs = capabilities.length === 0 ? '' : ` [${capabilities.join(', ')}]`;
      return `${id.padEnd(width)}  ${level.toUpperCase().padEnd(6)}  ${sentence}${needs}\n`;
    })
    .join('');
}

function listExcluded(json: boolean): string {
  const statements = readStatements().flatMap(({ place, says, untestable, misprint }) =>
    untestable === undefined
      ? []
      : [{ place, statement: says, why: untestable, ...(misprint === undefined ? {} : { misprint }) }],
  );
  if (json) return `${JSON.stringify(statements, undefined, 2)}\n`;
  return statements
    .map(({ place, statement, why, misprint }) => {
      const marked = misprint === undefined ? '' : `    Misprint: ${misprint}\n`;
      return `${place}: ${statement}\n    ${why}\n${marked}`;
    })
    .join('');
}

function listSet(wanted: string | true, role: Role | undefined, json: boolean): string {
  const sets = readSets();
  const set = wanted === true ? sets[0] : sets.find(({ name }) => name === wanted);
  if (set === undefined) throw new WrongUse(`--set ${wanted}: ${noSuchSet(wanted, sets)}`);
  const members = [...(role === 'client' ? [] : set.server), ...(role === 'server' ? [] : set.client)];
  const { name, digest } = set;
  if (json) return `${JSON.stringify({ name, digest, requirements: members }, undefined, 2)}\n`;
  const width = Math.max(...members.map(({ id }) => id.length));
  const lines = members.map((member) => `${member.id.padEnd(width)}  ${member.digest}\n`);
  return `requirement set ${name}, digest ${digest}\n${lines.join('')}`;
}

function noSuchSet(wanted: string | true, sets: readonly RequirementSet[]): string {
  const names = sets.map(({ name }) => name);
  const nearest = wanted === true ? '' : didYouMean(wanted, names);
  return `there is no such requirement set${nearest}; there are ${names.join(', ') || 'none'}`;
}
