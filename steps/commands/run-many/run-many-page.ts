import { named } from '../../harness/text/named.ts';
import { foundation, icons } from '../../report/html/foundation.ts';
import { pageHead } from '../../report/html/head.ts';
import { html, type Markup } from '../../report/html/html.ts';
import { icon, iconSheet, signOf } from '../../report/html/icons.ts';
import { moment } from '../../report/html/numbers.ts';
import { policyOf } from '../../report/html/policy.ts';
import { words } from '../../report/html/verdict-words.ts';
import type { Role } from '../../requirements/requirement.ts';
import type { Status } from '../../verdict/report.ts';
import { type Member, type RunManyReport, rowsOf } from './run-many-report.ts';

/** All implementations as one HTML page without other files: a row for each requirement, a column for each implementation. */
export function runManyPage(report: RunManyReport): string {
  const { verdict, because, suite, started, finished, members } = report;
  const roles = (['server', 'client'] as const).filter((role) => members.some((member) => member.role === role));
  return html`<!DOCTYPE html>
<html lang="en">
${pageHead({ title: because, policy: policyOf(style, ''), style })}
<body>
${iconSheet}
<main>
<p class="quiet">${members.length} implementations of the NTP service over MQTT</p>
<h1>${icon(signOf(verdict))} ${because}</h1>
<p class="quiet">${suite.name} ${suite.version}, ${moment(started)} to ${moment(finished)}</p>
${roles.map((role) => section(report, role))}
</main>
<footer>
<details><summary>What the words mean</summary><dl>${words.map(([word, meaning]) => html`<div><dt>${word}</dt><dd>${meaning}</dd></div>`)}</dl></details>
<p class="quiet">Also available as <code>run-many.json</code>; each implementation has a folder with its own reports.</p>
</footer>
</body>
</html>
`.text;
}

function section(report: RunManyReport, role: Role): Markup {
  const members = report.members.filter((member) => member.role === role);
  const title = role === 'server' ? 'Servers' : 'Clients';
  return html`<section aria-labelledby="${role}">
<h2 id="${role}">${title}</h2>
<ul class="members">${members.map(memberLine)}</ul>
<div class="scroll" tabindex="0" role="region" aria-label="requirements and ${role}s">
<table><thead><tr><th scope="col">requirement</th>${members.map((member) => html`<th scope="col"><span title="${named(member)}">${named(member)}</span></th>`)}</tr></thead>
<tbody>${rowsOf(report, role).map(
    ({ id, level, sentence, statuses }) =>
      html`<tr><th scope="row" title="${sentence}"><code>${id}</code> <small>${level}</small></th>${statuses.map(cell)}</tr>
`,
  )}</tbody></table>
</div>
</section>`;
}

function memberLine(member: Member): Markup {
  const { folder, verdict, because, imageDigest, certified } = member;
  return html`<li>${icon(signOf(verdict))}<div><a href="${encodeURIComponent(folder)}/index.html">${named(member)}</a>: <strong>${verdict}</strong>, because ${because}${certified && html` <span class="quiet">(certificate)</span>`}${imageDigest !== undefined && html`<br><code class="quiet">${imageDigest}</code>`}</div></li>`;
}

function cell(status: Status | undefined): Markup {
  if (status === undefined) return html`<td><span class="unseen">no report</span></td>`;
  return html`<td title="${status}">${icon(status)}<span class="unseen">${status}</span></td>`;
}

const style = `${foundation}${icons}
main, footer { max-width: 78rem; } h1 { font-size: 1.7rem; line-height: 1.25; margin: .2rem 0; } h2 { margin: 2.2rem 0 .7rem; font-size: 1.2rem; }
.members { display: grid; gap: .45rem; margin-bottom: 1rem; } .members li { display: flex; gap: .6rem; align-items: baseline; } .members .icon { transform: translateY(.12em); }
.scroll { position: relative; overflow-x: auto; background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: .8rem; }
table { border-collapse: collapse; } thead th { vertical-align: bottom; font-weight: 600; font-size: .84rem; padding: .3rem .5rem; text-align: left; min-width: 6rem; max-width: 12rem; }
thead span { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 4; overflow: hidden; }
th:first-child { position: sticky; left: 0; background: var(--card); padding-left: 0; }
tbody th { text-align: left; font-weight: 400; white-space: nowrap; padding: .18rem 1rem .18rem 0; }
tbody tr + tr { border-top: 1px solid var(--rule); } td { text-align: center; padding: .18rem .5rem; } small { color: var(--quiet); }
footer { margin-top: 2.5rem; padding-bottom: 2rem; font-size: .9rem; } summary { cursor: pointer; } dl > div { display: flex; gap: 1rem; } dt { flex: 0 0 7rem; font-weight: 600; }
@media (max-width: 40rem) { tbody th { white-space: normal; min-width: 9.5rem; overflow-wrap: normal; } dl > div { display: block; } }
@media print { .scroll { overflow: visible; border: 0; padding: 0; } thead span { display: inline; } }
`;
