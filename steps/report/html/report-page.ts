import type { Report } from '../../verdict/report.ts';
import { changesSection } from './changes-section.ts';
import { pageHead } from './head.ts';
import { html, Markup } from './html.ts';
import { iconSheet } from './icons.ts';
import { chips, facts, map, nameOf, verdictHead } from './overview.ts';
import { script } from './page-script.ts';
import { style } from './page-style.ts';
import { policyOf } from './policy.ts';
import { requirementSections } from './requirement-section.ts';
import type { DetailLevel } from './scenario-section.ts';
import { words } from './verdict-words.ts';

/** A larger page is written again with less detail, in bytes. */
const mostBytes = 2_500_000;

/** From full detail to what even the largest run has room for. */
const details: readonly DetailLevel[] = [
  { lines: 40, drawings: 3, lineLength: 600, textLength: 2000 },
  { lines: 24, drawings: 2, lineLength: 300, textLength: 800 },
  { lines: 12, drawings: 1, lineLength: 200, textLength: 300 },
  { lines: 4, drawings: 0, lineLength: 120, textLength: 120 },
];

/** What the page shows besides the report. */
export interface BesideReport {
  /** Whether there is a certificate, or why not, in words. */
  readonly certificate?: string;
  /** The report of an earlier run, if it was in the report folder. */
  readonly earlier?: Report;
}

/**
 * The report as one HTML page. It loads nothing, and is readable without its script. Every text of the implementation is escaped; in
 * addition, the page's policy allows only the suite's own script.
 *
 * @param command the command that runs the suite on this target again
 */
export function reportPage(report: Report, command: string, beside: BesideReport = {}): string {
  let page = '';
  for (const detail of details) {
    page = render(report, command, detail, beside);
    if (Buffer.byteLength(page) <= mostBytes) break;
  }
  return page;
}

function render(report: Report, command: string, detail: DetailLevel, { certificate, earlier }: BesideReport): string {
  const { target, verdict, suite } = report;
  const setting = {
    role: target.role,
    sharedClock: target.role === 'server' ? (target.sharedClock ?? false) : undefined,
    command,
    detail,
  };
  return html`<!DOCTYPE html>
<html lang="en">
${pageHead({ title: html`${nameOf(report)}: ${verdict}`, policy, style })}
<body>
${iconSheet}
<main>
<p class="kind">Conformance of ${target.role === 'server' ? 'an NTP server' : 'an NTP client'} over MQTT</p>
${verdictHead(report)}
${changesSection(report, earlier)}
<form class="tools" role="search" hidden><label for="find">Find a requirement</label><input id="find" type="search" autocomplete="off"><span id="found" role="status"></span>
${chips(report)}<button type="button" id="unfold">Unfold all</button><button type="button" id="fold">Fold all</button></form>
${requirementSections(report, setting, 'open')}
${facts(report, certificate)}
${map(report)}
${requirementSections(report, setting, 'settled')}
${output(report)}
</main>
<footer>
<details><summary>What the words mean</summary><dl>${words.map(([word, meaning]) => html`<div><dt>${word}</dt><dd>${meaning}</dd></div>`)}</dl></details>
<p>Written by ${suite.name} ${suite.version}. Also available as <code>report.json</code>; <code>specification.html</code> has the steps of every scenario.</p>
</footer>
<script>${new Markup(script)}</script>
</body>
</html>
`.text;
}

function output({ target }: Report): Markup | undefined {
  if (target.output.length === 0) return undefined;
  return html`<section class="part"><h2 id="h-output">What the ${target.role} printed last</h2>
<ol class="output">${target.output.slice(-40).map((line) => html`<li>${line.slice(0, 400)}</li>`)}</ol></section>`;
}

const policy = policyOf(style, script);
