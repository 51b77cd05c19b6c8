import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { markedLine, markedPayload } from './marks.ts';

const payload = '{"deviceSendTime":1571724098000,"serverSendTime": "1795" , "serverRecvTime":17.5}';

describe('the payload of a message at fault', () => {
  test('has the members marked that are wrong, with their values', () => {
    const { text } = markedPayload({ payload, parts: ['/serverSendTime', '/serverRecvTime'] });
    assert.deepEqual(
      [...text.matchAll(/<mark>(.*?)<\/mark>/g)].map(([, marked]) => marked),
      ['&quot;serverSendTime&quot;: &quot;1795&quot;', '&quot;serverRecvTime&quot;:17.5'],
    );
  });

  test('is marked as a whole where nothing smaller can be pointed at', () => {
    for (const parts of [['payload'], ['/notThere'], ['/server.*']])
      assert.match(markedPayload({ payload, parts }).text, /^<mark class="whole">.*<\/mark>$/);
    assert.equal(markedPayload({ payload: '', parts: ['payload'] }).text, '<mark class="whole">(empty)</mark>');
  });

  test('is not marked where the fault is in the packet around it', () => {
    assert.ok(!markedPayload({ payload, parts: ['qos'] }).text.includes('<mark'));
  });
});

describe('a line of the trace', () => {
  const message = { topic: '/t', qos: 1, retain: true, payload: '{"a":1}', parts: ['qos', 'topic', '/a'] };

  test('has marked what is wrong with the message that it shows', () => {
    const { text } = markedLine('+0.000001 s  ← PUBLISH  /t  QoS 1 packet id 1 RETAIN  {"a":1}', message);
    assert.equal(
      text,
      '+0.000001 s  ← PUBLISH  <mark>/t</mark>  <mark>QoS 1</mark> packet id 1 RETAIN  {<mark>&quot;a&quot;:1</mark>}',
    );
  });

  test('is left alone where it shows another message', () => {
    for (const line of ['+0.1 s  → PUBLISH  /t  QoS 1  {"a":1}', '+0.1 s  ← PUBLISH  /t  QoS 1  {"b":2}', '+0.1 s  ← CONNACK'])
      assert.ok(!markedLine(line, message).text.includes('<mark'), line);
  });
});
