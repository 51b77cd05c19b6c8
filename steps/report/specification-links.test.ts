import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { schemaFaults } from '../harness/message/schema.ts';
import { finding, place, requirement, run, scenario, transcriptOf } from '../testing/cucumber-messages.ts';
import { judge } from '../verdict/judge.ts';
import { failureText } from './failure-text.ts';
import { reportPage } from './html/report-page.ts';
import { junitXml } from './junit.ts';
import { buildReport, incompleteReport, reportJson } from './report-json.ts';

const requirements = [requirement('server-a'), requirement('server-b')];
const heard = transcriptOf(
  scenario(place('server-a'), { outcomes: ['FAILED'], evidence: [finding('server-a')] }),
  scenario(place('server-b')),
);

for (const page of ['specification.html', 'https://docs.example/ntp/server.html']) {
  describe(`a report that names ${page}`, () => {
    const told = { ...run, specification: page };
    const report = buildReport(told, judge(requirements, heard, { strict: false }), run.started);

    test('has a link for each requirement, and keeps to its schema', () => {
      assert.deepEqual(
        report.requirements.map(({ specification }) => specification),
        [`${page}#server-a`, `${page}#server-b`],
      );
      assert.equal(incompleteReport(told, requirements).requirements[1]?.specification, `${page}#server-b`);
      assert.deepEqual(schemaFaults('report', reportJson(report)), []);
    });

    test('leads there from the page and from JUnit', () => {
      assert.ok(reportPage(report, 'run').includes(`<a href="${page}#server-a">`));
      assert.ok(reportPage(report, 'run').includes(`<a href="${page}#server-b">`));
      const xml = junitXml(report, 'run');
      for (const id of ['server-a', 'server-b'])
        assert.ok(xml.includes(`<property name="specification" value="${page}#${id}"/>`), id);
      assert.match(xml, new RegExp(`^ {4}explained {2}${page.replaceAll('.', '\\.')}#server-a$`, 'm'));
    });

    test('leads there from the text of a failure', () => {
      const [failed] = report.requirements;
      assert.ok(failed);
      const text = failureText(failed, failed.scenarios, { command: 'run', specification: page });
      assert.ok(text.includes(`\n    explained  ${page}#server-a\n    repeat     run --only server-a`), text);
    });
  });
}

test('a report that names no page has no link', () => {
  const report = buildReport(run, judge(requirements, heard, { strict: false }), run.started);
  assert.ok(report.requirements.every((result) => !('specification' in result)));
  assert.ok(!junitXml(report, 'run').includes('explained'));
  assert.ok(!reportPage(report, 'run').includes('step by step'));
});
