import { html, type Markup } from '../html/html.ts';
import { sequence } from '../html/sequence.ts';
import { scrolling } from './description-text.ts';
import { texts } from './texts.ts';

/** The exchange of the page's example, in ms since 1970. */
const example = {
  deviceSendTime: '1571724098000',
  serverRecvTime: '1571724098110',
  serverSendTime: '1571724098115',
  deviceRecvTime: '1571724098025',
};

/** A payload as JSON, with one line for each member. */
function payload(names: readonly (keyof typeof example)[], quote: '' | '"'): Markup {
  const last = names.length - 1;
  return html`<pre>{${names.map((name, index) => html`${newLine}  "${name}": ${quote}${example[name]}${quote}${index < last && ','}`)}${newLine}}</pre>`;
}

/** A line feed as HTML; in a text it would be shown as an escape sequence. */
const newLine = html`
`;

const request = ['deviceSendTime'] as const;
const response = ['deviceSendTime', 'serverRecvTime', 'serverSendTime'] as const;

/** The protocol for readers who have not read the vendor's page: the exchange, topics, members, payloads, formula. */
export function protocolLesson(): Markup {
  const { deviceSendTime, serverRecvTime, serverSendTime, deviceRecvTime } = example;
  const drawn = sequence(
    {
      n: 1,
      asker: 'device',
      atMs: 0,
      deviceSendTime,
      answers: [{ afterMs: 25, serverRecvTime, serverSendTime, deviceRecvTime }],
    },
    'server',
    texts.drawing,
  );
  return html`<section id="protocol" aria-labelledby="h-protocol"><h2 id="h-protocol">${texts.lesson.heading}</h2>
<div class="shown"><div class="about"><ol class="steps">${texts.lesson.steps.map((step) => html`<li>${step}</li>`)}</ol></div>${drawn}</div>
<h3>${texts.lesson.topics}</h3>
${scrolling(texts.lesson.topics, html`<table class="told"><tbody><tr><th scope="row">${texts.lesson.request}</th><td>/ext/ntp/{productKey}/{deviceName}/request</td></tr><tr><th scope="row">${texts.lesson.response}</th><td>/ext/ntp/{productKey}/{deviceName}/response</td></tr></tbody></table>`)}
<h3>${texts.lesson.members}</h3>
${scrolling(
  texts.lesson.members,
  html`<table class="told"><thead><tr>${texts.lesson.columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead><tbody>${texts.lesson.memberRows.map(
    ([name, where, meaning]) =>
      html`<tr><th scope="row"><code>${name}</code></th><td class="words">${where}</td><td class="words">${meaning}</td><td class="whole">${example[name]}</td></tr>`,
  )}</tbody></table>`,
)}
<p class="note">${texts.lesson.types}</p>
<h3>${texts.lesson.payloads}</h3>
<div class="payloads">${(['', '"'] as const).map(
    (quote) =>
      html`<div><p class="facts">${quote === '' ? 'Long' : 'String'}</p><p class="facts">${texts.lesson.request}</p>${payload(request, quote)}<p class="facts">${texts.lesson.response}</p>${payload(response, quote)}</div>`,
  )}</div>
<h3>${texts.lesson.formula}</h3>
<p class="note"><code>(serverRecvTime + serverSendTime + deviceRecvTime − deviceSendTime) / 2</code></p>
<p class="note"><code>(${serverRecvTime} + ${serverSendTime} + ${deviceRecvTime} − ${deviceSendTime}) / 2 = 1571724098125</code></p>
<p class="note">${texts.lesson.why}</p></section>`;
}
