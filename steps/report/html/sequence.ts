import { counted } from '../../harness/text/counted.ts';
import { type FourTimes, halved, twiceTheTime } from '../../harness/time/formula.ts';
import type { Role } from '../../requirements/requirement.ts';
import type { ExchangeRecord } from '../../verdict/report.ts';
import { html, type Markup } from './html.ts';
import { duration, digits as shortNumber, whole } from './numbers.ts';
import { frame, layOut, mainAnswer, type SequenceLayout, type Stamp } from './sequence-layout.ts';

const { width, device, server } = frame;

/** An exchange as a drawing to scale: two clocks and four timestamps; below it the calculation by the formula. */
export function sequence(exchange: ExchangeRecord, role: Role, heading: string): Markup {
  const layout = layOut(exchange, role);
  return html`<figure class="sequence">
<svg viewBox="0 0 ${width} ${Math.round(layout.height)}" role="img" aria-label="${inWords(exchange, layout, role)}">
${lanes(layout, exchange, role)}${arrows(layout)}${layout.stamps.map(stampLabel)}${measures(layout)}${scaleBar(layout)}
</svg>
<figcaption>${caption(exchange, role, heading)}</figcaption>
</figure>`;
}

function lanes({ height }: SequenceLayout, { asker }: ExchangeRecord, role: Role): Markup {
  const bottom = round(height - 34);
  const other = role === 'server' ? 'server' : 'platform';
  return html`<text class="lane-name" x="${device}" y="16">${asker}</text><text class="lane-name" x="${server}" y="16">${other}</text>
<path class="lane" d="M${device} 24V${bottom}M${server} 24V${bottom}"/>`;
}

function arrows({ request, responses }: SequenceLayout): Markup {
  const middle = (device + server) / 2;
  const none = html`<path class="arrow lost" d="M${server - 4} ${round(request.to + 10)}L${middle + 16} ${round(request.to + 24)}"/>
<text class="word lost" x="${middle}" y="${round(request.to + 32)}">no response</text>`;
  return html`${arrow(device, request.from, server, request.to)}
<text class="word" x="${middle}" y="${round((request.from + request.to) / 2 - 5)}">request</text>
${responses.map(({ from, to, unheard }, index) =>
  unheard
    ? html`<path class="arrow lost" d="M${server} ${round(from)}L${middle} ${round((from + to) / 2)}"/>`
    : html`${arrow(server, from, device, to)}${index === responses.length - 1 && html`<text class="word" x="${middle}" y="${round((from + to) / 2 - 5)}">response</text>`}`,
)}${responses.length === 0 && none}`;
}

/** A line with a head, which ends just before its point. */
function arrow(x1: number, y1: number, x2: number, y2: number): Markup {
  const angle = Math.atan2(y2 - y1, x2 - x1);
  const at = (back: number, side: number): string => {
    const x = x2 - back * Math.cos(angle) + side * Math.sin(angle);
    const y = y2 - back * Math.sin(angle) - side * Math.cos(angle);
    return `${round(x)} ${round(y)}`;
  };
  return html`<path class="arrow" d="M${x1} ${round(y1)}L${at(4, 0)}"/><path class="arrow-head" d="M${at(3, 0)}L${at(11, 4)}L${at(11, -4)}z"/>`;
}

function stampLabel({ name, digits, y, labelY }: Stamp): Markup {
  const left = name.startsWith('device');
  const lane = left ? device : server;
  const x = left ? lane - 14 : lane + 14;
  const side = left ? 'left' : 'right';
  const shown = digits === undefined ? 'unknown' : digits.length > 20 ? `${digits.slice(0, 17)}…` : digits;
  const long = shown.length > 14 ? ' long' : '';
  return html`<path class="leader" d="M${lane} ${round(y)}L${x + (left ? 3 : -3)} ${round(labelY)}"/><circle class="moment" cx="${lane}" cy="${round(y)}" r="3.2"/>
<text class="stamp-name ${side}" x="${x}" y="${round(labelY - 2)}">${name}</text><text class="stamp ${side}${long}${digits === undefined && ' none'}" x="${x}" y="${round(labelY + 11)}">${shown}</text>`;
}

/** The durations on both clocks, if there is room for the text. */
function measures({ stamps, elapsedMs, processingMs, impossible }: SequenceLayout): Markup {
  const [sent, come, gone, arrived] = stamps;
  if (!sent || !come || !gone || !arrived || elapsedMs === undefined) return html``;
  const bad = impossible ? ' impossible' : '';
  const room = (a: Stamp, b: Stamp): boolean => Math.abs(b.labelY - a.labelY) >= 54;
  const middle = (a: Stamp, b: Stamp): number => round((a.labelY + b.labelY) / 2 + 4);
  return html`<path class="busy" d="M${device} ${round(sent.y)}V${round(arrived.y)}"/><path class="busy${bad}" d="M${server} ${round(come.y)}V${round(gone.y)}"/>
${room(sent, arrived) && html`<text class="measure left" x="${device - 12}" y="${middle(sent, arrived)}">${duration(elapsedMs)}</text>`}
${processingMs !== undefined && room(come, gone) && html`<text class="measure right${bad}" x="${server + 12}" y="${middle(come, gone)}">${duration(processingMs)}</text>`}`;
}

function scaleBar({ scale, height }: SequenceLayout): Markup {
  if (scale === undefined) return html``;
  const y = round(height - 12);
  const from = round((device + server - scale.length) / 2);
  const to = round(from + scale.length);
  return html`<path class="scale" d="M${from} ${y - 3}V${y + 3}M${from} ${y}H${to}M${to} ${y - 3}V${y + 3}"/><text class="scale-text" x="${to + 6}" y="${y + 4}">${duration(scale.ms)}</text>`;
}

function caption(exchange: ExchangeRecord, role: Role, heading: string): Markup {
  const { reported, errorMs, expected, answers } = exchange;
  const answer = mainAnswer(exchange, role);
  const result = formulaOf(exchange, role);
  const more = answers.length - 1;
  return html`<b>${heading}</b>
${result !== undefined && html`<span class="formula">(${String(result.serverRecvTime)} + ${String(result.serverSendTime)} + ${String(result.deviceRecvTime)} − ${String(result.deviceSendTime)}) / 2 = <b>${halved(twiceTheTime(result))}</b></span>`}
${answer?.offsetMs !== undefined && html`<span>By the formula, the server’s clock is ${ahead(answer.offsetMs)} the suite’s.</span>`}
${reported !== undefined && html`<span>The client reports <code>${reported.length > 40 ? `${reported.slice(0, 39)}…` : reported}</code>${errorMs !== undefined && html`, ${ahead(errorMs)} the platform’s time`}.</span>`}
${expected !== undefined && result === undefined && html`<span>The formula gives <code>${expected.time}</code>${expected.withinMs > 0 && `, to within ${duration(expected.withinMs)}`}.</span>`}
${more > 0 && html`<span>${counted(more, 'more message')} arrived.</span>`}`;
}

/** The four timestamps, if all are known. */
function formulaOf(exchange: ExchangeRecord, role: Role): FourTimes | undefined {
  const answer = mainAnswer(exchange, role);
  const deviceSendTime = whole(exchange.deviceSendTime);
  const serverRecvTime = whole(answer?.serverRecvTime);
  const serverSendTime = whole(answer?.serverSendTime);
  const deviceRecvTime = whole(answer?.deviceRecvTime);
  if (deviceSendTime === undefined || deviceRecvTime === undefined) return undefined;
  if (serverRecvTime === undefined || serverSendTime === undefined) return undefined;
  return { deviceSendTime, serverRecvTime, serverSendTime, deviceRecvTime };
}

/** "25 ms ahead of", "1 h behind", "level with". */
function ahead(ms: number): string {
  if (shortNumber(ms) === '0') return 'level with';
  return ms > 0 ? `${duration(ms)} ahead of` : `${duration(-ms)} behind`;
}

/** A description of the drawing for screen readers. */
function inWords({ asker }: ExchangeRecord, { stamps, elapsedMs, processingMs }: SequenceLayout, role: Role): string {
  const other = role === 'server' ? 'server' : 'platform';
  const said = stamps.map(({ name, digits }) => `${name} ${digits ?? 'unknown'}`).join(', ');
  if (elapsedMs === undefined) return `The ${asker} asks the ${other} and gets no response: ${said}.`;
  const took = processingMs === undefined ? '' : `, ${duration(processingMs)} of them claimed by the ${other}`;
  return `The ${asker} asks the ${other} and is answered after ${duration(elapsedMs)}${took}: ${said}.`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
