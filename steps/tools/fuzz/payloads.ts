import fc from 'fast-check';
import { readPayload } from '../../harness/message/payload.ts';
import { schemaFaults } from '../../harness/message/schema.ts';
import { edited, editsInOneOf } from './edits.ts';
import { type CaseTally, FuzzFinding, fuzzedPart, shown } from './fuzzed-part.ts';
import { asked, request, response } from './fuzzed-texts.ts';
import { isExactly, type JsonReading, readJson } from './json-oracle.ts';

const schemas = ['response', 'request'] as const;

const texts = asked.chain((one) => fc.oneof({ weight: 3, arbitrary: response(one) }, { weight: 1, arbitrary: request(one) }));

/** Fuzzes the payload reader and the schemas of request and response, and compares them with a second reader. */
export const payloads = fuzzedPart(
  { name: 'payloads', about: 'payload reader and schemas, beside a second reader of JSON' },
  fc.tuple(texts, editsInOneOf(2)),
  async (tally) =>
    async ([text, changes]) =>
      check(edited(Buffer.from(text), changes), tally),
);

function check(bytes: Buffer, tally: CaseTally): void {
  tally.inputs += 1;
  const truth = readJson(bytes);
  const { fault, members, text } = readPayload(bytes);
  const wrong = (what: string): never => {
    throw new FuzzFinding(`${what}: ${shown(bytes.toString('latin1'))}; read as ${shown([fault, [...members]])}`);
  };
  if ((fault === undefined) !== truth.object) wrong(truth.object ? 'an object that is refused' : 'no object, and taken for one');
  if (members.size !== truth.members.size) wrong('other members');
  for (const [name, value] of members) {
    const member = truth.members.get(name);
    if (member?.type !== value.type) wrong(`another type of ${name}`);
    else if (value.type === 'number' && value.literal !== member.text) wrong(`another literal of ${name}`);
    else if (value.type === 'string' && value.literal !== JSON.stringify(member.text)) wrong(`another content of ${name}`);
    else if (value.number !== undefined && /^-?\d+$/.test(member.text) && !isExactly(member.text, value.number))
      wrong(`another number in ${name}`);
  }
  for (const schema of schemas) {
    const valid = fault === undefined && schemaFaults(schema, text).length === 0;
    if (valid !== isValid(schema, truth)) wrong(valid ? `taken for a valid ${schema}` : `a valid ${schema} that is refused`);
    if (schema === 'response') tally[valid ? 'conforming' : 'failed'] += 1;
  }
}

/** Whether a message matches its schema, by the second reader. */
function isValid(schema: (typeof schemas)[number], { object, members }: JsonReading): boolean {
  if (!object) return false;
  const names = schema === 'response' ? ['deviceSendTime', 'serverRecvTime', 'serverSendTime'] : ['deviceSendTime'];
  const values = names.map((name) => members.get(name));
  const longs = values.every(
    (value) => value?.type === 'number' && /^(?:-?0|[1-9][0-9]*)$/.test(value.text) && BigInt(value.text) < 2n ** 63n,
  );
  return longs || values.every((value) => value?.type === 'string' && /^[0-9]{1,19}$/.test(value.text));
}
