/**
 * A rule for gplint, whose own rules for tags, duplicate names and variables do not look into a Rule. Here a Rule is a requirement
 * with its id, its level and the capabilities it needs, and every scenario in it has a title of its own.
 */
import { readFileSync } from 'node:fs';

export const name = 'requirements';
export const availableConfigs = [];

const schema = JSON.parse(readFileSync(new URL('../schemas/target.schema.json', import.meta.url), 'utf8'));
const capabilities = schema.properties.capabilities.items.enum.map((capability) => `@${capability}`);

export function run({ feature, file }) {
  if (!feature) return [];
  const faults = [];
  const blame = ({ location }, message) => faults.push({ message, rule: name, line: location.line, column: location.column });
  const role = /(^|[/\\])client[/\\]/.test(file.relativePath) ? 'client' : 'server';

  for (const tag of feature.tags) blame(tag, `${tag.name} on a Feature: a Feature is a subject and has no tags`);
  for (const { rule, scenario } of feature.children) {
    if (scenario) blame(scenario, `"${scenario.name}" stands outside a Rule: every scenario belongs to a requirement`);
    if (rule) checkRule(rule, role, blame);
  }
  file.lines.forEach((line, index) => {
    const location = { line: index + 1, column: line.indexOf('#') + 1 };
    if (/^\s*#/.test(line)) blame({ location }, 'a comment: what is worth saying is a description, which reports show');
  });
  return faults;
}

function checkRule(rule, role, blame) {
  const [id, level, ...needed] = rule.tags;
  if (!new RegExp(`^@${role}(-[a-z0-9]+)+$`).test(id?.name ?? ''))
    blame(id ?? rule, `the first tag of a Rule is its id, @${role}-…`);
  if (!['@must', '@should'].includes(level?.name))
    blame(level ?? rule, 'the second tag of a Rule is its level, @must or @should');
  checkCapabilities(
    needed.filter(({ name }) => name !== '@alone' && name !== '@last'),
    blame,
  );

  const titles = new Set();
  for (const { scenario } of rule.children) {
    if (!scenario) continue;
    checkCapabilities([...scenario.tags, ...scenario.examples.flatMap(({ tags }) => tags)], blame);
    checkVariables(scenario, blame);
    for (const [title, place] of titlesOf(scenario)) {
      if (title === '') blame(place, 'a scenario has a title');
      if (titles.has(title)) blame(place, `"${title}" stands twice in this Rule: a scenario has a title of its own`);
      titles.add(title);
    }
  }
}

function checkCapabilities(tags, blame) {
  const seen = new Set();
  for (const tag of tags) {
    if (!capabilities.includes(tag.name))
      blame(tag, `${tag.name} is none of the capabilities of target files: ${capabilities.join(' ')}`);
    if (seen.has(tag.name)) blame(tag, `${tag.name} stands twice`);
    seen.add(tag.name);
  }
}

/** The title of a scenario, or of each row of its Examples. */
function titlesOf(scenario) {
  if (scenario.examples.length === 0) return [[scenario.name, scenario]];
  return scenario.examples.flatMap(({ tableHeader, tableBody }) =>
    tableBody.map((row) => [
      row.cells.reduce(
        (title, cell, column) => title.replaceAll(`<${tableHeader.cells[column].value}>`, cell.value),
        scenario.name,
      ),
      row,
    ]),
  );
}

/** Every column of the Examples is used, and every <variable> is a column. */
function checkVariables(scenario, blame) {
  const texts = scenario.steps.flatMap(({ text, docString, dataTable }) => [
    text,
    docString?.content ?? '',
    ...(dataTable?.rows ?? []).flatMap(({ cells }) => cells.map(({ value }) => value)),
  ]);
  const used = new Set(
    [scenario.name, ...texts].flatMap((text) => [...text.matchAll(/<([^<>\s][^<>]*)>/g)].map(([, variable]) => variable)),
  );
  for (const examples of scenario.examples) {
    const columns = examples.tableHeader?.cells ?? [];
    if (examples.tableBody.length === 0) blame(examples, 'Examples without a row');
    for (const column of columns) if (!used.has(column.value)) blame(column, `the column "${column.value}" is never used`);
    for (const variable of used) {
      if (!columns.some(({ value }) => value === variable)) blame(examples, `<${variable}> is no column of these Examples`);
    }
  }
}
