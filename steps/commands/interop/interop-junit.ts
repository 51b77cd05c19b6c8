import { element, type Suite, suiteOf, type TestCase, testCase, testSuites } from '../../report/junit-elements.ts';
import type { RequirementResult } from '../../verdict/report.ts';
import { type InteropReport, nameOf, type PairResult } from './interop-report.ts';

/**
 * The text of `junit.xml`: a suite for each pair, a case for each requirement, and one for the verdict on the pair, so that the file
 * always agrees with the exit code.
 */
export function interopJunit(report: InteropReport): string {
  const suites = report.pairs.map((pair) => pairSuite(nameOf(report, pair), pair, report.started));
  const unfinished = report.finished === undefined ? [unfinishedSuite(report)] : [];
  return testSuites(`${report.suite.name} interop`, [...unfinished, ...suites], report.started);
}

function unfinishedSuite({ because, started }: InteropReport): Suite {
  const error = element('error', { message: because, type: 'incomplete' });
  return suiteOf('interop', {}, [testCase({ classname: 'interop', name: because }, 'error', 0, [error])], started);
}

function pairSuite(name: string, pair: PairResult, started: string): Suite {
  const cases = [verdictCase(name, pair), ...pair.requirements.map((requirement) => requirementCase(name, requirement))];
  return suiteOf(name, { verdict: pair.verdict }, cases, started);
}

function verdictCase(pair: string, { verdict, because, reasons, durationMs }: PairResult): TestCase {
  const head = { classname: pair, name: 'they work together' };
  const seconds = durationMs / 1000;
  switch (verdict) {
    case 'work together':
      return testCase(head, 'passed', seconds, []);
    case 'do not work together': {
      const text = reasons.map(({ side, requirement, text: why }) => `${side}: ${requirement ?? ''} ${why}`).join('\n');
      return testCase(head, 'failed', seconds, [element('failure', { message: because, type: 'interop' }, text)]);
    }
    case 'incomplete':
      return testCase(head, 'error', seconds, [element('error', { message: because, type: verdict })]);
    case 'inapplicable':
      return testCase(head, 'skipped', seconds, [element('skipped', { message: `${verdict}: ${because}` })]);
  }
}

function requirementCase(pair: string, { id, sentence, status, reason = '', scenarios }: RequirementResult): TestCase {
  const head = { classname: pair, name: `${id}: ${sentence}` };
  const failed = scenarios.flatMap(({ title, failure }) => (failure === undefined ? [] : [{ title, failure }]));
  const lines = failed.flatMap(({ title, failure: { expected, received, likely, trace } }) => [
    title,
    `expected  ${expected}`,
    `received  ${received}`,
    ...(likely === undefined ? [] : [`likely    ${likely}`]),
    ...trace,
  ]);
  const [first] = failed;
  const message = first === undefined ? reason : `expected ${first.failure.expected}, received ${first.failure.received}`;
  switch (status) {
    case 'failed':
      return testCase(head, 'failed', 0, [element('failure', { message, type: status }, lines.join('\n'))]);
    case 'warning':
      return testCase(head, 'passed', 0, [element('system-out', {}, [`warning: ${message}`, ...lines].join('\n'))]);
    case 'passed':
      return testCase(head, 'passed', 0, []);
    case 'inapplicable':
    case 'untested':
      return testCase(head, 'skipped', 0, [element('skipped', { message: `${status}: ${reason}` })]);
    case 'inconclusive':
      return testCase(head, 'error', 0, [element('error', { message, type: status })]);
  }
}
