import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Envelope } from '@cucumber/messages';
import {
  finding,
  lastHook,
  place,
  requirement,
  type ScenarioCourse,
  scenario,
  transcriptOf,
} from '../testing/cucumber-messages.ts';
import { a, assertIncomplete, b, c, failed, inapplicable, passed, statuses, wish } from '../testing/judged-scenarios.ts';
import type { Evidence } from './evidence.ts';
import { type Judgement, judge, type RunCircumstances } from './judge.ts';
import { type CucumberStatus, Transcript } from './transcript.ts';

/** Judges requirement a alone, from one scenario. */
function alone(course: ScenarioCourse, circumstances: Partial<RunCircumstances> = {}): Judgement {
  return judge([a], transcriptOf(scenario(place('server-a'), course)), { strict: false, ...circumstances });
}

function assertInconclusive(judgement: Judgement, reason: RegExp): void {
  assertIncomplete(judgement, /1 requirement inconclusive/);
  assert.equal(judgement.requirements[0]?.status, 'inconclusive');
  assert.match(judgement.requirements[0]?.reason ?? '', reason);
  assert.equal(judgement.requirements[0]?.reason, judgement.requirements[0]?.scenarios[0]?.reason);
}

describe('a scenario', () => {
  test('that passed makes its requirement passed and the run conform', () => {
    const judgement = alone({
      evidence: [
        { kind: 'information', text: 'a remark' },
        { kind: 'trace', lines: ['one', 'two'] },
      ],
    });
    assert.equal(judgement.verdict, 'conforms');
    assert.equal(judgement.exitCode, 0);
    assert.equal(judgement.because, 'every requirement was tested and is met');
    assert.deepEqual(judgement.requirements[0]?.scenarios, [
      {
        title: 'Scenario 10',
        place: 'features/server/server-a.feature:10',
        status: 'passed',
        information: ['a remark'],
        trace: ['one', 'two'],
        durationMs: 12,
      },
    ]);
  });

  test('with a finding fails its requirement', () => {
    const judgement = judge([a, b], transcriptOf(failed('server-a'), passed('server-b')), { strict: false });
    assert.equal(judgement.verdict, 'does not conform');
    assert.equal(judgement.exitCode, 1);
    assert.equal(judgement.because, '1 of 2 requirements is not met: server-a');
    assert.deepEqual(statuses(judgement), { 'server-a': 'failed', 'server-b': 'passed' });
    assert.equal(judgement.requirements[0]?.scenarios[0]?.failure?.received, 'PUBLISH at QoS 1');
  });

  test('with a finding that shows nothing is inconclusive, unless it is silence', () => {
    const course = (more: object): ScenarioCourse => ({
      outcomes: ['FAILED'],
      evidence: [finding('server-a', { trace: [], ...more })],
    });
    assertInconclusive(alone(course({})), /^the suite broke: no packet shows its finding: expected PUBLISH at QoS 0/);
    assert.equal(alone(course({ cause: 'silence' })).exitCode, 1);
  });

  test('with a finding fails even where Cucumber shows it as passed, skipped or passed at a second attempt', () => {
    for (const outcome of ['PASSED', 'SKIPPED', 'PENDING', 'UNKNOWN'] satisfies CucumberStatus[]) {
      assert.equal(alone({ outcomes: [outcome], evidence: [finding('server-a')] }).exitCode, 1);
    }
    const first = scenario(place('server-a'), { outcomes: ['FAILED'], evidence: [finding('server-a')], willBeRetried: true });
    assert.equal(judge([a], transcriptOf(first, scenario(place('server-a'), { attempt: 1 })), { strict: false }).exitCode, 1);
  });

  test('that failed without a finding is inconclusive, with the reason', () => {
    assertInconclusive(
      alone({ outcomes: ['PASSED', 'FAILED', 'SKIPPED'], message: 'connect ECONNREFUSED\n  127.0.0.1:1' }),
      /^the suite or the set-up broke: connect ECONNREFUSED 127\.0\.0\.1:1 \(in "the step 1 is taken"\)$/,
    );
    assertInconclusive(alone({ outcomes: ['FAILED'], message: '' }), /an exception without a message/);
  });

  test('in which the suite itself is at fault makes the whole run incomplete, regardless of other failures', () => {
    const fault = 'the suite is at fault: a request that it sends as valid is not: is not JSON';
    const course: ScenarioCourse = { outcomes: ['FAILED'], type: 'SuiteFault', message: fault };
    const judgement = judge(
      [a, b, c],
      transcriptOf(scenario(place('server-a'), course), failed('server-b'), scenario(place('server-c'), course)),
      { strict: false },
    );
    const said = `${fault} (in features/server/server-a.feature:10 and in 1 more)`;
    assertIncomplete(judgement, /^the suite is at fault: /);
    assert.equal(judgement.because, said);
    assert.deepEqual(judgement.faults, [said]);
    assert.deepEqual(statuses(judgement), { 'server-a': 'inconclusive', 'server-b': 'failed', 'server-c': 'inconclusive' });
  });

  test('in which the suite is at fault after the implementation was failed keeps its finding, and the run is incomplete', () => {
    const course = {
      outcomes: ['FAILED', 'FAILED'],
      type: 'SuiteFault',
      evidence: [finding('server-a')],
    } satisfies ScenarioCourse;
    const judgement = alone(course);
    assertIncomplete(judgement, /\(in features\/server\/server-a\.feature:10\)$/);
    assert.equal(judgement.requirements[0]?.status, 'failed');
  });

  test('with a finding against another requirement is inconclusive', () => {
    assertInconclusive(
      alone({ outcomes: ['FAILED'], evidence: [finding('server-b')] }),
      /belongs to server-a, its finding to server-b/,
    );
    assertInconclusive(alone({ evidence: [finding('server-b')] }), /belongs to server-a, its finding to server-b/);
  });

  test('that is undefined, ambiguous, pending, unknown or skipped without a reason is inconclusive', () => {
    const reasons: readonly [CucumberStatus, RegExp][] = [
      ['UNDEFINED', /no definition \(in "the step 1/],
      ['AMBIGUOUS', /several definitions/],
      ['PENDING', /not written yet/],
      ['UNKNOWN', /no result/],
      ['SKIPPED', /without a reason/],
    ];
    for (const [outcome, reason] of reasons) assertInconclusive(alone({ outcomes: ['PASSED', outcome, 'PASSED'] }), reason);
  });

  test('that never started, never ended, or lacks a step or a result is inconclusive', () => {
    assertInconclusive(judge([a], transcriptOf(), { strict: false }), /^it never started$/);
    assertInconclusive(alone({ finished: false }), /did not finish/);
    assertInconclusive(alone({ outcomes: [] }), /has no step/);
    assertInconclusive(alone({ silent: 1 }), /no result/);
  });

  test('that ran more than once is inconclusive, regardless of its results', () => {
    assertInconclusive(alone({ attempt: 1 }), /more than once/);
    assertInconclusive(alone({ willBeRetried: true, outcomes: ['FAILED'] }), /more than once/);
    const twice = transcriptOf(
      scenario(place('server-a'), { outcomes: ['FAILED'], willBeRetried: true }),
      scenario(place('server-a'), { attempt: 1 }),
    );
    assertInconclusive(judge([a], twice, { strict: false }), /more than once/);
    assertInconclusive(judge([a], transcriptOf(passed('server-a'), passed('server-a')), { strict: false }), /more than once/);
  });

  test('in which the suite stood still is judged by the attempt in which it ran', () => {
    const stood = { kind: 'standstill', text: 'the suite stood still for 12.0 s' } as const;
    const touched = (outcome: CucumberStatus): Envelope[] =>
      scenario(place('server-a'), { outcomes: [outcome], evidence: [stood] });
    const judgeAll = (...messages: Envelope[][]): Judgement => judge([a], transcriptOf(...messages), { strict: false });
    assertInconclusive(judgeAll(touched('FAILED')), /^the suite stood still for 12\.0 s while it ran/);
    assertInconclusive(judgeAll(touched('PASSED'), touched('PASSED')), /stood still/);
    const again = judgeAll(touched('FAILED'), passed('server-a'));
    assert.equal(again.verdict, 'conforms');
    assert.deepEqual(again.requirements[0]?.scenarios[0]?.information, [`${stood.text}: the scenario was run again`]);
    assertInconclusive(judgeAll(touched('FAILED'), passed('server-a'), passed('server-a')), /more than once/);
    const before = scenario(place('server-a'), { outcomes: ['FAILED'], evidence: [finding('server-a'), stood] });
    assert.equal(judgeAll(before, passed('server-a')).verdict, 'does not conform');
  });

  test('that did not pass beside others is judged by the attempt in which it ran alone', () => {
    const beside = { kind: 'beside', places: [place('server-b')] } as const;
    const crowded = scenario(place('server-a'), { outcomes: ['FAILED'], evidence: [finding('server-a'), beside] });
    const alone = scenario(place('server-a'), { outcomes: ['FAILED'], evidence: [finding('server-a')] });
    const verdictOf = (...messages: Envelope[][]) => judge([a], transcriptOf(...messages), { strict: false }).verdict;
    assert.equal(verdictOf(crowded, passed('server-a')), 'conforms');
    assert.equal(verdictOf(crowded, alone), 'does not conform');
    assert.equal(verdictOf(crowded), 'does not conform');
    const first = scenario(place('server-a'), { evidence: [beside] });
    assert.equal(verdictOf(first), 'conforms');
    const stood = { kind: 'standstill', text: 'the suite stood still for 12.0 s' } as const;
    const touched = scenario(place('server-a'), { evidence: [stood] });
    assert.equal(verdictOf(crowded, touched, passed('server-a')), 'conforms');
  });

  test('with evidence that cannot be read is inconclusive', () => {
    for (const raw of [
      '',
      '{',
      'null',
      '{"kind":"verdict"}',
      '{"kind":"finding","requirement":"server-a"}',
      '{"kind":"toString"}',
    ]) {
      assertInconclusive(alone({ raw }), /evidence that cannot be read/);
    }
  });

  test('that is inapplicable says why; one that ran although it is inapplicable is inconclusive', () => {
    const judgement = judge([a, b], transcriptOf(scenario(place('server-a'), inapplicable('no clock')), passed('server-b')), {
      strict: false,
    });
    assert.deepEqual(statuses(judgement), { 'server-a': 'inapplicable', 'server-b': 'passed' });
    assert.equal(judgement.requirements[0]?.reason, 'no clock');
    assert.equal(judgement.verdict, 'conforms');
    assert.equal(judgement.because, 'every requirement that applies was tested and is met');
    assertInconclusive(alone({ evidence: [{ kind: 'inapplicable', reason: 'no clock' }] }), /ran although it is inapplicable/);
    for (const outcome of ['FAILED', 'PENDING', 'UNDEFINED'] satisfies CucumberStatus[]) {
      assert.equal(alone({ ...inapplicable('no clock'), outcomes: [outcome] }).requirements[0]?.status, 'inconclusive');
    }
  });

  test('that was not selected is untested, and so is what --fail-fast left out', () => {
    const partly = judge([a, b], transcriptOf(passed('server-a')), { strict: false, selected: new Set([place('server-a')]) });
    assertIncomplete(partly, /^1 requirement untested$/);
    assert.equal(partly.requirements[1]?.reason, 'not selected');

    const skipped = scenario(place('server-b'), { outcomes: ['SKIPPED', 'SKIPPED'] });
    const fast = judge([a, b, c], transcriptOf(failed('server-a'), skipped), { strict: false, failFast: true });
    assert.deepEqual(statuses(fast), { 'server-a': 'failed', 'server-b': 'untested', 'server-c': 'untested' });
    assert.equal(fast.requirements[1]?.reason, 'not run: --fail-fast');
    assert.equal(fast.exitCode, 1);
  });

  test('of another shard is left to that one, and only while nothing else is open', () => {
    const shard = { number: 1, of: 2 };
    const selected = new Set([place('server-a'), place('server-b')]);
    const judgeShard = (...messages: readonly Envelope[][]): Judgement =>
      judge([a, b, c], transcriptOf(...messages), { strict: false, shard, selected });
    const { verdict, exitCode, because } = judgeShard(passed('server-a'), passed('server-b'));
    assert.deepEqual([verdict, exitCode], ['incomplete', 0]);
    assert.match(because, /^it is shard 1 of 2 and nothing failed in it/);
    const { verdict: broken, exitCode: code } = judgeShard(failed('server-a'), passed('server-b'));
    assert.deepEqual([broken, code], ['does not conform', 1]);
    const stopped = scenario(place('server-b'), { outcomes: ['FAILED'] });
    assertIncomplete(judgeShard(passed('server-a'), stopped), /1 requirement untested and 1 requirement inconclusive/);
    assertIncomplete(judgeShard(passed('server-a'), passed('server-b'), passed('server-unknown')), /belongs to no requirement/);
    const leftOut = scenario(place('server-b'), { outcomes: ['SKIPPED'] });
    const two = requirement('server-two', [10, 20]);
    const half = transcriptOf(scenario(place('server-two', 10)), scenario(place('server-two', 20), { outcomes: ['FAILED'] }));
    assertIncomplete(judge([two], half, { strict: false, shard }), /^1 requirement inconclusive$/);
    const fast = judge([a, b, c], transcriptOf(passed('server-a'), leftOut), { strict: false, shard, selected, failFast: true });
    assertIncomplete(fast, /^2 requirements untested$/);
  });

  test('that never started is excused by --fail-fast only, and only when something failed', () => {
    const without = judge([a, b], transcriptOf(failed('server-a')), { strict: false });
    assert.deepEqual(statuses(without), { 'server-a': 'failed', 'server-b': 'inconclusive' });
    assertInconclusive(judge([a], transcriptOf(), { strict: false, failFast: true }), /never started/);
    const passing = judge([a, b], transcriptOf(passed('server-a')), { strict: false, failFast: true });
    assert.deepEqual(statuses(passing), { 'server-a': 'passed', 'server-b': 'inconclusive' });
  });
});

describe('a requirement', () => {
  const two = requirement('server-two', [10, 20]);
  const of = (first: ScenarioCourse, second: ScenarioCourse): string | undefined => {
    const transcript = transcriptOf(scenario(place('server-two', 10), first), scenario(place('server-two', 20), second));
    return judge([two], transcript, { strict: false }).requirements[0]?.status;
  };
  const good: ScenarioCourse = {};
  const bad: ScenarioCourse = { outcomes: ['FAILED'], evidence: [finding('server-two')] };
  const broken: ScenarioCourse = { outcomes: ['FAILED'] };

  test('has the worst status of its scenarios', () => {
    assert.equal(of(good, good), 'passed');
    assert.equal(of(good, bad), 'failed');
    assert.equal(of(broken, bad), 'failed');
    assert.equal(of(good, broken), 'inconclusive');
    assert.equal(of(inapplicable('x'), broken), 'inconclusive');
    assert.equal(of(inapplicable('x'), good), 'passed');
    assert.equal(of(inapplicable('x'), inapplicable('x')), 'inapplicable');
    const selected = new Set([place('server-two', 10)]);
    const partly = judge([two], transcriptOf(scenario(place('server-two', 10))), { strict: false, selected });
    assert.deepEqual(statuses(partly), { 'server-two': 'untested' });
  });

  test('gives every reason, each once', () => {
    const reasons = (first: string, second: string): string | undefined => {
      const transcript = transcriptOf(
        scenario(place('server-two', 10), inapplicable(first)),
        scenario(place('server-two', 20), inapplicable(second)),
      );
      return judge([two], transcript, { strict: false }).requirements[0]?.reason;
    };
    assert.equal(reasons('no clock', 'no clock'), 'no clock');
    assert.equal(reasons('no clock', 'no TLS'), 'no clock; no TLS');
  });

  test('without a scenario is not passed', () => {
    assertIncomplete(judge([requirement('server-none', [])], transcriptOf(), { strict: false }), /inconclusive/);
  });

  test('of level SHOULD gives a warning, which decides only under strict', () => {
    const transcript = transcriptOf(passed('server-a'), failed('server-wish'));
    const mild = judge([a, wish], transcript, { strict: false });
    assert.deepEqual(statuses(mild), { 'server-a': 'passed', 'server-wish': 'warning' });
    assert.equal(mild.requirements[1]?.scenarios[0]?.status, 'warning');
    assert.equal(mild.exitCode, 0);
    assert.equal(mild.because, 'every requirement was tested and every MUST is met (1 recommendation is not)');
    const strict = judge([a, wish], transcript, { strict: true });
    assert.equal(strict.exitCode, 1);
    assert.equal(strict.because, '1 of 2 requirements is not met: server-wish');
  });

  test('of level SHOULD that is inconclusive or untested leaves the run incomplete', () => {
    const transcript = transcriptOf(passed('server-a'), scenario(place('server-wish'), { outcomes: ['FAILED'] }));
    assertIncomplete(judge([a, wish], transcript, { strict: false }), /inconclusive/);
  });
});

test('a failure keeps the message at fault, and a scenario the number of its exchanges where not all are kept', () => {
  const message = { topic: 't', qos: 1, retain: false, payload: '{}', parts: ['qos'] } as const;
  const at = alone({ outcomes: ['FAILED'], evidence: [finding('server-a', { message })] });
  assert.deepEqual(at.requirements[0]?.scenarios[0]?.failure?.message, message);
  const none = alone({ outcomes: ['FAILED'], evidence: [finding('server-a')] });
  assert.equal(Object.hasOwn(none.requirements[0]?.scenarios[0]?.failure ?? {}, 'message'), false);
  const one = { n: 1, asker: 'device', atMs: 0, answers: [] };
  const made = (...counts: readonly number[]) =>
    alone({ evidence: counts.map((count) => ({ kind: 'exchanges', exchanges: [one], made: count })) }).requirements[0]
      ?.scenarios[0];
  assert.deepEqual([made(3, 4)?.exchangesMade, made(1)?.exchangesMade, made(1)?.exchanges?.length], [7, undefined, 1]);
});

describe('a run', () => {
  test('that was interrupted, or in which the suite was at fault, is incomplete always', () => {
    for (const messages of [passed('server-a'), failed('server-a'), []]) {
      assertIncomplete(
        judge([a], transcriptOf(messages), { strict: false, interrupted: 'SIGINT' }),
        /^the run was interrupted \(SIGINT\)$/,
      );
      assertIncomplete(judge([a], transcriptOf(messages), { strict: false, fault: 'the link broke' }), /^the link broke$/);
    }
    const early = judge([a], transcriptOf(), { strict: false, interrupted: 'SIGINT' });
    assert.equal(early.requirements[0]?.reason, 'it never started: the run was interrupted (SIGINT)');
  });

  test('in which nothing was tested does not conform to anything', () => {
    assertIncomplete(judge([], transcriptOf(), { strict: false }), /no scenario was tested/);
    assertIncomplete(
      judge([a], transcriptOf(scenario(place('server-a'), inapplicable('x'))), { strict: false }),
      /no scenario was tested/,
    );
    assertIncomplete(judge([a], transcriptOf(), { strict: false, selected: new Set() }), /untested/);
    assertIncomplete(judge([a], new Transcript(), { strict: false }), /inconclusive/);
  });

  test('whose messages end early, or say that it failed without a scenario that shows why, is incomplete', () => {
    const transcript = new Transcript({ root: '/suite', cwd: '/suite' });
    const messages = [{ testRunStarted: {} }, ...passed('server-a')] as Envelope[];
    for (const message of messages) transcript.add(message);
    assertIncomplete(judge([a], transcript, { strict: false }), /did not finish/);
    transcript.add({ testRunFinished: { success: false } } as Envelope);
    assertIncomplete(judge([a], transcript, { strict: false }), /no scenario shows why/);
  });

  test('whose last hook failed is incomplete: a late finding may be missing', () => {
    const transcript = transcriptOf(passed('server-a'), lastHook([], 'FAILED'));
    assertIncomplete(judge([a], transcript, { strict: false }), /a hook of the run ended as FAILED: Error: the watcher is gone/);
    assert.equal(judge([a], transcriptOf(failed('server-a'), lastHook([], 'FAILED')), { strict: false }).exitCode, 1);
  });

  test('with a feature that cannot be read, or an exception of its own, is incomplete', () => {
    const unread = [{ parseError: { source: {}, message: 'expected: #EOF' } }] as Envelope[];
    assertIncomplete(judge([a], transcriptOf(passed('server-a'), unread), { strict: false }), /cannot be read: expected: #EOF/);
    const broken = [
      { testRunFinished: { success: false, exception: { type: 'Error', message: 'out of memory' } } },
    ] as Envelope[];
    assertIncomplete(judge([a], transcriptOf(passed('server-a'), broken), { strict: false }), /the run broke: out of memory/);
  });

  test('in which a scenario ran that belongs to no requirement is incomplete', () => {
    assertIncomplete(
      judge([a], transcriptOf(passed('server-a'), passed('server-x')), { strict: false }),
      /server-x\.feature:10 ran and belongs/,
    );
    assertIncomplete(
      judge([a], transcriptOf(passed('server-a'), failed('server-x')), { strict: false }),
      /server-x\.feature:10 ran and belongs/,
    );
  });

  test('with a finding that belongs to no scenario is incomplete', () => {
    const stray: Evidence = finding('server-a');
    assertIncomplete(
      judge([a], transcriptOf(passed('server-a'), lastHook([stray])), { strict: false }),
      /belongs to no scenario/,
    );
  });

  test('counts each requirement once and names the first three that fail', () => {
    const many = ['server-a', 'server-b', 'server-c', 'server-d', 'server-e'];
    const judgement = judge(
      many.map((id) => requirement(id)),
      transcriptOf(...many.map((id) => failed(id))),
      { strict: false },
    );
    assert.equal(judgement.because, '5 of 5 requirements are not met: server-a, server-b, server-c and 2 more');
    assert.equal(judgement.counts.failed, 5);
  });
});
