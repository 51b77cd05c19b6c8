import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ScenarioResult } from '../verdict/report.ts';
import { failureText } from './failure-text.ts';

const quoted = {
  id: 'server-response-qos0',
  level: 'must',
  sentence: 'the server MUST deliver the response at QoS 0',
  source: 'Device connection, step 1: the service supports QoS 0 messages only',
} as const;
const command = 'npx iot-ntp-conformance run target.yaml';

function scenario(title: string, trace: readonly string[], likely?: string): ScenarioResult {
  const failure = {
    expected: 'PUBLISH at QoS 0',
    received: 'PUBLISH at QoS 1, packet id 1',
    ...(likely === undefined ? {} : { likely }),
    trace,
  };
  return { title, place: 'features/server/qos.feature:9', status: 'failed', failure, information: [], trace: [], durationMs: 1 };
}

describe('a failure text', () => {
  test('says what was demanded, expected and received, on what trace, and how to see it again', () => {
    const likely = 'the service publishes at the QoS of the subscription';
    const trace = ['+0.000 s  → SUBSCRIBE  /ext/ntp/a1b2/probe-7/response  QoS 1', '+0.003 s  ← SUBACK     QoS 1'];
    assert.equal(
      failureText(quoted, [scenario('the subscription was granted QoS 1', trace, likely)], { command }),
      `✖ server-response-qos0  MUST  the server MUST deliver the response at QoS 0
    (Device connection, step 1: the service supports QoS 0 messages only)
    scenario   the subscription was granted QoS 1
    expected   PUBLISH at QoS 0
    received   PUBLISH at QoS 1, packet id 1
    likely     the service publishes at the QoS of the subscription
    trace      +0.000 s  → SUBSCRIBE  /ext/ntp/a1b2/probe-7/response  QoS 1
               +0.003 s  ← SUBACK     QoS 1
    repeat     npx iot-ntp-conformance run target.yaml --only server-response-qos0`,
    );
  });

  test('tells further scenarios in a line each, or all of them in full', () => {
    const two = [scenario('first', []), scenario('second', [])];
    assert.match(failureText(quoted, two, { command }), /^ {4}also {7}second: received PUBLISH at QoS 1, packet id 1$/m);
    const all = failureText(quoted, two, { command, all: true });
    assert.equal(all.match(/^ {4}scenario {2}/gm)?.length, 2);
    assert.doesNotMatch(all, /also|likely|trace/);
  });

  test('names the frame of the capture, and whether the message at fault is in it', () => {
    const known = scenario('known', []);
    const capture = { file: 'exchange.pcapng', frame: 12 };
    const message = { topic: '/x', qos: 1, retain: false, payload: '', parts: ['qos'] };
    const text = (more: object, brief = false): string => {
      const failure = { expected: '', received: '', trace: [], capture, ...more };
      return failureText(quoted, [{ ...known, failure }], { command, brief });
    };
    assert.match(text({ message }), /^ {4}packet {5}frame 12 of exchange\.pcapng$/m);
    assert.match(text({}), /^ {4}packet {5}frame 12 of exchange\.pcapng, the last packet before the failure$/m);
    assert.doesNotMatch(text({}, true), /pcapng/);
  });

  test('shows both ends of a long trace', () => {
    const trace = Array.from({ length: 100 }, (_, index) => `packet ${index}`);
    const text = failureText(quoted, [scenario('long', trace)], { command });
    assert.match(text, /packet 11\n {15}… 76 more, see report\.json …\n {15}packet 88\n/);
    assert.match(text, /packet 99\n/);
  });

  test('repeats the whole run where only scenarios of other requirements showed the failure', () => {
    const own = scenario('its own', []);
    const elsewhere = { ...scenario('late: of another', []), foundDuring: 'server-answers-once' };
    assert.match(failureText(quoted, [elsewhere], { command }), /^ {4}repeat {5}npx iot-ntp-conformance run target\.yaml$/m);
    assert.match(failureText(quoted, [own, elsewhere], { command }), /^ {4}repeat .* --only server-response-qos0$/m);
  });

  test('marks a recommendation as one, and is coloured by the given painter', () => {
    const text = failureText({ ...quoted, level: 'should' }, [scenario('x', [])], {
      command,
      paint: (style, part) => `<${style}>${part}</>`,
    });
    assert.match(text, /^<doubtful>! server-response-qos0<\/> {2}SHOULD {2}<strong>the server/);
  });
});
