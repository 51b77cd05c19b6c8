import { named } from '../../harness/text/named.ts';
import { foundation } from '../../report/html/foundation.ts';
import { pageHead } from '../../report/html/head.ts';
import { html, type Markup, type TemplateValue } from '../../report/html/html.ts';
import { moment } from '../../report/html/numbers.ts';
import { policyOf } from '../../report/html/policy.ts';
import type { RequirementResult, ScenarioResult } from '../../verdict/report.ts';
import { type InteropReport, nameOf, type PairResult, type PairVerdict, type StartResult } from './interop-report.ts';
import { certifiesNothing, countsOf } from './interop-text.ts';

/** All pairs as one HTML page without other files: a matrix of servers and clients, and below it the result of each pair. */
export function interopPage(report: InteropReport): string {
  const { verdict, because, pairs, suite, started, finished } = report;
  return html`<!DOCTYPE html>
<html lang="en">
${pageHead({ title: html`Interop: ${verdict}`, policy: policyOf(style, ''), style })}
<body>
<main>
<header>
<p class="quiet">Interop</p>
<h1 class="${kinds[verdict]}">${verdict}</h1>
<p>because ${because}</p>
<p class="quiet">${suite.name} ${suite.version}, ${finished === undefined ? `began ${moment(started)}, has not ended` : `${moment(started)} to ${moment(finished)}`}. For each pair, the suite connected the client to the server through a link that records all packets and changes none. ${certifiesNothing[0]?.toUpperCase()}${certifiesNothing.slice(1)}.</p>
</header>
${pairs.length > 0 && matrix(report)}
${pairs.map((pair) => pairSection(report, pair))}
</main>
<footer><p class="quiet">Also available as interop.json.</p></footer>
</body>
</html>
`.text;
}

const kinds: Readonly<Record<PairVerdict, string>> = {
  'work together': 'good',
  'do not work together': 'bad',
  incomplete: 'doubt',
  inapplicable: 'none',
};

const anchorOf = ({ server, client }: PairResult): string => `server-${server + 1}-client-${client + 1}`;

function matrix({ servers, clients, pairs }: InteropReport): Markup {
  const cell = (server: number, client: number): TemplateValue => {
    const pair = pairs.find((one) => one.server === server && one.client === client);
    if (pair === undefined) return html`<td class="none">not started</td>`;
    return html`<td class="${kinds[pair.verdict]}"><a href="#${anchorOf(pair)}">${pair.verdict}</a></td>`;
  };
  return html`<section>
<h2 id="matrix">Matrix</h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="matrix">
<table class="matrix"><thead><tr><th scope="col">server</th>${clients.map((client) => html`<th scope="col">${named(client)}</th>`)}</tr></thead>
<tbody>${servers.map((server, row) => html`<tr><th scope="row">${named(server)}</th>${clients.map((_, column) => cell(row, column))}</tr>`)}</tbody></table>
</div>
</section>`;
}

function pairSection(report: InteropReport, pair: PairResult): Markup {
  const { verdict, because, reasons, requirements, starts } = pair;
  const broken = requirements.filter(({ status }) => status === 'failed' || status === 'warning');
  const others = requirements.filter(({ status }) => status !== 'failed' && status !== 'warning');
  const between = reasons.filter(({ requirement }) => requirement === undefined);
  return html`<section class="pair" id="${anchorOf(pair)}">
<h2>${nameOf(report, pair)}</h2>
<p><strong class="${kinds[verdict]}">${verdict}</strong>, because ${because}</p>
${between.length > 0 && html`<ul class="reasons">${between.map(({ side, text }) => html`<li>${side === 'both' ? 'between them' : `the ${side}`}: ${text}</li>`)}</ul>`}
${broken.map((requirement) => brokenRequirement(nameOf(report, pair), requirement))}
${starts.length > 0 && startTable(nameOf(report, pair), starts)}
${
  others.length > 0 &&
  html`<details><summary>${countsOf(requirements)}</summary>
<ul class="requirements">${others.map(({ id, status, reason, sentence }) => html`<li><b class="${status}">${status}</b> <span><code>${id}</code> ${sentence}${reason !== undefined && html`<br><span class="quiet">${reason}</span>`}</span></li>`)}</ul></details>`
}
</section>`;
}

function brokenRequirement(pair: string, { id, level, sentence, source, status, scenarios }: RequirementResult): Markup {
  const failed = scenarios.filter(({ failure }) => failure !== undefined);
  return html`<article class="broken">
<h3><b class="${status}">${status}</b> <code>${id}</code> <small>${level.toUpperCase()}</small></h3>
<p>${sentence}</p><p class="quiet">${source}</p>
${failed.slice(0, 1).map((scenario) => failedScenario(`${id}, ${pair}`, scenario))}
${failed.length > 1 && html`<p class="quiet">likewise in ${failed.slice(1).map(({ title }, index) => `${index > 0 ? '; ' : ''}${title}`)}</p>`}
</article>`;
}

function failedScenario(name: string, { title, failure }: ScenarioResult): TemplateValue {
  if (failure === undefined) return undefined;
  const { expected, received, likely, trace } = failure;
  return html`<dl><dt>scenario</dt><dd>${title}</dd><dt>expected</dt><dd>${expected}</dd><dt>received</dt><dd>${received}</dd>${likely !== undefined && html`<dt>likely</dt><dd>${likely}</dd>`}</dl>
<details><summary>The packets</summary>${traceList(name, trace)}</details>`;
}

function traceList(name: string, trace: readonly string[]): Markup {
  return html`<div class="trace" tabindex="0" role="region" aria-label="packets, ${name}"><ol>${trace.map((line) => html`<li>${line}</li>`)}</ol></div>`;
}

/** The columns after the title of a start. */
const columns = ['deviceSendTime', 'serverRecvTime', 'serverSendTime', 'reported', 'by the formula', 'result'] as const;

function startTable(name: string, starts: readonly StartResult[]): Markup {
  const row = ({
    title,
    deviceSendTime = '',
    serverRecvTime = '',
    serverSendTime = '',
    reported = '',
    expected = '',
    right,
    trouble,
    trace,
  }: StartResult): TemplateValue => html`<tr>
<th scope="row">${title}</th>${[deviceSendTime, serverRecvTime, serverSendTime, reported, expected].map((time, index) => html`<td data-column="${columns[index]}">${time}</td>`)}
<td data-column="${columns[5]}" class="${right === true ? 'good' : right === false ? 'bad' : 'doubt'}">${right === true ? 'right' : (trouble ?? 'not right')}</td></tr>
<tr class="packets"><td colspan="7"><details><summary>The packets of this start</summary>${traceList(`${title}, ${name}`, trace)}</details></td></tr>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="starts of ${name}"><table class="starts">
<thead><tr>${['start', ...columns].map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${starts.map(row)}</tbody></table></div>`;
}

const style = `${foundation}
header { margin-bottom: 2rem; } header p { max-width: 46rem; } header > * + * { margin-top: .5rem; }
h1 { font-size: 2rem; letter-spacing: -.02em; } h2 { font-size: 1.3rem; margin: 2.5rem 0 .6rem; } h3 { font-size: 1rem; margin: 0; }
.good, .passed { color: var(--good); } .bad, .failed { color: var(--bad); } .doubt, .warning, .inconclusive { color: var(--doubt); }
.none, .untested, .inapplicable { color: var(--none); }
.scroll, .trace { overflow-x: auto; border: 1px solid var(--rule); border-radius: 8px; background: var(--card); }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: .45rem .8rem; border-bottom: 1px solid var(--rule); }
tbody tr:last-child > * { border-bottom: 0; }
.matrix td { font-weight: 600; white-space: nowrap; } .matrix td a { color: inherit; } .matrix th { min-width: 9.5rem; } .matrix th:first-child { position: sticky; left: 0; background: var(--card); }
.starts { font-size: .86rem; } .starts th, .starts td { white-space: nowrap; overflow-wrap: normal; }
.starts th[scope="row"] { min-width: 12rem; white-space: normal; } .starts td:last-child { min-width: 12rem; white-space: normal; }
.starts tr:not(.packets) > * { border-bottom: 0; padding-bottom: .1rem; } .packets td { padding-top: 0; }
.packets details { position: sticky; left: .8rem; width: calc(min(100vw, 62rem) - 4.3rem); }
.pair > * + * { margin-top: .8rem; }
.broken { border: 1px solid var(--rule); border-left: 4px solid var(--bad); border-radius: 8px; background: var(--card); padding: .8rem 1rem; }
.broken:has(> h3 > .warning) { border-left-color: var(--doubt); }
.broken dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: .6rem 0; } dt { color: var(--quiet); } dd { min-width: 0; }
.requirements li { display: grid; grid-template-columns: 7.5rem 1fr; gap: .8rem; padding: .35rem 0; border-bottom: 1px solid var(--rule); font-size: .92rem; }
.reasons li { padding: .2rem 0; }
summary { cursor: pointer; color: var(--link); } .trace { margin-top: .4rem; padding: .5rem .8rem; } .trace li { white-space: pre; }
footer { padding-top: 2rem; padding-bottom: 3rem; }
@media (max-width: 36rem) {
  .requirements li, .broken dl { grid-template-columns: 1fr; gap: .1rem; } .broken dt { margin-top: .4rem; }
  .starts thead, .starts td:empty { display: none; } .starts :is(table, tbody, tr, th, td) { display: block; }
  .starts tr:not(.packets) > * { padding-top: .1rem; } .starts th[scope="row"] { padding-top: .6rem; }
  .starts td[data-column] { min-width: 0; white-space: normal; overflow-wrap: anywhere; } .starts td[data-column]::before { content: attr(data-column) ": "; color: var(--quiet); }
}
@media print { .scroll, .trace { overflow: visible; } .trace li { white-space: pre-wrap; } }
`;
