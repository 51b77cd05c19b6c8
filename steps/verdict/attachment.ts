import { pathToFileURL } from 'node:url';
import type { Attachment, AttachmentContentEncoding, Envelope } from '@cucumber/messages';
import { conceal } from '../harness/text/secrets.ts';
import { EVIDENCE_MEDIA_TYPE, type Evidence, type Finding } from './evidence.ts';
import { isExchangeRecord } from './exchange-record.ts';

type EvidenceKind = Evidence['kind'];

/** The type of a member of evidence. */
type MemberType = 'text' | 'cause' | 'lines' | 'message' | 'capture' | 'exchanges' | 'count';

/** The members that a piece of evidence must have, by kind; those with a question mark may be absent. */
const members: Readonly<Record<EvidenceKind, Readonly<Record<string, MemberType | `${MemberType}?`>>>> = {
  finding: {
    requirement: 'text',
    expected: 'text',
    received: 'text',
    likely: 'text?',
    mistake: 'text?',
    cause: 'cause?',
    trace: 'lines',
    message: 'message?',
    capture: 'capture?',
  },
  lateFinding: {
    requirement: 'text',
    scenario: 'text',
    expected: 'text',
    received: 'text',
    likely: 'text?',
    mistake: 'text?',
    trace: 'lines',
  },
  inapplicable: { reason: 'text' },
  information: { text: 'text' },
  standstill: { text: 'text' },
  beside: { places: 'lines', ended: 'text?' },
  trace: { lines: 'lines' },
  exchanges: { exchanges: 'exchanges', made: 'count' },
};

/** Members with names instead of text. In evidence, they identify a requirement or scenario; in messages, they connect messages. */
const names: ReadonlySet<string> = new Set(
  'kind requirement mistake cause scenario status testCaseStartedId testStepId testRunHookStartedId testRunStartedId'.split(' '),
);

/** The attached text, in any encoding. */
export function attachedText({ body, contentEncoding }: Attachment): string {
  const encoding: `${typeof contentEncoding}` = contentEncoding;
  return encoding === 'BASE64' ? Buffer.from(body, 'base64').toString('utf8') : body;
}

/**
 * Reads one piece of evidence.
 *
 * @throws Error that says what is wrong with it: a fault of the suite, after which the scenario must not pass
 */
export function readEvidence(text: string): Evidence {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) throw new Error('it is not an object');
  const evidence = value as Readonly<Record<string, unknown>>;
  const kind = evidence['kind'];
  if (typeof kind !== 'string' || !Object.hasOwn(members, kind)) throw new Error(`its kind is ${JSON.stringify(kind)}`);
  for (const [name, type] of Object.entries(members[kind as EvidenceKind])) {
    const member = evidence[name];
    const absent = member === undefined && type.endsWith('?');
    const fits = checks[type.replace('?', '') as MemberType];
    if (!absent && !fits(member)) throw new Error(`its ${name} is ${JSON.stringify(member)}`);
  }
  return value as Evidence;
}

function isLines(value: unknown): boolean {
  return Array.isArray(value) && value.every((line) => typeof line === 'string');
}

function isMessage(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { topic, qos, retain, payload, parts, exchange } = value as Readonly<Record<string, unknown>>;
  return (
    typeof topic === 'string' &&
    typeof qos === 'number' &&
    typeof retain === 'boolean' &&
    typeof payload === 'string' &&
    isLines(parts) &&
    (exchange === undefined || Number.isInteger(exchange))
  );
}

function isCapture(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { file, frame } = value as Readonly<Record<string, unknown>>;
  return typeof file === 'string' && Number.isInteger(frame);
}

const checks: Readonly<Record<MemberType, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string',
  cause: (value) => value === 'silence',
  lines: isLines,
  message: isMessage,
  capture: isCapture,
  exchanges: (value) => Array.isArray(value) && value.every(isExchangeRecord),
  count: (value) => Number.isInteger(value),
};

/** The same evidence, with every text changed by `clean`; names of requirements and scenarios stay. */
export function concealEvidence(evidence: Evidence, clean: (text: string) => string): Evidence {
  return mapText(evidence, clean) as Evidence;
}

/**
 * The same message without secrets, for `messages.ndjson` and everything made from it. It covers all attachments (also text in base64),
 * exceptions and results.
 */
export function concealEnvelope(envelope: Envelope, secrets: readonly string[]): Envelope {
  if (secrets.length === 0) return envelope;
  const clean = (text: string): string => conceal(text, secrets);
  const { attachment } = envelope;
  if (attachment !== undefined) return { attachment: concealAttachment(attachment, clean) };
  return mapResults(envelope, clean);
}

/** The same message, in which the stacks of exceptions do not show the suite's folder. */
export function withoutFolder(envelope: Envelope, folder: string): Envelope {
  const { testStepFinished } = envelope;
  // A short cut: in nearly all of these messages, the step threw nothing.
  if (testStepFinished !== undefined && testStepFinished.testStepResult.message === undefined) return envelope;
  const address = pathToFileURL(folder).href;
  const clean = (text: string): string => text.replaceAll(address, '').replaceAll(folder, '');
  return mapResults(envelope, clean);
}

/** The same message, with every text changed where it is a result: of a step, of a hook, or of the run. */
function mapResults(envelope: Envelope, clean: (text: string) => string): Envelope {
  const result = envelope.testStepFinished ?? envelope.testRunHookFinished ?? envelope.testRunFinished;
  return result === undefined ? envelope : (mapText(envelope, clean) as Envelope);
}

function concealAttachment(attachment: Attachment, clean: (text: string) => string): Attachment {
  const text = attachedText(attachment);
  const shown = attachment.mediaType === EVIDENCE_MEDIA_TYPE ? concealJson(text, clean) : clean(text);
  // Without a secret, keep the bytes: decoding an image as text would damage it.
  if (shown === text) return attachment;
  const encoding: string = attachment.contentEncoding;
  return { ...attachment, body: encoding === 'BASE64' ? Buffer.from(shown).toString('base64') : shown };
}

function concealJson(text: string, clean: (text: string) => string): string {
  try {
    const value: unknown = JSON.parse(text);
    const shown = JSON.stringify(mapText(value, clean));
    return shown === JSON.stringify(value) ? text : shown;
  } catch {
    return clean(text);
  }
}

function mapText(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === 'string') return map(value);
  if (Array.isArray(value)) return value.map((item) => mapText(item, map));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, names.has(key) ? member : mapText(member, map)]));
}

/** The same message, in which a finding does not refer to the capture: for messages that are kept without the capture. */
export function withoutCapture(envelope: Envelope): Envelope {
  const { attachment } = envelope;
  if (attachment?.mediaType !== EVIDENCE_MEDIA_TYPE) return envelope;
  const { capture, ...evidence } = JSON.parse(attachedText(attachment)) as Evidence & Pick<Finding, 'capture'>;
  if (capture === undefined) return envelope;
  const contentEncoding = 'IDENTITY' as AttachmentContentEncoding;
  return { attachment: { ...attachment, body: JSON.stringify(evidence), contentEncoding } };
}

/**
 * The message with a piece of evidence outside of a scenario. Cucumber's hooks at the end of a run cannot attach anything, so the suite
 * adds this message itself to the transcript and to `messages.ndjson`.
 */
export function evidenceEnvelope(evidence: Evidence): Envelope {
  const contentEncoding = 'IDENTITY' as AttachmentContentEncoding;
  return { attachment: { body: JSON.stringify(evidence), contentEncoding, mediaType: EVIDENCE_MEDIA_TYPE } };
}
