import fc from 'fast-check';
import { ConnectError, Device, type DeviceConnection, type DeviceOptions } from '../../harness/device/device.ts';
import { RequestOrder } from '../../harness/device/ledger-entries.ts';
import { NtpDevice } from '../../harness/device/ntp-device.ts';
import { RawDevice } from '../../harness/device/raw-device.ts';
import { RequestLedger } from '../../harness/device/request-ledger.ts';
import type { Response } from '../../harness/message/exchange.ts';
import type { Message } from '../../harness/message/message.ts';
import { Trace } from '../../harness/mqtt/trace.ts';
import { type Edit, edited, editsInOneOf } from './edits.ts';
import { type CaseTally, FuzzFinding, fuzzedPart, shown } from './fuzzed-part.ts';
import { fail, loadSentences, type SentenceJudge } from './fuzzed-sentences.ts';
import { type AskedTimestamp, asked, response } from './fuzzed-texts.ts';
import { transport, writeInPieces } from './fuzzed-transport.ts';
import { readJson } from './json-oracle.ts';
import { truthOfResponse } from './judgement.ts';
import { type Publish, readPublish, readStream } from './mqtt-oracle.ts';
import { connack, type PublishFlags, packet, publish, suback, type Version, word } from './packets.ts';

const identity = { productKey: 'a1b2c3d4e5f', deviceName: 'probe-7' };

/** The kind of packet of a server that is mutated; after it, the connection ends. */
type MutatedReply = 'connack' | 'suback' | 'answers';

interface ServerCase {
  readonly version: Version;
  /** True for `RawDevice`, false for the device with mqtt.js. */
  readonly raw: boolean;
  readonly mutated: MutatedReply;
  readonly request: AskedTimestamp;
  readonly answers: readonly MutatedAnswer[];
  readonly pieces: readonly number[];
}

/** A packet of a server, with its mutations. */
interface MutatedAnswer {
  readonly payload: string;
  readonly flags: PublishFlags;
  readonly topic: string;
  /** The type of another packet that replaces it. */
  readonly other: number | undefined;
  readonly inPayload: readonly Edit[];
  readonly inPacket: readonly Edit[];
}

const responseTopic = `/ext/ntp/${identity.productKey}/${identity.deviceName}/response`;

const flags: fc.Arbitrary<PublishFlags> = fc.record({
  qos: fc.constantFrom(0, 0, 0, 0, 0, 0, 1, 2),
  retain: fc.nat(19).map((n) => n === 7),
  dup: fc.nat(19).map((n) => n === 7),
});

const answer = (request: AskedTimestamp): fc.Arbitrary<MutatedAnswer> =>
  fc.record({
    payload: response(request),
    flags,
    topic: fc.oneof(
      { weight: 20, arbitrary: fc.constant(responseTopic) },
      { weight: 1, arbitrary: fc.constantFrom(`${responseTopic}s`, '') },
    ),
    other: fc.oneof(
      { weight: 9, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 15 }).map((type) => (type === 3 ? 4 : type)) },
    ),
    inPayload: editsInOneOf(5),
    inPacket: editsInOneOf(5),
  });

const cases: fc.Arbitrary<ServerCase> = asked.chain((request) =>
  fc.record({
    version: fc.constantFrom<Version>(4, 4, 5),
    raw: fc.boolean(),
    mutated: fc.constantFrom<MutatedReply>('connack', 'suback', ...Array<MutatedReply>(8).fill('answers')),
    request: fc.constant(request),
    answers: fc.array(answer(request), { minLength: 1, maxLength: 6 }),
    pieces: fc.array(fc.nat(400), { maxLength: 3 }),
  }),
);

/** Fuzzes what a server sends: from both kinds of devices and the request ledger to the sentences about a response. */
export const servers = fuzzedPart(
  {
    name: 'servers',
    about: 'device side: packets of a server, through both devices and the ledger, to the steps about a response',
  },
  cases,
  async (tally) => {
    const judge = await loadSentences();
    return async (one) => check(one, judge, tally);
  },
);

/** The bytes of an answer that the server sends. */
function bytesOf({ payload, flags: how, topic, other, inPayload, inPacket }: MutatedAnswer, version: Version): Buffer {
  if (other !== undefined) return edited(packet(other, other === 6 ? 2 : 0, word(1)), inPacket);
  return edited(publish(version, topic, edited(Buffer.from(payload), inPayload), how), inPacket);
}

async function check(one: ServerCase, judge: SentenceJudge, tally: CaseTally): Promise<void> {
  const { version, raw, mutated, request, answers, pieces } = one;
  const { near, far, sent } = transport();
  const options: DeviceOptions = {
    address: { host: '127.0.0.1', port: 1, open: () => near },
    mqttVersion: version === 4 ? '3.1.1' : '5',
    clientId: 'fuzzed',
    name: 'device',
    trace: new Trace(),
    deadline: 2000,
    habits: { acknowledges: true },
  };
  const ledger = new RequestLedger();
  ledger.begin('fuzzed');
  const messages: Message[] = [];
  let connection: DeviceConnection | undefined;
  const device = new NtpDevice({
    identity,
    name: 'device',
    ledger,
    deadline: 2000,
    connect: async () => {
      connection = await (raw ? RawDevice.connect(options) : Device.connect(options));
      const { inbox } = connection;
      const put = inbox.put.bind(inbox);
      // Only the device has the received messages.
      inbox.put = (message) => {
        messages.push(message);
        put(message);
      };
      return connection;
    },
  });
  const changes = answers[0]?.inPacket ?? [];
  const first = edited(connack(version, 0), mutated === 'connack' ? changes : []);
  writeInPieces(far, first, mutated === 'connack' ? pieces : []);
  if (mutated === 'connack') far.end();
  tally.inputs += mutated === 'answers' ? answers.length : 1;
  const accepted = await device.connect().then(
    () => true,
    (error: unknown) => {
      if (error instanceof ConnectError) return false;
      throw error;
    },
  );
  if (mutated === 'connack') {
    if (accepted && !isAcceptance(first))
      throw new FuzzFinding(`a CONNACK that accepts nothing, and taken for one: ${first.toString('hex')}`);
    await device.disconnect();
    return;
  }
  if (!accepted || connection === undefined) throw new FuzzFinding('a sound CONNACK that is refused');
  const subscribed = device.subscribe(responseTopic);
  const granting = edited(suback(version, (await sent(8)).body.readUInt16BE(0), 0), mutated === 'suback' ? changes : []);
  writeInPieces(far, granting, mutated === 'suback' ? pieces : []);
  if (mutated === 'suback') far.end();
  const granted = await subscribed;
  if (mutated === 'suback' && granted !== undefined && !grants(granting, granted))
    throw new FuzzFinding(`granted QoS ${granted}, which no SUBACK says: ${granting.toString('hex')}`);
  if (mutated === 'answers') {
    if (granted !== 0) throw new FuzzFinding(`a sound SUBACK that is not taken: ${granted}`);
    const asking = device.ask({ type: request.type, digits: request.digits });
    const bytes = Buffer.concat(answers.map((each) => bytesOf(each, version)));
    writeInPieces(far, bytes, pieces);
    far.end();
    await connection.inbox.until(() => undefined, 5000);
    if (connection.inbox.closed === undefined)
      throw new FuzzFinding(`the end of the connection is not noticed: ${bytes.toString('hex')}`);
    const found = matched(messages, bytes, version);
    for (const heard of asking.responses) {
      const source = found.get(heard.message);
      if (source === undefined) throw new FuzzFinding('a response without a message');
      await judgeResponse(heard, source, request, judge, tally);
    }
    options.trace.lines();
  }
  await device.disconnect();
}

/** Whether one of the packets is a CONNACK with code 0. */
function isAcceptance(bytes: Buffer): boolean {
  return readStream(bytes).packets.some(({ type, body }) => type === 2 && body.length >= 2 && body[1] === 0);
}

/** Whether one of the packets is a SUBACK with this code. */
function grants(bytes: Buffer, granted: number): boolean {
  return readStream(bytes).packets.some(({ type, body }) => type === 9 && body.length >= 3 && body.includes(granted, 2));
}

/**
 * The packet of each message.
 *
 * @throws FuzzFinding for a message that was not sent, and for a valid packet without a message
 */
function matched(messages: readonly Message[], bytes: Buffer, version: Version): Map<Message, Publish> {
  const { packets } = readStream(bytes);
  const publishes = packets.flatMap((one) => (one.type === 3 ? (readPublish(one, version) ?? []) : []));
  const found = new Map<Message, Publish>();
  let next = 0;
  for (const message of messages) {
    const index = publishes.findIndex((candidate, at) => at >= next && isSame(message, candidate));
    const publish = publishes[index];
    if (publish === undefined)
      throw new FuzzFinding(`a message that was not sent: ${shown(message)} of ${bytes.toString('hex')}`);
    found.set(message, publish);
    next = index + 1;
  }
  // Every message before the first packet about which readers may differ must be received.
  let due = 0;
  for (const one of packets) {
    if (one.type === 13 && one.flags === 0 && one.body.length === 0) continue;
    const publish = one.type === 3 ? readPublish(one, version) : undefined;
    if (publish === undefined || publish.flaws.length > 0 || (publish.dup && publish.qos === 0) || publish.extended) break;
    const message = messages[due];
    if (message === undefined || !isSame(message, publish))
      throw new FuzzFinding(`a message that is not heard: ${bytes.toString('hex')}`);
    due += 1;
  }
  return found;
}

function isSame(message: Message, { topic, qos, retain, dup, payload }: Publish): boolean {
  const { topic: heardOn, qos: at, retain: kept, dup: again } = message;
  return heardOn === topic && at === qos && kept === retain && again === dup && message.payload.equals(payload);
}

/** Judges a response with the steps, sentence by sentence. */
async function judgeResponse(
  response: Response,
  source: Publish,
  wanted: AskedTimestamp,
  judge: SentenceJudge,
  tally: CaseTally,
): Promise<void> {
  const { request } = response;
  const answered = async (): Promise<unknown> => ({ request, response });
  const world = {
    scenario: {
      answer: answered,
      answered,
      fence: answered,
      request,
      requests: [{ ...request, responses: [response] }],
      serverRun: { ledger: { run: { order: new RequestOrder() } } },
    },
    requirement: { id: 'fuzzed' },
    fail,
  };
  const truth = truthOfResponse(wanted, source, readJson(source.payload));
  for (const [sentence, holds, rows] of truth) {
    const failed = await judge(sentence, world, rows);
    if ((failed === undefined) === holds) continue;
    const verdict = failed === undefined ? 'passed wrongly' : `failed wrongly (${failed})`;
    throw new FuzzFinding(`"${sentence}" ${verdict}, by ${shown(source.payload.toString('latin1'))} to ${shown(wanted)}`);
  }
  const conforms = truth.every(([, holds]) => holds);
  if (conforms && source.flaws.length > 0) throw new FuzzFinding(`a PUBLISH with ${source.flaws.join(' and ')} passes`);
  tally[conforms ? 'conforming' : 'failed'] += 1;
}
