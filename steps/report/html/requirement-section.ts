import { counted } from '../../harness/text/counted.ts';
import { readStatements } from '../../requirements/page-statements.ts';
import type { Role } from '../../requirements/requirement.ts';
import { expectedInWords } from '../../verdict/expectations.ts';
import { isUnstable } from '../../verdict/repeat.ts';
import { repeatCommand } from '../../verdict/repeat-command.ts';
import type { Report, RequirementResult, ScenarioResult, Status } from '../../verdict/report.ts';
import { html, type Markup } from './html.ts';
import { icon } from './icons.ts';
import { emphasised, prose } from './paragraphs.ts';
import { plot } from './plot.ts';
import { type DetailLevel, scenario } from './scenario-section.ts';

/** The common settings of all requirements on a page. */
export interface SectionSettings {
  readonly role: Role;
  readonly sharedClock: boolean | undefined;
  /** The command that runs the suite on this target again. */
  readonly command: string;
  readonly detail: DetailLevel;
}

/** The titles of the parts of the page: first the requirements that need attention, then the others. */
const parts = {
  open: [
    ['failed', 'Not met'],
    ['warning', 'Recommendations not met'],
    ['inconclusive', 'Inconclusive'],
  ],
  settled: [
    ['untested', 'Untested'],
    ['passed', 'Passed'],
    ['inapplicable', 'Inapplicable'],
  ],
} as const satisfies Record<string, readonly (readonly [Status, string])[]>;

/** How many failed requirements, and failed scenarios of each, are unfolded at first. */
const mostOpen = { requirements: 8, scenarios: 2 };

/** The requirements that need attention, or the others; each status is a part of the page. */
export function requirementSections({ requirements }: Report, setting: SectionSettings, which: keyof typeof parts): Markup {
  return html`${parts[which].map(([status, title]) => {
    const own = requirements.filter((requirement) => requirement.status === status);
    if (own.length === 0) return undefined;
    return html`<section class="part" id="${status}" aria-labelledby="h-${status}">
<h2 id="h-${status}">${title} <span class="count">${own.length}</span></h2>
${own.map((requirement, index) => {
  const first = own.find(({ reason }) => reason === requirement.reason);
  const open = isFailure(status) && index < mostOpen.requirements;
  return requirementDetails(requirement, setting, open, first === requirement ? undefined : first);
})}
</section>`;
  })}`;
}

function isFailure(status: Status): boolean {
  return status === 'failed' || status === 'warning';
}

/** The anchor of a requirement. */
export function anchorOf({ id }: Pick<RequirementResult, 'id'>): string {
  return `r-${id}`;
}

/** @param alike an earlier requirement with the same reason, which is not repeated */
function requirementDetails(
  requirement: RequirementResult,
  setting: SectionSettings,
  open: boolean,
  alike: RequirementResult | undefined,
): Markup {
  const { id, level, sentence, status, reason, expected, description, source, mistakes, specification, scenarios } = requirement;
  const failed = scenarios.filter(({ failure }) => failure !== undefined).length;
  const share =
    failed > 0 ? `${failed} of ${counted(scenarios.length, 'scenario')} failed` : counted(scenarios.length, 'scenario');
  const notSelected = scenarios.every(({ untested }) => untested === 'not selected');
  let unfolded = 0;
  return html`<details class="requirement ${status}" id="${anchorOf(requirement)}"${open && ' open'}>
<summary>${icon(status)}<span class="head"><span class="sentence">${emphasised(sentence)}</span>
<span class="facts"><code>${id}</code> <span class="level">${level.toUpperCase()}</span> <span class="status">${status}</span> <span class="share">${share}</span>${expected !== undefined && html` <span class="share">expected</span>`}${isUnstable(requirement) && html` <span class="share">unstable</span>`}</span></span></summary>
<div class="inside">
${reason !== undefined && html`<p class="reason">${alike === undefined ? reason : html`for the same reason as <a href="#${anchorOf(alike)}"><code>${alike.id}</code></a>`}</p>`}
${expected !== undefined && html`<p class="reason">Known: ${expectedInWords(expected)}</p>`}
${description !== '' && description.split('\n\n').map((paragraph) => html`<p class="why">${prose(paragraph)}</p>`)}
<dl class="origin"><div><dt>source</dt><dd>${prose(source)}</dd></div>
${isFailure(status) && brokenStatements(id)}
${mistakes !== '' && html`<div><dt>usual mistakes</dt><dd>${prose(mistakes)}</dd></div>`}
${specification !== undefined && html`<div><dt>specification</dt><dd><a href="${specification}">all its scenarios, step by step</a></dd></div>`}</dl>
${plot(requirement, setting.sharedClock)}
${
  notSelected
    ? html`<p class="place">${counted(scenarios.length, 'scenario')}, none selected</p>`
    : scenarios.map((one) => {
        const show = open && one.failure !== undefined && unfolded < mostOpen.scenarios;
        if (show) unfolded += 1;
        return scenario(one.reason === reason ? withoutReason(one) : one, setting.role, setting.detail, show);
      })
}
<p class="repeat"><span>repeat</span> <code>${repeatCommand(setting.command, id, scenarios)}</code>${isFailure(status) && html` <button type="button" class="copy" hidden>Copy as text</button>`}</p>
</div></details>`;
}

/** A scenario without its reason, because its requirement shows it. */
function withoutReason(result: ScenarioResult): ScenarioResult {
  const { reason: _, ...rest } = result;
  return rest;
}

/** The statements of the specification page that a failed requirement breaks. */
function brokenStatements(id: string): Markup | undefined {
  const own = readStatements().filter(({ requirements }) => requirements.includes(id));
  if (own.length === 0) return undefined;
  return html`<div><dt>the page says</dt><dd>${own.map(({ place, says }) => html`<p>${says} <span class="quiet">(${place})</span></p>`)}</dd></div>`;
}
