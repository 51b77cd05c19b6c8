import { printable, printableLines } from '../harness/text/printable.ts';
import { escapeXml } from './html/escape-xml.ts';

/** How a test case counts in JUnit's words. */
type Outcome = 'passed' | 'failed' | 'skipped' | 'error';

/** A case, and its text. */
export interface TestCase {
  readonly outcome: Outcome;
  readonly seconds: number;
  readonly xml: string;
}

/** A suite, and its text. */
export interface Suite {
  readonly cases: readonly TestCase[];
  readonly xml: string;
}

/** The text of a whole file. @param timestamp ISO 8601 */
export function testSuites(name: string, suites: readonly Suite[], timestamp: string): string {
  const cases = suites.flatMap((suite) => suite.cases);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name, ...counts(cases), timestamp })}>`,
    ...suites.map((suite) => suite.xml),
    '</testsuites>',
    '',
  ].join('\n');
}

/** A suite of cases, with what there is to say of all of them. */
export function suiteOf(
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

/** A case with what stands in it. */
export function testCase(
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

/** An element that holds text, or nothing. */
export function element(name: string, attribute: Readonly<Record<string, string>>, text = ''): string {
  return text === ''
    ? `<${name}${attributes(attribute)}/>`
    : `<${name}${attributes(attribute)}>${escapeXml(printableLines(text))}</${name}>`;
}

function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeXml(printable(value))}"`)
    .join('');
}
