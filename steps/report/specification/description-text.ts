import { html, type Markup, type TemplateValue } from '../html/html.ts';
import { prose } from '../html/paragraphs.ts';

/** The link of a requirement's id; undefined if it is not an id, or if no reachable page has the requirement. */
export type RequirementHref = (id: string) => string | undefined;

/** Something that may be the id of a requirement. */
const mayBeId = /\b((?:server|client)-[a-z0-9-]*[a-z0-9])\b/;

/** Text of a feature: words between backticks become code, and ids of requirements become links. */
export function linked(text: string, address: RequirementHref): Markup {
  return html`${text.split(mayBeId).map((piece, index) => {
    const href = index % 2 === 1 ? address(piece) : undefined;
    return href === undefined ? prose(piece) : html`<a href="${href}"><code>${piece}</code></a>`;
  })}`;
}

/** A description: paragraphs and tables, separated by empty lines. */
export function paragraphs(description: string, address: RequirementHref): Markup {
  const blocks = description.split(/\n\s*\n/).filter((block) => block.trim() !== '');
  return html`${blocks.map((block) => (block.startsWith('|') ? table(block, address) : html`<p>${linked(block.replaceAll(/\s+/g, ' '), address)}</p>`))}`;
}

function table(block: string, address: RequirementHref): Markup {
  const [head = [], ...body] = block.split('\n').map(cellsOf);
  const rows = body.filter((cells) => !cells.every((cell) => /^:?-+:?$/.test(cell)));
  const row = ([first = '', ...cells]: readonly string[]): Markup =>
    html`<tr><th scope="row">${linked(first, address)}</th>${cells.map((cell) => html`<td>${linked(cell, address)}</td>`)}</tr>`;
  return scrolling(
    head[0] ?? '',
    html`<table class="told"><thead><tr>${head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead><tbody>${rows.map(row)}</tbody></table>`,
  );
}

function cellsOf(line: string): string[] {
  return line
    .replace(/^\||\|$/g, '')
    .split('|')
    .map((cell) => cell.trim());
}

/** A table that may be wider than the screen: it also scrolls with the keyboard. */
export function scrolling(name: string, content: TemplateValue): Markup {
  return html`<div class="wide" role="group" tabindex="0" aria-label="${name}">${content}</div>`;
}

/** A sentence with names of values between angle brackets. */
export function withValues(text: string, values: readonly string[]): Markup {
  if (values.length === 0) return html`${text}`;
  const quoted = values.map((value) => value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const pieces = text.split(new RegExp(`<(${quoted.join('|')})>`));
  return html`${pieces.map((piece, index) => (index % 2 === 1 ? html`<var>${piece}</var>` : piece))}`;
}
