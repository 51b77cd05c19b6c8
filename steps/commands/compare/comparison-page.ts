import { conclusion, durations, parts } from '../../report/comparison/comparison-text.ts';
import type { Change, ComparedReport, Comparison } from '../../report/comparison/report-comparison.ts';
import { foundation, icons } from '../../report/html/foundation.ts';
import { pageHead } from '../../report/html/head.ts';
import { html, listed, type Markup } from '../../report/html/html.ts';
import { icon, iconSheet } from '../../report/html/icons.ts';
import { policyOf } from '../../report/html/policy.ts';
import type { Status } from '../../verdict/report.ts';

/** A comparison on one page that needs no other file. */
export function comparisonPage(comparison: Comparison): string {
  const { old, new: now, reworded, mustGotWorse } = comparison;
  return html`<!DOCTYPE html>
<html lang="en">
${pageHead({ title: html`${old.name} and ${now.name}`, policy: policyOf(style, ''), style })}
<body>
${iconSheet}
<main>
<p class="quiet">Two reports of the NTP service over MQTT, compared</p>
<h1>${icon(mustGotWorse ? 'failed' : 'passed')} ${conclusion(comparison)}</h1>
<dl class="sides">${sideOf('old', old)}${sideOf('new', now)}</dl>
<p class="quiet">${durations(old, now)}</p>
${parts.map(([part, title]) => section(title, comparison[part]))}
${reworded.length > 0 && html`<section><h2>Requirements whose text changed</h2><p>${listed(reworded.map((id) => html`<code>${id}</code>`))}</p></section>`}
</main>
</body>
</html>
`.text;
}

function sideOf(which: string, { name, verdict, set, finished }: ComparedReport): Markup {
  return html`<div><dt>${which}</dt><dd><b>${name}</b>: ${verdict}, requirement set ${set}, ${finished}</dd></div>`;
}

function section(title: string, changes: readonly Change[]): Markup | undefined {
  if (changes.length === 0) return undefined;
  return html`<section><h2>${title} <span class="quiet">${changes.length}</span></h2>
<ul class="changes">${changes.map(
    ({ id, level, sentence, scenarios, old, new: now }) =>
      html`<li><p>${sentence}</p><p class="quiet"><code>${id}</code> ${level.toUpperCase()} ${statusOf(old)}${old !== undefined && now !== undefined && ' → '}${statusOf(now)}</p>${scenarios.length > 0 && html`<ul>${scenarios.map((title) => html`<li class="quiet">${title}</li>`)}</ul>`}</li>`,
  )}</ul></section>`;
}

function statusOf(status: Status | undefined): Markup | undefined {
  return status === undefined ? undefined : html`<span class="status">${icon(status)}${status}</span>`;
}

const style = `${foundation}${icons}
h1 { font-size: 1.6rem; line-height: 1.25; margin: .2rem 0 1rem; } h2 { margin: 2.2rem 0 .7rem; font-size: 1.2rem; }
.sides > div { display: flex; gap: 1rem; } dt { flex: 0 0 3rem; color: var(--quiet); }
.changes > li { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: .7rem 1rem; margin-bottom: .5rem; } .changes ul { padding-left: 1rem; }
.status { display: inline-flex; align-items: center; gap: .3em; }
`;
