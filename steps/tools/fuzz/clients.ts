import fc from 'fast-check';
import { requestOf } from '../../harness/message/exchange.ts';
import type { ClientMessage } from '../../harness/platform/client-connection.ts';
import { Platform } from '../../harness/platform/platform.ts';
import { type Edit, edited, editsInOneOf } from './edits.ts';
import { type CaseTally, FuzzFinding, fuzzedPart, shown } from './fuzzed-part.ts';
import { fail, loadSentences, type SentenceJudge } from './fuzzed-sentences.ts';
import { asked, request } from './fuzzed-texts.ts';
import { transport, writeInPieces } from './fuzzed-transport.ts';
import { readJson } from './json-oracle.ts';
import { truthOfRequest } from './judgement.ts';
import { type Publish, readPublish, readStream } from './mqtt-oracle.ts';
import { connect, type PublishFlags, packet, publish, subscribe, type Version, word } from './packets.ts';

const identity = { productKey: 'a1b2c3d4e5f', deviceName: 'probe-7' };
const requestTopic = `/ext/ntp/${identity.productKey}/${identity.deviceName}/request`;
const responseTopic = `/ext/ntp/${identity.productKey}/${identity.deviceName}/response`;

/** A packet of a client, with its mutations. */
type Word =
  | {
      readonly kind: 'publish';
      readonly payload: string;
      readonly topic: string;
      readonly flags: PublishFlags;
      readonly inPayload: readonly Edit[];
    }
  | { readonly kind: 'subscribe'; readonly filter: string; readonly qos: number }
  | { readonly kind: 'other'; readonly type: number; readonly flags: number };

interface ClientCase {
  readonly version: Version;
  readonly clientId: string;
  /** The mutations of the CONNECT. */
  readonly inConnect: readonly Edit[];
  readonly words: readonly { readonly word: Word; readonly inPacket: readonly Edit[] }[];
  readonly pieces: readonly number[];
}

const said: fc.Arbitrary<Word> = fc.oneof(
  {
    weight: 8,
    arbitrary: asked.chain((one) =>
      fc.record({
        kind: fc.constant('publish' as const),
        payload: request(one),
        topic: fc.constantFrom(requestTopic, requestTopic, requestTopic, requestTopic.slice(1), `${requestTopic}/`, '', '+'),
        flags: fc.record({
          qos: fc.constantFrom<0 | 1 | 2>(0, 0, 0, 0, 1, 2),
          retain: fc.nat(19).map((n) => n === 7),
          dup: fc.nat(19).map((n) => n === 7),
        }),
        inPayload: editsInOneOf(5),
      }),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('subscribe' as const),
      filter: fc.constantFrom(responseTopic, '#', '/ext/ntp/+/+/response', `${responseTopic}s`, '', 'a#'),
      qos: fc.constantFrom(0, 0, 1, 2, 3),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('other' as const), type: fc.nat(15), flags: fc.constantFrom(0, 0, 2, 15) }),
  },
);

const cases: fc.Arbitrary<ClientCase> = fc.record({
  version: fc.constantFrom<Version>(4, 4, 5),
  clientId: fc.constantFrom(`${identity.productKey}.${identity.deviceName}`, 'somebody', ''),
  inConnect: editsInOneOf(10),
  words: fc.array(fc.record({ word: said, inPacket: editsInOneOf(5) }), { minLength: 1, maxLength: 8 }),
  pieces: fc.array(fc.nat(600), { maxLength: 3 }),
});

/** Fuzzes what a client sends: from the platform to the sentences about a request. */
export const clients = fuzzedPart(
  { name: 'clients', about: 'platform: packets of a client, to the steps about a request' },
  cases,
  async (tally) => {
    const judge = await loadSentences();
    const platform = new Platform();
    return async (one) => check(one, platform, judge, tally);
  },
);

function bytesOf(said: Word, version: Version): Buffer {
  switch (said.kind) {
    case 'publish':
      return publish(version, said.topic, edited(Buffer.from(said.payload), said.inPayload), said.flags);
    case 'subscribe':
      return subscribe(version, 1, said.filter, said.qos);
    case 'other':
      return packet(said.type, said.flags, word(1));
  }
}

async function check(one: ClientCase, platform: Platform, judge: SentenceJudge, tally: CaseTally): Promise<void> {
  const { version, clientId, inConnect, words, pieces } = one;
  const requests: ClientMessage[] = [];
  platform.play(identity, {
    onRequest: (came, connection) => {
      requests.push(came);
      connection.deliver(responseTopic, came.payload);
    },
  });
  const { near, far } = transport();
  const connection = platform.join(near);
  const bytes = Buffer.concat([
    edited(connect(version, clientId), inConnect),
    ...words.map(({ word: said, inPacket }) => edited(bytesOf(said, version), inPacket)),
  ]);
  tally.inputs += words.length + 1;
  writeInPieces(far, bytes, pieces);
  far.end();
  const ended = await Promise.race([connection.closed, late()]);
  if (ended === undefined) throw new FuzzFinding(`the end of the connection is not noticed: ${bytes.toString('hex')}`);
  const [fault] = platform.faults;
  if (fault !== undefined) throw new FuzzFinding(`the platform broke: ${fault instanceof Error ? fault.message : shown(fault)}`);
  const sources = matched(requests, bytes, connection.version === 5 ? 5 : 4);
  for (const [index, came] of requests.entries()) await judgeRequest(came, sources[index], judge, tally);
  for (const frame of connection.trace) if (frame.bytes.length === 0) throw new FuzzFinding('a packet without bytes');
  platform.forget(identity);
}

/** How long the platform may take to notice the end of a connection, in ms. */
const patience = 5000;

async function late(): Promise<undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  setTimeout(() => resolve(undefined), patience).unref();
  return promise;
}

/** The packet of each request. @throws FuzzFinding for a request that was not sent */
function matched(requests: readonly ClientMessage[], bytes: Buffer, version: 4 | 5): readonly Publish[] {
  const publishes = readStream(bytes).packets.flatMap((each) => (each.type === 3 ? (readPublish(each, version) ?? []) : []));
  let next = 0;
  return requests.map(({ topic, qos, retain, dup, payload }) => {
    const index = publishes.findIndex(
      (candidate, at) =>
        at >= next &&
        candidate.topic === topic &&
        candidate.qos === qos &&
        candidate.retain === retain &&
        candidate.dup === dup &&
        candidate.payload.equals(payload),
    );
    const found = publishes[index];
    if (found === undefined)
      throw new FuzzFinding(`a request that was not sent: ${shown([topic, qos, payload])} of ${bytes.toString('hex')}`);
    next = index + 1;
    return found;
  });
}

/** Judges a request with the steps, sentence by sentence. */
async function judgeRequest(
  came: ClientMessage,
  source: Publish | undefined,
  judge: SentenceJudge,
  tally: CaseTally,
): Promise<void> {
  if (source === undefined) throw new FuzzFinding('a request without a message');
  const first = requestOf(came, { place: '', responseTopic, subscribed: true });
  const clientRun = { requestTopic, responseTopic, identity, request: first, requests: [first], connections: [came.connection] };
  const requests = () => [{ request: first, clientRun, start: 0, which: '' }];
  const world = { scenario: { firstRequest: () => first, requireOwnTopic: () => first, requests, clientRun }, fail };
  const truth = truthOfRequest(requestTopic, source, readJson(source.payload));
  for (const [sentence, holds] of truth) {
    const failed = await judge(sentence, world);
    if ((failed === undefined) === holds) continue;
    const verdict = failed === undefined ? 'passed wrongly' : `failed wrongly (${failed})`;
    throw new FuzzFinding(`"${sentence}" ${verdict}, by ${shown([source.topic, source.payload.toString('latin1')])}`);
  }
  const conforms = truth.slice(0, 4).every(([, holds]) => holds);
  if (conforms && source.flaws.length > 0) throw new FuzzFinding(`a PUBLISH with ${source.flaws.join(' and ')} passes`);
  tally[conforms ? 'conforming' : 'failed'] += 1;
}
