import type { Requirement, Role } from '../../requirements/requirement.ts';
import { html, type Markup } from '../html/html.ts';
import { emphasised } from '../html/paragraphs.ts';
import { words } from '../html/verdict-words.ts';
import { paragraphs, type RequirementHref } from './description-text.ts';
import { framed, search } from './page-frame.ts';
import { pageOutline } from './page-outline.ts';
import { protocolLesson } from './protocol-lesson.ts';
import { type FaultyImplementation, requirementArticle } from './requirement-article.ts';
import { readSpecification, type SpecificationSubject } from './specification.ts';
import { texts } from './texts.ts';
import { drawnExample } from './worked-example.ts';

/** The content and the purpose of a page of requirements. */
export interface RolePage {
  readonly role: Role;
  readonly subjects: readonly SpecificationSubject[];
  /** The links of ids of requirements. */
  readonly address: RequirementHref;
  /** True for a page of the site, false for a page next to a report. */
  readonly site: boolean;
  /** The faulty implementations that break a requirement. */
  readonly brokenBy?: (id: string) => readonly FaultyImplementation[];
}

/**
 * The requirements of a role on one page outside of the site. Reports link to it.
 *
 * @param requirements from `readRequirements`
 * @throws FeatureError
 */
export function specificationPage(role: Role, requirements: readonly Requirement[]): string {
  const subjects = readSpecification(role, requirements);
  const own = new Set(requirements.map(({ id }) => id));
  return rolePage({ role, subjects, address: (id) => (own.has(id) ? `#${id}` : undefined), site: false });
}

/** The requirements of a role. */
export function rolePage({ role, subjects, address, site, brokenBy = () => [] }: RolePage): string {
  return framed({
    title: `${texts.heading[role]} – ${texts.title}`,
    ...(site ? { page: role } : {}),
    aside: contents(subjects, role),
    main: html`<h1>${texts.heading[role]}</h1>
<p class="lead">${texts.lead[role]}${!site && html` ${texts.beside}`}</p>
${!site && protocolLesson()}
<ul class="levels">${(['must', 'should'] as const).map((level) => html`<li><b>${texts.level[level]}</b> ${texts.levelMeaning[level]}</li>`)}</ul>
${search(true)}
${subjects.map((subject) => subjectSection(subject, address, brokenBy))}
${!site && html`${pageOutline(address)}<section><h2>${texts.results}</h2>${glossary(words)}</section>`}`,
  });
}

function contents(subjects: readonly SpecificationSubject[], role: Role): Markup {
  return html`<nav class="contents" aria-label="${texts.contents}"><details open><summary>${texts.contents}</summary><ul>${subjects.map(
    ({ anchor, title, specified }) =>
      html`<li><a class="subject" href="#${anchor}">${title}</a><ul>${specified.map(({ requirement: { id } }) => html`<li><a href="#${id}">${id.slice(role.length + 1)}</a></li>`)}</ul></li>`,
  )}</ul></details></nav>`;
}

function subjectSection(
  subject: SpecificationSubject,
  address: RequirementHref,
  brokenBy: (id: string) => readonly FaultyImplementation[],
): Markup {
  const { role, anchor, language, title, description, specified } = subject;
  const drawn = drawnExample(description, role);
  return html`<section class="subject" id="${anchor}" aria-labelledby="h-${anchor}" lang="${language}" data-group>
<h2 id="h-${anchor}">${title}</h2>
<div class="${drawn === undefined ? '' : 'shown'}"><div class="about">${paragraphs(description, address)}</div>${drawn}</div>
${specified.map((one) => requirementArticle(one, address, brokenBy(one.requirement.id)))}
</section>`;
}

/** Words and what they mean. */
export function glossary(entries: readonly (readonly [string, string])[]): Markup {
  return html`<dl class="glossary">${entries.map(([word, meaning]) => html`<div><dt>${word}</dt><dd>${meaning}</dd></div>`)}</dl>`;
}

/** A requirement in one line that leads to it. */
export function requirementLine(
  { id, sentence }: SpecificationSubject['specified'][number]['requirement'],
  href: string,
): Markup {
  return html`<a href="${href}">${emphasised(sentence)}</a> <span class="facts"><code>${id}</code></span>`;
}
