import { expectedInWords } from '../verdict/expectations.ts';
import { unstableInWords } from '../verdict/repeat.ts';
import type { Report, RequirementResult, ScenarioResult } from '../verdict/report.ts';
import { type FailureTextOptions, failureText } from './failure-text.ts';
import { element, type Suite, suiteOf, type TestCase, testCase, testSuites } from './junit-elements.ts';
import { paceInWords } from './pace-in-words.ts';
import type { XmlElement } from './xml-text.ts';

/**
 * The text of `junit.xml`: a suite for each requirement, a case for each scenario.
 *
 * - A warning is a failure with --strict; otherwise it is in the output of its case.
 * - An expected failure is a failure; with --allow-expected it is skipped, as pytest writes its xfail.
 * - A fault besides the scenarios, and a run that has not ended, is an error of its own, so that the run does not look complete.
 *
 * So the file always agrees with the exit code.
 *
 * @param command As in {@link failureText}.
 */
export function junitXml(report: Report, command: string): string {
  const suites = [
    ...runSuites(report),
    ...report.requirements.map((requirement) => requirementSuite(requirement, report, command)),
  ];
  return testSuites(`${report.suite.name} ${report.target.name}`, suites, report.started);
}

function requirementSuite(requirement: RequirementResult, report: Report, command: string): Suite {
  const { strict, started, expectations, pace, specification: page } = report;
  const { id, level, sentence, status, scenarios, specification, reason = '' } = requirement;
  const titles = Map.groupBy(scenarios, ({ title }) => title);
  const cases = scenarios.map((scenario) => {
    const { title, place } = scenario;
    // Readers of JUnit files merge two cases with the same name.
    const name = (titles.get(title)?.length ?? 0) > 1 ? `${title} (${place})` : title;
    const setting = {
      strict,
      allowed: expectations?.allowed === true,
      command,
      ...(page === undefined ? {} : { specification: page }),
    };
    return scenarioCase(name, requirement, scenario, setting);
  });
  const all =
    cases.length > 0
      ? cases
      : [testCase({ classname: id, name: sentence }, 'error', 0, [element('error', { message: reason, type: status })])];
  const more = {
    ...(specification === undefined ? {} : { specification }),
    ...(pace === undefined ? {} : { pace: paceInWords(pace) }),
  };
  return suiteOf(id, { level, sentence, status, ...more }, all, started);
}

function scenarioCase(
  name: string,
  requirement: RequirementResult,
  scenario: ScenarioResult,
  { strict, allowed, ...wording }: { readonly strict: boolean; readonly allowed: boolean } & FailureTextOptions,
): TestCase {
  const { status, reason = '', failure, expected, unstable, place, durationMs } = scenario;
  const information = [...(unstable === undefined ? [] : [`unstable: ${unstableInWords(unstable)}`]), ...scenario.information];
  const colon = place.lastIndexOf(':');
  const head = { classname: requirement.id, name, file: place.slice(0, colon), line: place.slice(colon + 1) };
  const text = failure === undefined ? '' : failureText(requirement, [scenario], wording);
  const known = expected === undefined ? '' : `${expectedInWords(expected)}; `;
  const message = failure === undefined ? reason : `${known}expected ${failure.expected}, received ${failure.received}`;
  const output = (lines: readonly string[]): XmlElement[] =>
    lines.length === 0 ? [] : [element('system-out', {}, lines.join('\n'))];
  const seconds = durationMs / 1_000;
  const fails = status === 'failed' || (status === 'warning' && strict);
  if (fails && allowed && expected !== undefined)
    return testCase(head, 'skipped', seconds, [
      element('skipped', { message, type: 'expected' }),
      ...output([text, ...information]),
    ]);
  // Even a difference that decides nothing by itself keeps a series from conforming.
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

/** A suite for the run itself, if something besides the scenarios is wrong. */
function runSuites({ faults, finished, because, verdict, started, expectations }: Report): readonly Suite[] {
  const known = [...faults, ...(expectations?.mistakes ?? [])];
  const wrong = known.length === 0 && finished === undefined ? [because] : known;
  if (wrong.length === 0) return [];
  const cases = wrong.map((message) =>
    testCase({ classname: 'run', name: message }, 'error', 0, [element('error', { message, type: verdict })]),
  );
  return [suiteOf('run', { verdict }, cases, started)];
}
