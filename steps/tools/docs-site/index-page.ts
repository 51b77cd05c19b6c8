import { html, type Markup } from '../../report/html/html.ts';
import type { RequirementHref } from '../../report/specification/description-text.ts';
import { files, framed, search } from '../../report/specification/page-frame.ts';
import { pageOutline } from '../../report/specification/page-outline.ts';
import { protocolLesson } from '../../report/specification/protocol-lesson.ts';
import { requirementLine } from '../../report/specification/role-page.ts';
import type { SpecificationSubject } from '../../report/specification/specification.ts';
import { texts } from '../../report/specification/texts.ts';
import type { Role } from '../../requirements/requirement.ts';

/** The first page: an introduction, the protocol, all statements of the specification page, and one line for each requirement. */
export function indexPage(subjects: readonly SpecificationSubject[], address: RequirementHref): string {
  const specified = subjects.flatMap((subject) => subject.specified);
  return framed({
    title: texts.title,
    page: 'index',
    main: html`<h1>${texts.title}</h1>
${texts.introduction.map((text) => html`<p class="lead">${text}</p>`)}
<ul class="roles">${(['server', 'client'] as const).map((role) => roleCard(role, subjects))}</ul>
${protocolLesson()}
${pageOutline(address)}
<section aria-labelledby="h-requirements"><h2 id="h-requirements">${texts.contents} <span class="count">${specified.length}</span></h2>
${search(false)}
${(['server', 'client'] as const).map((role) => subjects.filter((subject) => subject.role === role).map((subject) => subjectList(subject, address)))}
</section>`,
    index: subjects.flatMap((subject) => subject.specified.map((one) => searched(subject, one))),
  });
}

function roleCard(role: Role, subjects: readonly SpecificationSubject[]): Markup {
  const count = subjects.filter((subject) => subject.role === role).flatMap(({ specified }) => specified).length;
  return html`<li><a href="${files[role]}"><b>${texts.heading[role]}</b><span>${texts.requirements(count)}. ${texts.lead[role]}</span></a></li>`;
}

function subjectList({ role, title, language, specified }: SpecificationSubject, address: RequirementHref): Markup {
  return html`<section class="group" lang="${language}" data-group><h3>${texts.pages[role]}: ${title}</h3>
<ul class="list">${specified.map(({ requirement }) => html`<li class="line" data-entry>${requirementLine(requirement, address(requirement.id) ?? '')}</li>`)}</ul></section>`;
}

/** Further words that the search finds, besides the sentence and the id. */
function searched({ title }: SpecificationSubject, { requirement, forms }: SpecificationSubject['specified'][number]): string {
  const { description, source, mistakes, scenarios, capabilities } = requirement;
  const sentences = forms.flatMap(({ lines }) => lines.map(({ text }) => text));
  const titles = scenarios.map((scenario) => scenario.title);
  return [...new Set([title, description, source, mistakes, ...capabilities, ...titles, ...sentences])].join(' ');
}
