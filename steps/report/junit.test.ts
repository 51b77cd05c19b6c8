import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { finding, place, requirement, run, type ScenarioCourse, scenario, transcriptOf } from '../testing/cucumber-messages.ts';
import { judge, type RunCircumstances } from '../verdict/judge.ts';
import type { Report } from '../verdict/report.ts';
import { junitXml } from './junit.ts';
import { buildReport } from './report-json.ts';

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

/** Parses the part of XML that this file needs, and rejects everything else. */
function parse(xml: string): Element {
  const root: Element = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  assert.doesNotMatch(xml.replaceAll('\n', ''), /[\p{Cc}\ufffe\uffff]/u);
  assert.ok(xml.isWellFormed());
  let end = 0;
  for (const match of xml.matchAll(/<\?xml [^<>]*\?>|<(\/?)([a-z-]+)((?: [a-z]+="[^"<]*")*)(\/?)>|[^<>]+/gy)) {
    end = match.index + match[0].length;
    const [token, closing, name, attributes = '', empty] = match;
    const current = open.at(-1);
    assert.ok(current);
    if (token.startsWith('<?xml')) continue;
    if (name === undefined) current.text += unescaped(token);
    else if (closing === '/') assert.equal(open.pop()?.name, name);
    else {
      const pairs: readonly [string, string][] = [...attributes.matchAll(/([a-z]+)="([^"]*)"/g)].map(
        ([, key = '', value = '']) => [key, unescaped(value)],
      );
      const element: Element = { name, attributes: Object.fromEntries(pairs), children: [], text: '' };
      current.children.push(element);
      if (empty === '') open.push(element);
    }
  }
  assert.equal(end, xml.length, `not XML: ${xml.slice(end, end + 80)}`);
  assert.equal(open.length, 1);
  const [suites] = root.children;
  assert.ok(suites?.name === 'testsuites');
  return suites;
}

function unescaped(text: string): string {
  const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  assert.doesNotMatch(text, /&(?!(?:amp|lt|gt|quot|apos);)/);
  return text.replaceAll(/&(\w+);/g, (_, name: string) => entities[name] ?? '');
}

function named(element: Element, name: string): readonly Element[] {
  return [...element.children.filter((child) => child.name === name), ...element.children.flatMap((child) => named(child, name))];
}

const requirements = [
  requirement('server-a', [10, 20]),
  requirement('server-b'),
  requirement('server-c'),
  requirement('server-d'),
  requirement('server-wish', [10], 'should'),
];
const failing = (id: string): ScenarioCourse => ({ outcomes: ['FAILED'], evidence: [finding(id)] });

function reportOf(circumstances: Partial<RunCircumstances> = {}): Report {
  const transcript = transcriptOf(
    scenario(place('server-a', 10), { evidence: [{ kind: 'information', text: 'a remark' }] }),
    scenario(place('server-a', 20), failing('server-a')),
    scenario(place('server-b'), { outcomes: ['SKIPPED'], evidence: [{ kind: 'inapplicable', reason: 'no clock' }] }),
    scenario(place('server-c'), { outcomes: ['FAILED'], message: 'no route' }),
    scenario(place('server-wish'), failing('server-wish')),
  );
  const strict = circumstances.strict ?? false;
  const selected = new Set(['server-b', 'server-c', 'server-wish'].map((id) => place(id)));
  return buildReport(
    { ...run, strict },
    judge(requirements, transcript, { strict, selected, ...circumstances }),
    new Date(run.started),
  );
}

/** Asserts that every count in the file is right. */
function assertCounts(suites: Element): void {
  for (const element of [suites, ...named(suites, 'testsuite')]) {
    const { tests, failures, errors, skipped } = element.attributes;
    const real = ['testcase', 'failure', 'error', 'skipped'].map((name) => String(named(element, name).length));
    assert.deepEqual([tests, failures, errors, skipped], real, element.attributes['name']);
  }
}

describe('junit.xml', () => {
  test('has a suite for each requirement and a case for each scenario, truly counted', () => {
    const suites = parse(junitXml(reportOf(), 'run x'));
    assertCounts(suites);
    assert.deepEqual(
      named(suites, 'testsuite').map(({ attributes }) => attributes['name']),
      requirements.map(({ id }) => id),
    );
    assert.deepEqual(
      [suites.attributes['tests'], suites.attributes['failures'], suites.attributes['errors'], suites.attributes['skipped']],
      ['6', '1', '1', '2'],
    );
    const [first] = named(suites, 'testsuite');
    assert.ok(first);
    const properties = named(first, 'property').map(({ attributes }) => [attributes['name'], attributes['value']]);
    assert.deepEqual(properties, [
      ['level', 'must'],
      ['sentence', 'the server MUST do what server-a says'],
      ['status', 'failed'],
    ]);
    const [passed, failed] = named(first, 'testcase');
    assert.deepEqual(passed?.attributes, {
      classname: 'server-a',
      name: 'Scenario 10',
      file: 'features/server/server-a.feature',
      line: '10',
      time: '0.012',
    });
    assert.equal(named(first, 'system-out')[0]?.text, 'a remark');
    assert.deepEqual(failed?.children[0]?.attributes, {
      message: 'expected PUBLISH at QoS 0, received PUBLISH at QoS 1',
      type: 'failed',
    });
    assert.match(failed?.children[0]?.text ?? '', /^✖ server-a {2}MUST[\s\S]*repeat {5}run x --only server-a$/);
  });

  test('says why something was skipped or in error', () => {
    const suites = parse(junitXml(reportOf(), 'run x'));
    assert.deepEqual(
      named(suites, 'skipped').map(({ attributes }) => attributes['message']),
      ['inapplicable: no clock', 'untested: not selected'],
    );
    assert.match(named(suites, 'error')[0]?.attributes['message'] ?? '', /broke: no route/);
  });

  test('has a warning as a failure only under strict', () => {
    const mild = named(parse(junitXml(reportOf(), 'run x')), 'testsuite').at(-1);
    assert.ok(mild);
    assert.equal(mild.attributes['failures'], '0');
    assert.match(named(mild, 'system-out')[0]?.text ?? '', /^warning: expected PUBLISH at QoS 0/);
    const strict = parse(junitXml(reportOf({ strict: true }), 'run x'));
    assertCounts(strict);
    assert.deepEqual(
      named(strict, 'failure').map(({ attributes }) => attributes['type']),
      ['failed', 'warning'],
    );
  });

  test('of a run that broke or died has an error of its own', () => {
    const interrupted = parse(junitXml(reportOf({ interrupted: 'SIGINT' }), 'run x'));
    assertCounts(interrupted);
    assert.equal(interrupted.children[0]?.attributes['name'], 'run');
    assert.equal(named(interrupted, 'error')[0]?.attributes['message'], 'the run was interrupted (SIGINT)');
    const { finished: _, ...died } = reportOf();
    assert.equal(parse(junitXml(died, 'run x')).children[0]?.attributes['name'], 'run');
  });

  test('is valid XML with any text of an implementation', () => {
    const received = `</failure>]]>&amp;<!-- "'\0\x0b\x1b[2J\ud800\uffff\u2028\r\n${'\u{1f552}'.repeat(1_500)}`;
    const evil = {
      outcomes: ['FAILED'],
      evidence: [finding('server-b', { received, trace: [received] })],
    } satisfies ScenarioCourse;
    const judgement = judge([requirement('server-b')], transcriptOf(scenario(place('server-b'), evil)), { strict: false });
    const report = buildReport(run, judgement, new Date(run.started));
    const hostile = { ...report, target: { ...report.target, name: 'A "<name>"\x1b' } };
    const suites = parse(junitXml(hostile, 'run x'));
    assert.equal(suites.attributes['name'], 'iot-ntp-conformance A "<name>"\\x1B');
    assert.match(
      named(suites, 'failure')[0]?.attributes['message'] ?? '',
      /received <\/failure>\]\]>&amp;<!-- "'\\x00\\x0B\\x1B\[2J\\u\{D800\}/,
    );
    assertCounts(suites);
  });

  test('tells scenarios of one title apart, and does not leave out a requirement without any', () => {
    const twin = requirement('server-b', [10, 20]);
    const scenarios = twin.scenarios.map((scenario) => ({ ...scenario, title: 'the same' }));
    const judgement = judge([{ ...twin, scenarios }, requirement('server-c', [])], transcriptOf(), { strict: false });
    const suites = parse(junitXml(buildReport(run, judgement, new Date(run.started)), 'run x'));
    assertCounts(suites);
    assert.deepEqual(
      named(suites, 'testcase').map(({ attributes }) => attributes['name']),
      [
        'the same (features/server/server-b.feature:10)',
        'the same (features/server/server-b.feature:20)',
        'the server MUST do what server-c says',
      ],
    );
  });
});
