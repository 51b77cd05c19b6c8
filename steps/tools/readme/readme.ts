/**
 * Writes the tables of requirements into README.md. They stand between the lines `<!-- requirements:server:begin -->` and
 * `<!-- requirements:server:end -->`, or the same of another role, and come from the features.
 *
 * Usage: npm run fix:readme
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { type Role, readRequirements, root } from '../../requirements/requirement.ts';
import { answerHelp, takeNoArguments } from '../usage.ts';

const path = `${root}README.md`;
const tables = /(<!-- requirements:(server|client):begin -->\n)[\s\S]*?(<!-- requirements:\2:end -->)/g;

/** A README with its tables of requirements as the features have them. */
export function withTables(text: string): string {
  return text.replaceAll(tables, (_, begin: string, role: string, end: string) => `${begin}\n${tableOf(role as Role)}\n\n${end}`);
}

function tableOf(role: Role): string {
  const rows = readRequirements(role).map(({ id, level, capabilities, sentence }) => {
    const needs = capabilities.length === 0 ? '' : ` [${capabilities.join(', ')}]`;
    return `| \`${id}\` | ${level.toUpperCase()} | ${sentence.replaceAll('|', '\\|')}${needs} |`;
  });
  return ['| id | level | sentence |', '| --- | --- | --- |', ...rows].join('\n');
}

if (import.meta.main) {
  answerHelp(import.meta.url);
  takeNoArguments('fix:readme');
  writeFileSync(path, withTables(readFileSync(path, 'utf8')));
}
