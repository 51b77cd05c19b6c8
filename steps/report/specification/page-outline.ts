import type { PageStatement } from '../../requirements/page-statements.ts';
import { readPage } from '../../requirements/page-statements.ts';
import { html, listed, type Markup } from '../html/html.ts';
import { linked, type RequirementHref } from './description-text.ts';
import { texts } from './texts.ts';

/** All statements of the specification page, each with the requirements that judge it, or the reason why none can. */
export function pageOutline(address: RequirementHref): Markup {
  const { title, vendor, edition, address: url, sections } = readPage();
  return html`<section id="page" aria-labelledby="h-page"><h2 id="h-page">${texts.outline}</h2>
<p class="lead"><a href="${url}" rel="noreferrer">${title}</a>, ${vendor}, ${edition}. ${texts.outlineLead}</p>
${sections.map(
  ({ title: section, statements }) =>
    html`<section class="group"><h3>${section}</h3><ul class="statements">${statements.map((statement) => statementItem(statement, address))}</ul></section>`,
)}</section>`;
}

/** Next to a report there is no page with the requirements of the other role, so their ids have no link. */
function statementItem({ place, says, requirements, untestable, misprint }: PageStatement, address: RequirementHref): Markup {
  return html`<li><blockquote>${says}</blockquote><p><span>${place.replace(/^.*?, /, '')}:</span> ${
    untestable === undefined
      ? listed(requirements.map((id) => linked(id, address)))
      : html`${texts.untestable} ${linked(untestable, address)}`
  }${misprint !== undefined && html` ${texts.misprint} ${misprint}`}</p></li>`;
}
