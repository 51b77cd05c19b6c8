import { dirname, join, relative, sep } from 'node:path';
import { counted } from '../../harness/text/counted.ts';
import { named } from '../../harness/text/named.ts';
import { badgeOf, badgeSvg } from '../../report/certificate/badge.ts';
import { certificateFiles } from '../../report/certificate/certificate-files.ts';
import type { Statement } from '../../report/certificate/statement.ts';
import { foundation, icons } from '../../report/html/foundation.ts';
import { pageHead } from '../../report/html/head.ts';
import { html, listed, type Markup } from '../../report/html/html.ts';
import { icon, iconSheet, signOf } from '../../report/html/icons.ts';
import { moment } from '../../report/html/numbers.ts';
import { policyOf } from '../../report/html/policy.ts';
import { pageFile } from '../../report/report-folder.ts';
import type { Report } from '../../verdict/report.ts';

/** A report folder that passed the verification. */
export interface Certified {
  /** An absolute path. */
  readonly folder: string;
  readonly statement: Statement;
  readonly report: Report;
  /** What could not be checked, and other remarks. */
  readonly remarks: readonly string[];
  /** The name of the key in the signature of its certificate; absent if it is not signed. */
  readonly signer?: string;
}

/** How the page was made. */
interface PageOrigin {
  /** The absolute path of the page: its links are relative to it. */
  readonly page: string;
  /** Name and version of the suite that verified the folders. */
  readonly suite: string;
  readonly made: Date;
}

/** The certified implementations as one HTML page without other files. */
export function galleryPage(all: readonly Certified[], { page, suite, made }: PageOrigin): string {
  const title = counted(all.length, 'certified implementation');
  const conforming = all.filter(({ report }) => report.verdict === 'conforms').length;
  return html`<!DOCTYPE html>
<html lang="en">
${pageHead({ title: html`NTP over MQTT: ${title}`, policy: policyOf(style, ''), style })}
<body>
${iconSheet}
<main>
<p class="quiet">The IoT platform's NTP service over MQTT</p>
<h1>${title}</h1>
<p>${conforming} of ${all.length} ${conforming === 1 ? 'conforms' : 'conform'}. A certificate says what a whole run found of one build, by one requirement set.</p>
${(['server', 'client'] as const).map((role) => section(role, all, page))}
</main>
<footer class="quiet"><p>Each report folder was verified again by ${suite} when this page was written, ${moment(made.toISOString())}: its files match its certificate, and its recorded messages give its verdict.
Only a signature proves who made a report. To check one yourself: <code>iot-ntp-conformance verify FOLDER</code></p></footer>
</body>
</html>
`.text;
}

function section(role: Report['target']['role'], all: readonly Certified[], page: string): Markup | undefined {
  const own = all.filter(({ report }) => report.target.role === role);
  if (own.length === 0) return undefined;
  return html`<section aria-labelledby="${role}"><h2 id="${role}">${role === 'server' ? 'Servers' : 'Clients'}</h2>
<ul class="certified">${own.map((one) => card(one, page))}</ul></section>`;
}

function card(one: Certified, page: string): Markup {
  const { statement, report, remarks, signer, folder } = one;
  const { subject, predicate } = statement;
  const { warnedTests, failedTests, iotNtpConformance } = predicate;
  const { verdict, specifiedBy, strict, limits, capabilities, finished } = iotNtpConformance;
  const [{ name, digest }] = subject;
  const badge = badgeOf(statement);
  const linkTo = (file: string): string =>
    relative(dirname(page), join(folder, file)).split(sep).map(encodeURIComponent).join('/');
  const rows: readonly (readonly [string, string | Markup | undefined])[] = [
    ['verdict', html`${icon(signOf(verdict))} <strong>${verdict}</strong>${strict && ', with --strict'}`],
    ['not met', ids(failedTests)],
    ['warnings', ids(warnedTests)],
    ['build', html`${name}<br><code>sha256:${digest.sha256}</code>`],
    ['tested', html`<time datetime="${finished}">${moment(finished)}</time>, by ${report.suite.name} ${report.suite.version}`],
    [
      'specification',
      html`<a href="${specifiedBy.address}" rel="noreferrer">${specifiedBy.title}</a>, ${specifiedBy.vendor}, ${specifiedBy.edition}`,
    ],
    ['requirement set', report.requirementSet?.name],
    ['capabilities', capabilities.length === 0 ? 'none declared' : capabilities.join(', ')],
    ['limits', limits === undefined ? 'none declared' : limitsInWords(limits)],
    [
      'signature',
      signer === undefined ? 'none: nothing proves who made the report' : html`genuine, by the key <code>${signer}</code>`,
    ],
    ['remarks', remarks.length === 0 ? undefined : remarks.join('; ')],
  ];
  return html`<li><h3><a href="${linkTo(pageFile)}">${nameOf(one)}</a></h3>
<img alt="${badge.label}: ${badge.message}" src="data:image/svg+xml;base64,${Buffer.from(badgeSvg(badge)).toString('base64')}">
<dl>${rows.map(([term, value]) => value !== undefined && html`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>
<p><a href="${linkTo(pageFile)}">report of ${nameOf(one)}</a> · <a href="${linkTo(certificateFiles.certificate)}">its certificate</a></p></li>`;
}

function ids(names: readonly string[]): Markup | undefined {
  if (names.length === 0) return undefined;
  return listed(names.map((id) => html`<code>${id}</code>`));
}

function limitsInWords({ requestsPerSecond, connectsPerMinute, connections }: NonNullable<Report['target']['limits']>): string {
  return [
    requestsPerSecond !== undefined && `${counted(requestsPerSecond, 'request')} per second and device`,
    connectsPerMinute !== undefined && `${counted(connectsPerMinute, 'connection')} per minute and device`,
    connections !== undefined && `${counted(connections, 'connection')} at the same time`,
  ]
    .filter((text) => text !== false)
    .join(', ');
}

/** Name and version of a certified implementation. */
export function nameOf({ report: { target } }: Pick<Certified, 'report'>): string {
  return named(target);
}

const style = `${foundation}${icons}
h1 { font-size: 1.7rem; line-height: 1.25; margin: .2rem 0; } h2 { margin: 2.2rem 0 .7rem; font-size: 1.2rem; } h3 { margin: 0; font-size: 1.05rem; }
.certified { display: grid; gap: .8rem; } .certified > li { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: .9rem 1.1rem; }
img { display: block; max-width: 100%; margin: .5rem 0; } dl { font-size: .92rem; } dl > div { display: flex; gap: 1rem; padding: .12rem 0; } dt { flex: 0 0 8rem; color: var(--quiet); } dd { min-width: 0; }
li > p { margin-top: .5rem; font-size: .92rem; } footer { padding-top: 2rem; padding-bottom: 2rem; font-size: .9rem; }
@media (max-width: 40rem) { dl > div { display: block; } }
`;
