import { readFileSync, writeFileSync } from 'node:fs';
import { type Role, readRequirements, root } from '../../requirements/requirement.ts';
import { runTool, tool } from '../tool.ts';

/** The tables stand between `<!-- requirements:server:begin -->` and `<!-- requirements:server:end -->`, or the same for clients. */
const tables = /(<!-- requirements:(server|client):begin -->\n)[\s\S]*?(<!-- requirements:\2:end -->)/g;

/** Fills the tables of requirements of a README from the features. */
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

const command = tool('fix:readme', 'Writes the tables of requirements into README.md, from the features.', {
  0: 'written',
  1: 'README.md could not be written',
  2: 'wrong use',
}).action(() => {
  const path = `${root}README.md`;
  writeFileSync(path, withTables(readFileSync(path, 'utf8')));
});

if (import.meta.main) await runTool(command);
