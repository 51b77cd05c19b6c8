import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { schemaFaults } from '../../harness/message/schema.ts';
import { specifiedBy } from '../../requirements/page-statements.ts';
import { cleaned, forged, report, requirement, scenario, spoilt } from '../../testing/sample-report.ts';
import { reportPage } from './report-page.ts';

const command = 'npx iot-ntp-conformance run acme.yaml';
const every = ['passed', 'inapplicable', 'failed', 'untested', 'warning', 'inconclusive'] as const;
const page = reportPage(report(every), command);

/** The text of the page, without its elements. */
const textOf = (html: string): string =>
  html
    .replace(/<(style|script)>.*?<\/\1>/gs, '')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&quot;', '"')
    .replace(/\s+/g, ' ');

describe('the page', () => {
  test('is made from reports that keep to the schema', () => {
    assert.deepEqual(schemaFaults('report', JSON.stringify(report(every))), []);
  });

  test('says the verdict, what was tested by what, when and for how long', () => {
    const text = textOf(page);
    assert.match(page, /<title>Acme IoT Hub 3\.2\.1: does not conform<\/title>/);
    assert.match(text, /Acme IoT Hub 3\.2\.1 does not conform This is why\./);
    for (const fact of [
      `sha256:${'a'.repeat(64)}`,
      '2026.1 eeeeeeeeeeee',
      'iot-ntp-conformance 0.1.0',
      '2 Jan 2026, 03:04:05 UTC',
      '2.5 s',
      'acme.yaml',
    ])
      assert.ok(text.includes(fact), fact);
  });

  test('has each requirement with its level, status and sentence, failures first', () => {
    const order = [...page.matchAll(/<details class="requirement (\w+)" id="r-server-(\w+)"/g)].map(
      ([, status, id]) => `${status} ${id}`,
    );
    assert.deepEqual(
      order,
      ['failed', 'warning', 'inconclusive', 'untested', 'passed', 'inapplicable'].map((status) => `${status} ${status}`),
    );
    assert.match(textOf(page), /the server MUST do what is failed server-failed MUST failed 3 of 3 scenarios failed/);
    assert.match(textOf(page), /the server SHOULD do what is warning server-warning SHOULD warning/);
  });

  test('has a map that leads to every requirement by its feature', () => {
    for (const status of every) assert.ok(page.includes(`href="#r-server-${status}"`));
    const map = /<section class="map".*?<\/section>/s.exec(page)?.[0] ?? '';
    assert.match(
      textOf(map),
      /What a response holds passed , passed failed , failed The server&apos;s time inapplicable , inapplicable untested /,
    );
  });

  test('diagnoses a failure, marks what is wrong, and says how to see it again', () => {
    const text = textOf(page);
    for (const part of [
      'expected three Longs received a String likely only the echo keeps its type',
      'source stated, "Device connection", step 1',
      'usual mistakes the usual one',
      `repeat ${command} --only server-failed`,
    ])
      assert.ok(text.includes(part), part);
    assert.ok(page.includes('<mark>&quot;serverSendTime&quot;:&quot;2001&quot;</mark>'));
    assert.ok(page.includes('<mark>QoS 1</mark>'));
    assert.match(page, /Because <code>it<\/code> is so\./);
  });

  test('unfolds the failures and nothing else', () => {
    assert.deepEqual(
      [...page.matchAll(/id="r-server-(\w+)" open/g)].map(([, id]) => id),
      ['failed', 'warning'],
    );
  });

  test('draws the exchange at fault, and no exchange of a scenario that passed', () => {
    const drawn = (html: string): string[] =>
      [...html.matchAll(/<b>(The exchange|Exchange \d+ of \d+)<\/b>/g)].map(([, name = '']) => name);
    const only = (status: 'failed' | 'passed', index: number): string =>
      reportPage({ ...report([]), requirements: [requirement(status, [scenario(status, index)])] }, command);
    assert.deepEqual(drawn(only('passed', 2)), []);
    assert.match(textOf(only('passed', 2)), /3 exchanges in report\.json/);
    assert.deepEqual(drawn(only('failed', 9)), ['Exchange 1 of 10']);
  });

  test('says whether there is a certificate, or why not', () => {
    assert.match(
      textOf(reportPage(report(every), command, { certificate: 'none, because it is incomplete' })),
      /certificate none, because it is/,
    );
  });

  test('says what changed since an earlier run', () => {
    const now = report(every);
    const requirements = now.requirements.map((one) =>
      one.id === 'server-failed' ? { ...one, status: 'passed' as const } : one,
    );
    const earlier = { ...now, target: { ...now.target, version: '3.2.0' }, requirements };
    const changed = reportPage(now, command, { earlier });
    assert.match(textOf(changed), /Changed since the run of 02 Jan 2026, 03:04:07 UTC on Acme IoT Hub 3\.2\.0: 1 worse/);
    assert.match(textOf(changed), /Worse server-failed MUST passed → failed/);
    assert.match(textOf(reportPage(now, command, { earlier: now })), /No result changed since the run of 02 Jan 2026/);
    assert.ok(!page.includes('class="changes'));
  });

  test('plots requirements about time', () => {
    assert.ok(page.includes('Offset against round trip'));
  });

  test('of a conforming and of an incomplete run says so, and why', () => {
    assert.match(textOf(reportPage(report(['passed', 'inapplicable']), command)), /Acme IoT Hub 3\.2\.1 conforms This is why\./);
    const { finished: _, ...dead } = report(['inconclusive', 'untested'], { faults: ['the run broke'] });
    assert.match(textOf(reportPage(dead, command)), /incomplete This is why\. the run broke .*duration the run has not ended/);
  });

  test('says a reason once: at the first requirement, and not again at its scenarios', () => {
    const one = report(['inconclusive']);
    const [first] = one.requirements;
    assert.ok(first !== undefined);
    const text = textOf(reportPage({ ...one, requirements: [first, { ...first, id: 'server-other' }] }, command));
    assert.equal(text.match(/it is inconclusive/g)?.length, 1);
    assert.match(text, /for the same reason as server-inconclusive/);
  });

  test('warns where no released set was judged', () => {
    const set = { name: '2026.1', digest: 'e'.repeat(64), modified: ['server-passed'] };
    assert.match(
      textOf(reportPage(report(['passed'], { requirementSet: set }), command)),
      /not a released set: differs from 2026\.1 .* in server-passed/,
    );
  });
});

describe('a page about a hostile implementation', () => {
  for (const [name, text] of [
    ['as it is', forged],
    ['as the transcript lets it through', cleaned(forged)],
  ] as const) {
    test(`has no element, attribute or control character of it: ${name}`, () => {
      const hostile = reportPage(spoilt(report(every), text), `${command} ${text}`);
      assert.ok(hostile.includes('&lt;/script&gt;&lt;script&gt;'));
      const honest = page.match(/<[a-z]+/g) ?? [];
      const found = hostile.match(/<[a-z]+/g) ?? [];
      assert.deepEqual([...new Set(found)].toSorted(), [...new Set(honest)].toSorted());
      assert.equal(found.filter((tag) => tag === '<script').length, 1);
      assert.ok(!/ on\w+="/.test(hostile.replace(/&quot; onclick=&quot;/g, '')));
      // The line ends belong to the page.
      assert.doesNotMatch(hostile, /[[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]--[\n]]/v);
      assert.ok(hostile.includes('\\x1B[31mred') && hostile.includes('\\u{202E}gnp.exe'));
    });
  }

  test('asks for nothing, and lets nothing run but the script that the suite has written', () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? '';
    const script = /<script>(.*?)<\/script>/s.exec(page)?.[1] ?? '';
    const style = /<style>(.*?)<\/style>/s.exec(page)?.[1] ?? '';
    const hash = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;
    assert.ok(policy.startsWith('default-src &apos;none&apos;'));
    assert.ok(policy.includes(`script-src &apos;${hash(script)}&apos;`));
    assert.ok(policy.includes(`style-src &apos;${hash(style)}&apos;`));
    assert.deepEqual(
      [...page.matchAll(/\b(?:src|href|action|data)="([^"]*)"/g)]
        .map(([, url = '']) => url)
        .filter((url) => !/^#|^data:,$/.test(url)),
      [specifiedBy().address],
    );
    assert.ok(!/url\(|@import/.test(style));
  });

  test('of a big run with long texts stays small, and says what it leaves out', () => {
    const line = `+0.1 s  ← PUBLISH  /t  QoS 0  ${cleaned('<"&\x1b'.repeat(100))}`;
    const big = Array.from({ length: 35 }, (_, index) => ({
      ...requirement(
        index % 2 === 0 ? 'failed' : 'passed',
        Array.from({ length: 4 }, (_each, n) => {
          const trace = Array.from({ length: 60 }, () => line);
          return scenario(index % 2 === 0 ? 'failed' : 'passed', 100 + n, { trace, information: [line.repeat(6)] });
        }),
      ),
      id: `server-big-${index}`,
    }));
    const text = reportPage({ ...report([]), requirements: big }, command);
    assert.ok(Buffer.byteLength(text) < 3_000_000, `${Buffer.byteLength(text)} bytes`);
    assert.match(text, /… \d+ more packets, see report\.json …/);
  });
});
