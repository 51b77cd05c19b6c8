import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Envelope, TestStepResultStatus } from '@cucumber/messages';
import { finding, place, requirement, run, scenario, transcriptOf } from '../testing/cucumber-messages.ts';
import { evidenceEnvelope } from '../verdict/attachment.ts';
import { judge } from '../verdict/judge.ts';
import { htmlHeading, readable } from './html-page.ts';
import { buildReport } from './report-json.ts';

describe('the heading of the page', () => {
  const requirements = [requirement('server-a'), requirement('server-b')];
  const transcript = transcriptOf(
    scenario(place('server-a'), { outcomes: ['FAILED'], evidence: [finding('server-a')] }),
    scenario(place('server-b')),
  );
  const report = buildReport(run, judge(requirements, transcript, { strict: false }), new Date('2026-01-02T03:04:07.500Z'));

  test('says the verdict, and what is not passed', () => {
    const heading = htmlHeading(report);
    assert.match(heading, /<h1[^>]*>Acme IoT Hub[^<]*: does not conform<\/h1>/);
    assert.ok(heading.includes('<td><b>failed</b></td><td>server-a</td>'));
    assert.ok(!heading.includes('server-b'));
  });

  test('keeps texts from becoming elements', () => {
    const heading = htmlHeading({ ...report, target: { ...report.target, name: '<script>alert(1)</script>' } });
    assert.ok(!heading.includes('<script>'));
    assert.ok(heading.includes('&lt;script&gt;'));
  });
});

describe('a message on the page', () => {
  test('shows a finding in words', () => {
    const { attachment } = readable(evidenceEnvelope(finding('server-a', { expected: 'x', received: 'y', likely: 'z' })));
    assert.match(attachment?.body ?? '', /^server-a\nexpected {2}x\nreceived {2}y\nlikely {4}z/);
    assert.match(attachment?.mediaType ?? '', /^text\//);
  });

  test('shows no stack where the implementation is failed, and keeps it where the suite broke', () => {
    const failed = (type: string): Envelope => ({
      testStepFinished: {
        testCaseStartedId: '1',
        testStepId: '2',
        timestamp: { seconds: 0, nanos: 0 },
        testStepResult: {
          duration: { seconds: 0, nanos: 0 },
          status: TestStepResultStatus.FAILED,
          message: `${type}: why\n    at here`,
          exception: { type, message: 'why', stackTrace: `${type}: why\n    at here` },
        },
      },
    });
    assert.equal(readable(failed('NonConformance')).testStepFinished?.testStepResult.message, 'why');
    assert.deepEqual(readable(failed('TypeError')), failed('TypeError'));
  });
});
