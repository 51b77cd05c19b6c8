import { printable, printableLines } from '../harness/printable.ts';
import { escapeXml } from './escape-xml.ts';
import { expectedInWords } from './expectations.ts';
import { type FailureTextOptions, failureText } from './failure-text.ts';
import { unstableInWords } from './repeat.ts';
import type { Report, RequirementResult, SituationResult } from './report.ts';

/** How a test case counts in JUnit's words. */
type Outcome = 'passed' | 'failed' | 'skipped' | 'error';

interface TestCase {
  readonly outcome: Outcome;
  readonly seconds: number;
  readonly xml: string;
}

/**
 * The text of `junit.xml`: a suite for each requirement, a case for each situation. A warning is a failure only where the run was
 * strict, otherwise it stands in the case's output. One that is expected is a failure too, and skipped under --allow-expected (as pytest
 * writes its xfail, which readers of JUnit files know), so that the file always agrees with the exit code. What broke besides the situations, and a run that has not ended, is an error of its
 * own, so that no reader of the file takes the run for whole.
 *
 * @param command As in {@link failureText}.
 */
export function junitXml(report: Report, command: string): string {
  const suites = [
    ...runSuites(report),
    ...report.requirements.map((requirement) => requirementSuite(requirement, report, command)),
  ];
  const cases = suites.flatMap((suite) => suite.cases);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: `${report.suite.name} ${report.target.name}`, ...counts(cases), timestamp: report.started })}>`,
    ...suites.map((suite) => suite.xml),
    '</testsuites>',
    '',
  ].join('\n');
}

interface Suite {
  readonly cases: readonly TestCase[];
  readonly xml: string;
}

function suiteOf(
  name: string,
  properties: Readonly<Record<string, string>>,
  cases: readonly TestCase[],
  timestamp: string,
): Suite {
  const lines = [
    `  <testsuite${attributes({ name, ...counts(cases), timestamp })}>`,
    '    <properties>',
    ...Object.entries(properties).map(([key, value]) => `      <property${attributes({ name: key, value })}/>`),
    '    </properties>',
    ...cases.map(({ xml }) => xml),
    '  </testsuite>',
  ];
  return { cases, xml: lines.join('\n') };
}

function requirementSuite(requirement: RequirementResult, report: Report, command: string): Suite {
  const { strict, started, expectations, specification: page } = report;
  const { id, level, sentence, status, situations, specification, reason = '' } = requirement;
  const titles = Map.groupBy(situations, ({ title }) => title);
  const cases = situations.map((situation) => {
    const { title, place } = situation;
    // Readers of JUnit files take two cases of one name for one.
    const name = (titles.get(title)?.length ?? 0) > 1 ? `${title} (${place})` : title;
    const setting = {
      strict,
      allowed: expectations?.allowed === true,
      command,
      ...(page === undefined ? {} : { specification: page }),
    };
    return situationCase(name, requirement, situation, setting);
  });
  const all =
    cases.length > 0
      ? cases
      : [testCase({ classname: id, name: sentence }, 'error', 0, [element('error', { message: reason, type: status })])];
  return suiteOf(id, { level, sentence, status, ...(specification === undefined ? {} : { specification }) }, all, started);
}

function situationCase(
  name: string,
  requirement: RequirementResult,
  situation: SituationResult,
  { strict, allowed, ...wording }: { readonly strict: boolean; readonly allowed: boolean } & FailureTextOptions,
): TestCase {
  const { status, reason = '', failure, expected, unstable, place, durationMs } = situation;
  const information = [...(unstable === undefined ? [] : [`unstable: ${unstableInWords(unstable)}`]), ...situation.information];
  const colon = place.lastIndexOf(':');
  const head = { classname: requirement.id, name, file: place.slice(0, colon), line: place.slice(colon + 1) };
  const text = failure === undefined ? '' : failureText(requirement, [situation], wording);
  const known = expected === undefined ? '' : `${expectedInWords(expected)}; `;
  const message = failure === undefined ? reason : `${known}expected ${failure.expected}, received ${failure.received}`;
  const output = (lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : [element('system-out', {}, lines.join('\n'))];
  const seconds = durationMs / 1_000;
  const fails = status === 'failed' || (status === 'warning' && strict);
  if (fails && allowed && expected !== undefined)
    return testCase(head, 'skipped', seconds, [
      element('skipped', { message, type: 'expected' }),
      ...output([text, ...information]),
    ]);
  // What decides nothing by itself keeps a series from conforming all the same.
  if (!fails && status !== 'inconclusive' && unstable !== undefined && expected === undefined) {
    const why = `unstable: ${unstableInWords(unstable)}`;
    return testCase(head, 'error', seconds, [element('error', { message: why, type: 'unstable' }, text), ...output(information)]);
  }
  switch (status) {
    case 'failed':
      return testCase(head, 'failed', seconds, [element('failure', { message, type: 'failed' }, text), ...output(information)]);
    case 'warning':
      return strict
        ? testCase(head, 'failed', seconds, [element('failure', { message, type: 'warning' }, text), ...output(information)])
        : testCase(head, 'passed', seconds, output([`warning: ${message}`, text, ...information]));
    case 'passed':
      return testCase(head, 'passed', seconds, output(information));
    case 'inapplicable':
    case 'untested':
      return testCase(head, 'skipped', seconds, [
        element('skipped', { message: `${status}: ${reason}` }),
        ...output(information),
      ]);
    case 'inconclusive':
      return testCase(head, 'error', seconds, [element('error', { message: reason, type: status }), ...output(information)]);
  }
}

/** One suite for the run itself, where something besides the situations is wrong. */
function runSuites({ faults, finished, because, verdict, started, expectations }: Report): readonly Suite[] {
  const known = [...faults, ...(expectations?.mistakes ?? [])];
  const wrong = known.length === 0 && finished === undefined ? [because] : known;
  if (wrong.length === 0) return [];
  const cases = wrong.map((message) =>
    testCase({ classname: 'run', name: message }, 'error', 0, [element('error', { message, type: verdict })]),
  );
  return [suiteOf('run', { verdict }, cases, started)];
}

function testCase(
  head: Readonly<Record<string, string>>,
  outcome: Outcome,
  seconds: number,
  children: readonly string[],
): TestCase {
  const tag = `    <testcase${attributes({ ...head, time: seconds.toFixed(3) })}`;
  const xml =
    children.length === 0 ? `${tag}/>` : [`${tag}>`, ...children.map((child) => `      ${child}`), '    </testcase>'].join('\n');
  return { outcome, seconds, xml };
}

function counts(cases: readonly TestCase[]): Readonly<Record<'tests' | 'failures' | 'errors' | 'skipped' | 'time', string>> {
  const number = (outcome: Outcome): string => String(cases.filter((one) => one.outcome === outcome).length);
  const time = cases.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(3);
  return { tests: String(cases.length), failures: number('failed'), errors: number('error'), skipped: number('skipped'), time };
}

function element(name: string, attribute: Readonly<Record<string, string>>, text = ''): string {
  return text === ''
    ? `<${name}${attributes(attribute)}/>`
    : `<${name}${attributes(attribute)}>${escapeXml(printableLines(text))}</${name}>`;
}

function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeXml(printable(value))}"`)
    .join('');
}
