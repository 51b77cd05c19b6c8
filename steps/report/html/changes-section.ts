import type { Report } from '../../verdict/report.ts';
import { parts } from '../comparison/comparison-text.ts';
import { type Change, changesSince } from '../comparison/report-comparison.ts';
import { html, type Markup } from './html.ts';
import { icon } from './icons.ts';
import { moment } from './numbers.ts';
import { anchorOf } from './requirement-section.ts';

/** What got better and worse since an earlier run on the same implementation; undefined if the two cannot be compared. */
export function changesSection(report: Report, earlier: Report | undefined): Markup | undefined {
  const comparison = earlier === undefined ? undefined : changesSince(earlier, report);
  if (comparison === undefined) return undefined;
  const { old } = comparison;
  const when = html`<time datetime="${old.finished}">${moment(old.finished)}</time>`;
  const since = html`the run of ${when}${old.name !== comparison.new.name && html` on ${old.name}`}`;
  const filled = parts.filter(([part]) => comparison[part].length > 0);
  if (filled.length === 0) return html`<p class="changes quiet">No result changed since ${since}.</p>`;
  const counts = filled.map(([part, title]) => `${comparison[part].length} ${title.toLowerCase()}`).join(', ');
  const known = new Set(report.requirements.map(({ id }) => id));
  return html`<details class="changes"><summary>Changed since ${since}: <b>${counts}</b></summary>
<dl>${filled.map(([part, title]) => html`<div><dt>${title}</dt><dd><ul>${comparison[part].map((change) => changeItem(change, known))}</ul></dd></div>`)}</dl></details>`;
}

function changeItem({ id, level, old, new: now }: Change, known: ReadonlySet<string>): Markup {
  const name = known.has(id) ? html`<a href="#${anchorOf({ id })}">${id}</a>` : html`${id}`;
  const statuses = [old, now].filter((status) => status !== undefined);
  return html`<li><code>${name}</code> ${level.toUpperCase()} <span class="quiet">${statuses.map((status, index) => html`${index > 0 && ' → '}<span>${icon(status)} ${status}</span>`)}</span></li>`;
}
