import type { Identity } from '../harness/implementation/target.ts';
import { topicOf } from '../harness/message/ntp-topics.ts';
import type { Diagnosis } from '../verdict/evidence.ts';

/** What a client does to the names in its request topic. */
const topicMistakes = {
  swapped: 'product key and device name are swapped',
  slash: 'the leading slash is missing',
  cut: 'the topic is built in a buffer that is too small',
  encoded: 'characters of a name are encoded or replaced',
  letterCase: 'the case of letters in a name is changed',
} as const;

/** What a client probably did to publish its request on a wrong topic; undefined where no known mistake fits. */
export function diagnoseTopic(topic: string, identity: Identity): Diagnosis | undefined {
  const { productKey, deviceName } = identity;
  const right = topicOf(identity, 'request');
  const says = (kind: string, text = kind): Diagnosis => ({ kind, text });
  if (topic === topicOf({ productKey: deviceName, deviceName: productKey }, 'request')) return says(topicMistakes.swapped);
  if (topic === right.slice(1)) return says(topicMistakes.slash);
  if (right.startsWith(topic)) return says(topicMistakes.cut, `the topic is cut after ${topic.length} characters`);
  if (topic.toLowerCase() === right.toLowerCase()) return says(topicMistakes.letterCase);
  const [, key = '', name = ''] = /^\/ext\/ntp\/([^/]*)\/(.*)\/request$/.exec(topic) ?? [];
  for (const [what, given, sent, other] of [
    ['product key', productKey, key, name === deviceName],
    ['device name', deviceName, name, key === productKey],
  ] as const) {
    if (!other || sent === '') continue;
    if (given.startsWith(sent)) return says(topicMistakes.cut, `the ${what} is cut after ${sent.length} characters`);
    if (sent === encodeURIComponent(given)) return says(topicMistakes.encoded, `the ${what} is percent-encoded`);
    const replaced = differing(given, sent);
    if (replaced !== undefined) return says(topicMistakes.encoded, `characters of the ${what} are replaced: ${replaced}`);
  }
  return undefined;
}

/** Which characters of a name became which, where nothing but characters that are no letters and no digits was replaced or left out. */
function differing(given: string, sent: string): string | undefined {
  const plain = (text: string): string => text.replaceAll(/[^A-Za-z0-9]/g, '');
  if (plain(given) !== plain(sent)) return undefined;
  return `${given} became ${sent}`;
}
