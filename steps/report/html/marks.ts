import type { MessageAtFault } from '../../verdict/report.ts';
import { html, type Markup, type TemplateValue } from './html.ts';

/** Start and end of a part of a text, in characters. */
type Span = readonly [number, number];

/** The payload of a message at fault, with the wrong parts marked; if they cannot be located, all of it is marked. */
export function markedPayload({ payload, parts }: Pick<MessageAtFault, 'payload' | 'parts'>): Markup {
  const pointers = parts.filter((part) => part.startsWith('/'));
  const spans = pointers.flatMap((pointer) => memberSpans(payload, pointer.slice(1)));
  const whole = parts.includes('payload') || (pointers.length > 0 && spans.length === 0);
  if (whole) return html`<mark class="whole">${payload === '' ? '(empty)' : payload}</mark>`;
  return withMarks(payload, spans);
}

/** Where a member and its value are: every place, because a name may occur twice. */
function memberSpans(payload: string, name: string): Span[] {
  const quoted = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const member = new RegExp(`"${quoted}"\\s*:\\s*(?:"(?:[^"\\\\]|\\\\.)*"?|[^\\s,}\\]]*)`, 'g');
  return [...payload.matchAll(member)].map(({ index, 0: text }) => [index, index + text.length]);
}

function withMarks(text: string, spans: readonly Span[]): Markup {
  let from = 0;
  const pieces: TemplateValue[] = spans
    .toSorted(([a], [b]) => a - b)
    .flatMap(([start, end]) => {
      if (start < from) return [];
      const piece = [text.slice(from, start), html`<mark>${text.slice(start, end)}</mark>`];
      from = end;
      return piece;
    });
  return html`${pieces}${text.slice(from)}`;
}

/** A line of the trace; if it shows the message at fault, the wrong parts are marked. */
export function markedLine(line: string, message: MessageAtFault | undefined): Markup {
  const shown = message?.payload.slice(0, 120) ?? '';
  const at = message === undefined || !line.includes('← PUBLISH') ? -1 : line.lastIndexOf(shown);
  if (message === undefined || at < 0 || shown === '') return html`${line}`;
  const { parts, qos } = message;
  const words: readonly (readonly [string, string])[] = [
    ['qos', `QoS ${qos}`],
    ['retain', 'RETAIN'],
    ['topic', message.topic],
  ];
  const head = line.slice(0, at);
  const spans = words.flatMap(([part, word]): Span[] => {
    const start = parts.includes(part) ? head.indexOf(word) : -1;
    return start < 0 ? [] : [[start, start + word.length]];
  });
  return html`${withMarks(head, spans)}${markedPayload({ payload: line.slice(at), parts })}`;
}
