import { named } from '../../harness/text/named.ts';
import { drawings, foundation } from '../../report/html/foundation.ts';
import { pageHead } from '../../report/html/head.ts';
import { html } from '../../report/html/html.ts';
import { moment } from '../../report/html/numbers.ts';
import { policyOf } from '../../report/html/policy.ts';
import { certifiesNothing, type LoadReport } from './load-report.ts';
import { figures, planInWords } from './load-text.ts';
import { coursePlot, latencyPlot } from './plots.ts';

/** A load as one HTML page without other files: the counts, the latency by percentile, and the rate over time. */
export function loadPage(report: LoadReport): string {
  const { outcome, because, plan, machines, target, suite, started, finished, faults, remarks } = report;
  return html`<!DOCTYPE html>
<html lang="en">
${pageHead({ title: html`Load on ${named(target)}: ${outcome}`, policy: policyOf(style, ''), style })}
<body>
<main>
<header>
<p class="quiet">Load on ${named(target)}</p>
<h1 class="${kinds[outcome]}">${outcome}</h1>
<p>because ${because}</p>
<p>${capitalised(planInWords(plan))}${machines > 1 && `; from ${machines} machines`}.</p>
<p class="quiet">${suite.name} ${suite.version}, ${finished === undefined ? `began ${moment(started)}, has not ended` : `${moment(started)} to ${moment(finished)}`}. ${capitalised(certifiesNothing)}.</p>
</header>
<section aria-labelledby="figures"><h2 id="figures">Figures</h2>
<dl>${figures(report).map(([name, value, remark]) => html`<dt>${name}</dt><dd>${value}${remark !== undefined && html` <span class="quiet">${remark}</span>`}</dd>`)}</dl>
${remarks.map((remark) => html`<p class="quiet">${capitalised(remark)}.</p>`)}
</section>
<section aria-labelledby="drawn"><h2 id="drawn">Latency and rate</h2>
<div class="plots">${latencyPlot(report)}${coursePlot(report)}</div></section>
${faults.length > 0 && html`<section aria-labelledby="faults"><h2 id="faults">What went wrong</h2><ul class="faults">${faults.map((fault) => html`<li>${fault}</li>`)}</ul></section>`}
</main>
<footer><p class="quiet">Also available as load.json.</p></footer>
</body>
</html>
`.text;
}

const capitalised = (text: string): string => `${text[0]?.toUpperCase()}${text.slice(1)}`;

const kinds: Readonly<Record<LoadReport['outcome'], string>> = { answered: 'good', 'not answered': 'bad', incomplete: 'doubt' };

const style = `${foundation}${drawings}
header { margin-bottom: 2rem; } header p { max-width: 46rem; margin-top: .4rem; }
h1 { font-size: 2rem; letter-spacing: -.02em; } h2 { font-size: 1.3rem; margin: 2rem 0 .6rem; }
.good { color: var(--good); } .bad { color: var(--bad); } .doubt { color: var(--doubt); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.2rem; font-variant-numeric: tabular-nums; } dt { color: var(--quiet); } dd { min-width: 0; }
.plots { display: flex; flex-wrap: wrap; gap: 1rem; } .plot { flex: 1 1 23rem; }
.curve { fill: none; stroke: var(--link); stroke-width: 1.8; stroke-linejoin: round; } .curve.response { stroke: var(--good); stroke-dasharray: 9 3; } .curve.late, .curve.asked { stroke: var(--none); stroke-dasharray: 4 3; }
.faults li { font-family: var(--mono); font-size: .84em; padding: .2rem 0; border-bottom: 1px solid var(--rule); }
footer { padding-top: 2rem; padding-bottom: 3rem; }
@media (max-width: 36rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .5rem; } }
`;
