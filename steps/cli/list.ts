import { readFileSync } from 'node:fs';
import { type Role, readRequirements, root } from '../requirement.ts';

/** The text of `list`. */
export function list({ role, excluded, json }: { role?: Role; excluded?: true; json?: true }): string {
  if (excluded === true) return listExcluded(json === true);
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
  const statements = JSON.parse(readFileSync(`${root}schemas/excluded.json`, 'utf8')) as { statement: string; why: string }[];
  if (json) return `${JSON.stringify(statements, undefined, 2)}\n`;
  return statements.map(({ statement, why }) => `${statement}\n    ${why}\n`).join('');
}
