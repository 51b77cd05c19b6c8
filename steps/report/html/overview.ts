import { named } from '../../harness/text/named.ts';
import type { Report, RequirementResult, Status } from '../../verdict/report.ts';
import { html, type Markup } from './html.ts';
import { icon, signOf } from './icons.ts';
import { duration, moment } from './numbers.ts';
import { anchorOf } from './requirement-section.ts';

/** The order of the counts. */
const statuses: readonly Status[] = ['failed', 'warning', 'inconclusive', 'untested', 'passed', 'inapplicable'];

/** The verdict, at the top of the page. */
export function verdictHead(report: Report): Markup {
  const { verdict, because, target, counts, faults, expectations, exitCode, requirements } = report;
  const sign = signOf(verdict);
  const told = statuses.filter((status) => counts[status] > 0);
  // The reason already names a single fault.
  const more = [...faults, ...(expectations?.mistakes ?? [])].filter((fault) => !because.includes(fault));
  return html`<header class="verdict ${sign}">
${icon(sign)}
<div>
<h1><span class="name">${nameOf(report)}</span> <span class="word">${verdict}</span></h1>
<p class="because">${withLinks(`${because.charAt(0).toUpperCase()}${because.slice(1)}`, requirements)}.${verdict === 'does not conform' && exitCode === 0 && ' --allow-expected lets it pass.'}</p>
${more.length > 0 && html`<ul class="faults">${more.map((fault) => html`<li>${fault}</li>`)}</ul>`}
${target.ended !== undefined && html`<p class="ended">The ${target.role} ended before the suite stopped it: ${target.ended}.</p>`}
</div>
<div class="tally">${bar(counts, requirements.length)}
<ul>${told.map((status) => html`<li><a href="#${status}">${icon(status)}<b>${counts[status]}</b> ${status}</a></li>`)}</ul></div>
</header>`;
}

/** A text in which the id of a requirement links to it. */
function withLinks(text: string, requirements: Report['requirements']): Markup {
  const known = new Map(requirements.map((requirement) => [requirement.id, anchorOf(requirement)]));
  return html`${text.split(/([a-z0-9-]+)/).map((piece) => (known.has(piece) ? html`<a href="#${known.get(piece) ?? ''}">${piece}</a>` : piece))}`;
}

/** Buttons that show the requirements of one status only. */
export function chips({ counts }: Report): Markup {
  const shown = statuses.filter((status) => counts[status] > 0);
  return html`<span class="chips">${shown.map((status) => html`<button type="button" data-status="${status}" aria-pressed="false">${icon(status)}${status}</button>`)}</span>`;
}

/** Name and version of the implementation. */
export function nameOf({ target }: Report): string {
  return named(target);
}

/** The counts as parts of a bar; the list below has the same counts in words. */
function bar(counts: Report['counts'], total: number): Markup {
  let from = 0;
  const pieces = statuses.map((status) => {
    const x = from;
    from += counts[status];
    return counts[status] === 0 ? undefined : html`<rect class="${status}" x="${x}" width="${counts[status]}" height="1"/>`;
  });
  return html`<svg class="bar" viewBox="0 0 ${Math.max(total, 1)} 1" preserveAspectRatio="none" aria-hidden="true">${pieces}</svg>`;
}

/** The implementation, the suite, the time and the duration of the run. */
export function facts(report: Report, certificate: string | undefined): Markup {
  const {
    target,
    specifiedBy,
    suite,
    requirementSet,
    started,
    finished,
    durationMs,
    environment,
    strict,
    order,
    expectations,
    repeat,
  } = report;
  const rows: readonly (readonly [name: string, value: string | Markup | undefined, width?: 'wide'])[] = [
    ['implementation', `${nameOf(report)}, a ${target.role}`],
    ['target file', target.file],
    ['capabilities', target.capabilities.length === 0 ? 'none declared' : target.capabilities.join(', ')],
    ['started as', html`<code>${target.start}</code>`, 'wide'],
    ['image digest', target.imageDigest === undefined ? undefined : html`<code>${target.imageDigest}</code>`, 'wide'],
    ['loosened limits', target.loosened?.join(', '), 'wide'],
    [
      'specification',
      html`<a href="${specifiedBy.address}" rel="noreferrer">${specifiedBy.title}</a>, ${specifiedBy.vendor}, ${specifiedBy.edition}`,
      'wide',
    ],
    ['requirement set', setInWords(requirementSet)],
    ['certificate', certificate, 'wide'],
    ['suite', `${suite.name} ${suite.version}${strict ? ', --strict' : ''}`],
    ['order', order],
    ['expectations', expectationsInWords(expectations)],
    ['runs', repeat?.runs.map((run) => `${run.folder}: ${run.verdict}`).join(', '), 'wide'],
    ['date', html`<time datetime="${started}">${moment(started)}</time>`],
    ['duration', finished === undefined ? 'the run has not ended' : duration(durationMs)],
    ['environment', `Node ${environment.node.replace(/^v/, '')}, ${environment.platform} ${environment.arch}`],
  ];
  return html`<section class="facts-of-run" aria-label="The run"><dl>${rows.map(([name, value, width = '']) => value !== undefined && html`<div class="${width}"><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></section>`;
}

function setInWords(set: Report['requirementSet']): string | Markup {
  if (set === undefined) return 'no released requirement set';
  const short = html`<code title="${set.digest}">${set.digest.slice(0, 12)}</code>`;
  if (set.modified.length === 0) return html`${set.name} ${short}`;
  return html`not a released set: differs from ${set.name} ${short} in ${set.modified.join(', ')}`;
}

function expectationsInWords(expectations: Report['expectations']): string | undefined {
  if (expectations === undefined) return undefined;
  const { file, entries, allowed } = expectations;
  return `${file}, ${entries} ${entries === 1 ? 'entry' : 'entries'}${allowed ? ', --allow-expected' : ''}`;
}

/** A table of all requirements by feature, as an overview. */
export function map({ requirements, target }: Report): Markup {
  const features = Map.groupBy(requirements, ({ feature }) => feature);
  const short = ({ id }: RequirementResult): string => id.slice(target.role.length + 1);
  return html`<section class="map" aria-labelledby="h-map"><h2 id="h-map">Requirements by feature</h2>
<table><thead class="unseen"><tr><th scope="col">feature</th><th scope="col">requirements</th></tr></thead>
<tbody>${[...features].map(
    ([feature, own]) =>
      html`<tr><th scope="row">${feature}</th><td><ul>${own.map(
        (requirement) =>
          html`<li><a class="${requirement.status}" href="#${anchorOf(requirement)}">${icon(requirement.status)}${short(requirement)}<span class="unseen">, ${requirement.status}</span></a></li>`,
      )}</ul></td></tr>`,
  )}</tbody></table></section>`;
}
