import { counted } from '../../harness/text/counted.ts';
import type { Role } from '../../requirements/requirement.ts';
import { expectedInWords } from '../../verdict/expectations.ts';
import { frameInWords } from '../../verdict/frame-in-words.ts';
import { unstableInWords } from '../../verdict/repeat.ts';
import type { ExchangeRecord, MessageAtFault, ScenarioResult } from '../../verdict/report.ts';
import { html, type Markup } from './html.ts';
import { icon } from './icons.ts';
import { markedLine, markedPayload } from './marks.ts';
import { duration } from './numbers.ts';
import { sequence } from './sequence.ts';
import { mainAnswer } from './sequence-layout.ts';

/** Longer traces are folded at first. */
const mostUnfolded = 14;

/**
 * How much the page shows of a scenario that did not pass: less for a large run. A passed scenario is one line with its counts.
 * report.json has everything.
 */
export interface DetailLevel {
  /** The most packets of a scenario. */
  readonly lines: number;
  /** The most drawings of a scenario. */
  readonly drawings: number;
  /** The most characters of a packet's line, or of a text of the implementation. */
  readonly lineLength: number;
  readonly textLength: number;
}

/** A scenario: its messages, its drawings and its result. */
export function scenario(result: ScenarioResult, role: Role, detail: DetailLevel, open: boolean): Markup {
  const {
    title,
    status,
    reason,
    failure,
    expected,
    unstable,
    information,
    place,
    durationMs,
    exchanges = [],
    exchangesMade,
  } = result;
  const cut = (text: string): string => cutTo(text, detail.textLength);
  const made = exchangesMade ?? exchanges.length;
  const lines = result.trace.length > 0 ? result.trace : (failure?.trace ?? []);
  return html`<details class="scenario ${status}"${open && ' open'}>
<summary>${icon(status)}<span class="title">${title}</span><span class="status">${status}</span></summary>
<div class="inside">
${reason !== undefined && html`<p class="reason">${cut(reason)}</p>`}
${expected !== undefined && html`<p class="reason">Known: ${expectedInWords(expected)}</p>`}
${unstable !== undefined && html`<p class="reason">Unstable: ${unstableInWords(unstable)}</p>`}
${failure !== undefined && diagnosis(failure, cut)}
${
  status === 'passed'
    ? said(information, cut)
    : html`<div class="evidence">
<div class="said">
${failure?.message !== undefined && messageAtFault(failure.message, cut)}
${said(information, cut)}
${trace(lines, failure, detail)}
</div>
${drawings(exchanges, made, role, failure?.message?.exchange, detail.drawings)}
</div>`
}
<p class="place">${place} · ${duration(durationMs)}${status === 'passed' && made > 0 && html` · ${counted(made, 'exchange')} in report.json`}</p>
</div></details>`;
}

/** The information of a scenario. */
function said(information: readonly string[], cut: (text: string) => string): Markup | undefined {
  if (information.length === 0) return undefined;
  return html`<ul class="information">${information.map((text) => html`<li>${cut(text)}</li>`)}</ul>`;
}

function diagnosis(failure: NonNullable<ScenarioResult['failure']>, cut: (text: string) => string): Markup {
  const { expected, received, likely } = failure;
  const packet = frameInWords(failure);
  return html`<dl class="diagnosis">
<div><dt>expected</dt><dd>${cut(expected)}</dd></div>
<div class="received"><dt>received</dt><dd>${cut(received)}</dd></div>
${likely !== undefined && html`<div><dt>likely</dt><dd>${cut(likely)}</dd></div>`}
${packet !== undefined && html`<div><dt>packet</dt><dd>${packet}</dd></div>`}
</dl>`;
}

/** The message at fault, with the wrong parts marked. */
function messageAtFault(message: MessageAtFault, cut: (text: string) => string): Markup {
  const { topic, qos, retain, parts } = message;
  const part = (name: string, text: string): Markup => (parts.includes(name) ? html`<mark>${text}</mark>` : html`${text}`);
  const payload = markedPayload({ payload: cut(message.payload), parts });
  return html`<figure class="message"><figcaption>PUBLISH ${part('topic', topic)} · ${part('qos', `QoS ${qos}`)}${retain && html` · ${part('retain', 'RETAIN')}`}</figcaption>
<pre>${payload}</pre></figure>`;
}

/** The most useful exchanges: the one at fault; otherwise all if there are few, or the quickest and the slowest of many. */
function chosen(exchanges: readonly ExchangeRecord[], role: Role, wanted: number | undefined, most: number): ExchangeRecord[] {
  if (wanted !== undefined) return exchanges.filter(({ n }) => n === wanted);
  if (exchanges.length <= most) return [...exchanges];
  const took = (exchange: ExchangeRecord): number => mainAnswer(exchange, role)?.afterMs ?? Number.POSITIVE_INFINITY;
  const bySpeed = exchanges.toSorted((a, b) => took(a) - took(b));
  const ends = [bySpeed.at(-1), bySpeed[0]].filter((exchange) => exchange !== undefined);
  return ends.slice(0, most).toSorted((a, b) => a.n - b.n);
}

function drawings(
  exchanges: readonly ExchangeRecord[],
  made: number,
  role: Role,
  wanted: number | undefined,
  most: number,
): Markup | undefined {
  const drawn = chosen(exchanges, role, wanted, most);
  if (drawn.length === 0) return undefined;
  const name = ({ n }: ExchangeRecord): string => (made === 1 ? 'The exchange' : `Exchange ${n} of ${made}`);
  return html`<div class="drawings">${drawn.map((exchange) => sequence(exchange, role, name(exchange)))}</div>`;
}

function trace(lines: readonly string[], failure: ScenarioResult['failure'], detail: DetailLevel): Markup | undefined {
  if (lines.length === 0) return undefined;
  const most = detail.lines;
  const half = Math.ceil(most / 2);
  const few = lines.length <= most;
  const head = few ? lines : lines.slice(0, half);
  const tail = few || most < 2 ? [] : lines.slice(-Math.floor(most / 2));
  const left = lines.length - head.length - tail.length;
  const line = (text: string): Markup => html`<li>${markedLine(cutTo(text, detail.lineLength), failure?.message)}</li>`;
  return html`<details class="trace"${lines.length <= mostUnfolded && ' open'}><summary>${counted(lines.length, 'packet')} in the trace</summary>
<ol>${head.map(line)}${left > 0 && html`<li class="left-out">… ${counted(left, 'more packet')}, see report.json …</li>`}${tail.map(line)}</ol></details>`;
}

function cutTo(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
