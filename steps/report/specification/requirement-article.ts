import type { Requirement } from '../../requirements/requirement.ts';
import { html, listed, type Markup } from '../html/html.ts';
import { emphasised } from '../html/paragraphs.ts';
import { linked, paragraphs, type RequirementHref, scrolling, withValues } from './description-text.ts';
import type { ScenarioForm, ScenarioLine, SpecifiedRequirement, ValueTable } from './specification.ts';
import { texts } from './texts.ts';

/** An implementation that breaks a requirement on purpose: its name, and what it does. */
export interface FaultyImplementation {
  readonly name: string;
  readonly about: string;
}

/** A requirement: sentence, reason, source, usual mistakes, and every scenario. */
export function requirementArticle(
  { requirement, forms }: SpecifiedRequirement,
  address: RequirementHref,
  brokenBy: readonly FaultyImplementation[],
): Markup {
  const { id, level, sentence, description, source, mistakes, capabilities, scenarios } = requirement;
  return html`<article class="rule ${level}" id="${id}" aria-labelledby="h-${id}" data-entry>
<h3 id="h-${id}">${emphasised(sentence)}</h3>
<p class="facts"><a href="#${id}" aria-label="${texts.address}: ${id}"><code>${id}</code></a> <span class="level">${texts.level[level]}</span> <span>${texts.scenarios(scenarios.length)}</span></p>
${description !== '' && html`<div class="reason">${paragraphs(description, address)}</div>`}
<dl class="origin">
<div><dt>${texts.source}</dt><dd>${linked(source, address)}</dd></div>
${mistakes !== '' && html`<div><dt>${texts.mistakes}</dt><dd>${mistakesOf(mistakes, address)}</dd></div>`}
${capabilities.length > 0 && html`<div><dt>${texts.applies}</dt><dd>${texts.appliesWhere} ${capabilityList(capabilities)}</dd></div>`}
<div><dt>${texts.try}</dt><dd><code>${tryCommand(requirement)}</code></dd></div>
</dl>
<div class="forms">${forms.map(scenarioForm)}
${brokenBy.length > 0 && html`<details class="form caught"><summary><span class="title">${texts.caught(brokenBy.length)}</span></summary><div class="inside"><ul>${brokenBy.map(({ about }) => html`<li>${about}</li>`)}</ul></div></details>`}</div>
</article>`;
}

function tryCommand({ id }: Requirement): string {
  return `npx iot-ntp-conformance run target.yaml --only ${id}`;
}

/** The features separate mistakes by semicolons. */
function mistakesOf(mistakes: string, address: RequirementHref): Markup {
  const each = mistakes.split('; ');
  if (each.length === 1) return linked(mistakes, address);
  return html`<ul>${each.map((mistake) => html`<li>${linked(mistake, address)}</li>`)}</ul>`;
}

function capabilityList(capabilities: readonly string[]): Markup {
  return listed(capabilities.map((capability) => html`<code>${capability}</code>`));
}

function scenarioForm(form: ScenarioForm): Markup {
  const { title, description, capabilities, lines, values, tables } = form;
  const count = tables.reduce((sum, { rows }) => sum + rows.length, 0);
  return html`<details class="form"><summary><span class="title">${withValues(title, values)}</span>${count > 0 && html`<span class="count">${texts.tried(count)}</span>`}</summary>
<div class="inside">
${description !== '' && html`<p>${description}</p>`}
${capabilities.length > 0 && html`<p class="only">${texts.only(capabilities.join(', '))}</p>`}
<dl class="lines">${grouped(lines).map(([purpose, own]) => html`<div class="${purpose}"><dt>${texts.parts[purpose]}</dt><dd><ul>${own.map((line) => lineItem(line, values))}</ul></dd></div>`)}</dl>
${tables.map((table) => valueTable(form, table))}
</div></details>`;
}

/** Groups consecutive lines with the same purpose. */
function grouped(lines: readonly ScenarioLine[]): readonly (readonly [ScenarioLine['purpose'], readonly ScenarioLine[]])[] {
  const groups: [ScenarioLine['purpose'], ScenarioLine[]][] = [];
  for (const line of lines) {
    const last = groups.at(-1);
    if (last?.[0] === line.purpose) last[1].push(line);
    else groups.push([line.purpose, [line]]);
  }
  return groups;
}

function lineItem({ text, block, table }: ScenarioLine, values: readonly string[]): Markup {
  const row = (cells: readonly string[]): Markup =>
    html`<tr>${cells.map((cell, index) => (index === 0 ? html`<th scope="row">${withValues(cell, values)}</th>` : html`<td>${withValues(cell, values)}</td>`))}</tr>`;
  return html`<li>${withValues(text, values)}
${block !== undefined && html`<pre>${block.map((line, index) => html`${index > 0 && newLine}${withValues(line, values)}`)}</pre>`}
${table !== undefined && html`<table class="of-line"><tbody>${table.map(row)}</tbody></table>`}</li>`;
}

/** A line feed as HTML; in a text it would be shown as an escape sequence. */
const newLine = html`
`;

function valueTable({ title }: ScenarioForm, { name, capabilities, columns, rows }: ValueTable): Markup {
  const caption = [name, capabilities.length === 0 ? '' : texts.only(capabilities.join(', '))].filter((text) => text !== '');
  // Leave out the columns whose values are in the title.
  const shown = columns.flatMap((column, index) => (title.includes(`<${column}>`) ? [] : [{ column, index }]));
  const cell = (value = '', column = ''): Markup =>
    html`<td data-column="${column}">${value === '' ? html`<span class="unseen">–</span>` : html`<code>${value}</code>`}</td>`;
  return scrolling(
    caption[0] ?? title,
    html`<table class="values">${caption.length > 0 && html`<caption>${caption.join(', ')}</caption>`}
<thead class="${shown.length === 0 && 'unseen'}"><tr><th scope="col">${texts.scenario}</th>${shown.map(({ column }) => html`<th scope="col"><var>${column}</var></th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr><th scope="row">${titleWith(title, columns, row.cells)}</th>${shown.map(({ column, index }) => cell(row.cells[index], column))}</tr>`)}</tbody></table>`,
  );
}

/** A title in which each name of a value is replaced with the emphasised value of a row. */
function titleWith(title: string, columns: readonly string[], cells: readonly string[]): Markup {
  const pieces = title.split(/<([^<>]+)>/);
  return html`${pieces.map((piece, index) => {
    const column = index % 2 === 1 ? columns.indexOf(piece) : -1;
    if (column >= 0) return html`<var>${cells[column]}</var>`;
    return index % 2 === 1 ? `<${piece}>` : piece;
  })}`;
}
