import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { clients } from './clients.ts';
import { FuzzFinding, fuzzedPart } from './fuzzed-part.ts';
import { fuzz } from './fuzzing.ts';
import { isExactly, readJson } from './json-oracle.ts';
import { readPublish, readStream } from './mqtt-oracle.ts';
import { publish } from './packets.ts';
import { payloads } from './payloads.ts';
import { servers } from './servers.ts';

/** A fixed seed: the same cases in each test. `npm run fuzz` tries others, and many more. */
const seed = 20260114;

describe('mutated input', () => {
  for (const [part, runs] of [
    [payloads, 4000],
    [servers, 2000],
    [clients, 2000],
  ] as const) {
    test(`is read as a second reader reads it, and judged as it is: ${part.about}`, async () => {
      const { tally, finding } = await fuzz(part, { runs, seed });
      assert.equal(finding, undefined);
      assert.ok(tally.inputs >= runs);
      assert.ok(tally.conforming > 0 && tally.failed > 0, 'what conforms and what does not are both among it');
    });
  }

  test('that causes a finding is reported with the way to repeat it', async () => {
    const never = fuzzedPart({ name: 'made up', about: 'made up' }, fc.nat(), async (tally) => async () => {
      tally.inputs += 1;
      throw new FuzzFinding('always');
    });
    const { finding = '' } = await fuzz(never, { runs: 10, seed: 7 });
    assert.match(finding, /^always\n {2}case {4}\[[\s\S]*\n {2}repeat {2}npm run fuzz -- --kind made up --seed 7 --path "0/);
  });
});

describe('the second reader', () => {
  test('takes what RFC 8259 takes, and nothing else', () => {
    for (const text of [
      '{}',
      ' {"a":[1,{"b":null}],"c":-0.5e+7}\n',
      '{"\\u0061":"\\ud800"}',
      `{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`,
    ])
      assert.ok(readJson(Buffer.from(text)).object, text.slice(0, 50));
    for (const text of [
      '',
      '[]',
      '1',
      '{"a":01}',
      '{"a":1,}',
      '{,}',
      "{'a':1}",
      '{"a":.5}',
      '{"a":1.}',
      '{"a":"\t"}',
      '\ufeff{}',
      '{}{}',
      '{"a"}',
    ])
      assert.ok(!readJson(Buffer.from(text)).object, text);
    assert.ok(!readJson(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])).object, 'no UTF-8');
    assert.equal(readJson(Buffer.from('{"a":1,"a":"x","b":{"a":2}}')).members.get('a')?.text, 'x');
  });

  test('compares numbers without rounding', () => {
    for (const text of ['15', '15.0', '1.5e1', '150e-1', '00015']) assert.ok(isExactly(text, 15n), text);
    for (const text of ['15.5', '1.5', '-15', '151e-1', 'x', '']) assert.ok(!isExactly(text, 15n), text);
  });

  test('finds topic, flags and payload of a PUBLISH', () => {
    const bytes = publish(5, '/a', Buffer.from('x'), { qos: 1, retain: true, dup: false });
    const [packet] = readStream(bytes).packets;
    assert.ok(packet !== undefined);
    const { topic, qos, retain, dup, payload, flaws } = readPublish(packet, 5) ?? {};
    assert.deepEqual(
      { topic, qos, retain, dup, text: String(payload), flaws },
      { topic: '/a', qos: 1, retain: true, dup: false, text: 'x', flaws: [] },
    );
  });
});
