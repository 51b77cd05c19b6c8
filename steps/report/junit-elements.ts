import { printable, printableLines } from '../harness/text/printable.ts';
import { type XmlElement, xmlText } from './xml-text.ts';

/** The result of a test case in JUnit's words. */
type JunitOutcome = 'passed' | 'failed' | 'skipped' | 'error';

/** A case, and its element. */
export interface TestCase {
  readonly outcome: JunitOutcome;
  readonly seconds: number;
  readonly xml: XmlElement;
}

/** A suite, and its element. */
export interface Suite {
  readonly cases: readonly TestCase[];
  readonly xml: XmlElement;
}

/** The text of a whole file. @param timestamp ISO 8601 */
export function testSuites(name: string, suites: readonly Suite[], timestamp: string): string {
  const cases = suites.flatMap((suite) => suite.cases);
  return xmlText({
    '?xml': { $: { version: '1.0', encoding: 'UTF-8' } },
    testsuites: { $: attributes({ name, ...counts(cases), timestamp }), testsuite: suites.map(({ xml }) => xml) },
  });
}

/** A suite of cases, with properties of all of them. */
export function suiteOf(
  name: string,
  properties: Readonly<Record<string, string>>,
  cases: readonly TestCase[],
  timestamp: string,
): Suite {
  const property = Object.entries(properties).map(([key, value]) => ({ $: attributes({ name: key, value }) }));
  const $ = attributes({ name, ...counts(cases), timestamp });
  return { cases, xml: { $, properties: { property }, testcase: cases.map(({ xml }) => xml) } };
}

/** A case with its content: at most one element of a name. */
export function testCase(
  head: Readonly<Record<string, string>>,
  outcome: JunitOutcome,
  seconds: number,
  children: readonly XmlElement[],
): TestCase {
  const $ = attributes({ ...head, time: seconds.toFixed(3) });
  return { outcome, seconds, xml: { $, ...Object.fromEntries(children.flatMap((child) => Object.entries(child))) } };
}

function counts(cases: readonly TestCase[]): Readonly<Record<'tests' | 'failures' | 'errors' | 'skipped' | 'time', string>> {
  const number = (outcome: JunitOutcome): string => String(cases.filter((one) => one.outcome === outcome).length);
  const time = cases.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(3);
  return { tests: String(cases.length), failures: number('failed'), errors: number('error'), skipped: number('skipped'), time };
}

/** An element that holds text, or nothing. */
export function element(name: string, attribute: Readonly<Record<string, string>>, text = ''): XmlElement {
  return { [name]: { $: attributes(attribute), ...(text === '' ? {} : { '#text': printableLines(text) }) } };
}

function attributes(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, printable(value)]));
}
