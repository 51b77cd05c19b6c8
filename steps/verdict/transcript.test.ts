import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { loadConfiguration, runCucumber } from '@cucumber/cucumber/api';
import type { Envelope } from '@cucumber/messages';
import { finding, place, requirement, scenario, transcriptOf } from '../testing/cucumber-messages.ts';
import { attachedText, concealEnvelope, evidenceEnvelope, readEvidence } from './attachment.ts';
import { EVIDENCE_MEDIA_TYPE } from './evidence.ts';
import { judge } from './judge.ts';
import { type Execution, Transcript } from './transcript.ts';

const feature = `Feature: colours

  Rule: the server MUST be blue

    Scenario: It is asked politely
      Given it is "blue"

    Scenario: It is wrong
      Given it is "red"
      Then it is "blue"

    Scenario Outline: It is asked in <language>
      Given it is <colour>

      Examples:
        | language | colour   |
        | German   | "blue"   |
        | French   | "absent" |
        | Latin    | "broken" |

    Scenario: Nobody asks

    Scenario: It is asked in a way that nobody knows
      Given it is unheard of

    Scenario: It is asked for what is no colour
      Given it is "invalid"
`;

const steps = `
import { Given, After } from '${import.meta.resolve('@cucumber/cucumber')}';
import { SuiteFault } from '${import.meta.resolve('../harness/text/suite-fault.ts')}';
const media = { mediaType: '${EVIDENCE_MEDIA_TYPE}' };
After(function () { this.attach(JSON.stringify({ kind: 'trace', lines: ['+0.000 s  secret-1\\x1b'] }), media); });
Given('it is {string}', function (colour) {
  if (colour === 'invalid') throw new SuiteFault('secret-1 is no colour');
  if (colour === 'broken') throw new Error('no brush at secret-1');
  if (colour === 'absent') {
    this.attach(JSON.stringify({ kind: 'inapplicable', reason: 'no paint' }), media);
    return 'skipped';
  }
  if (colour === 'red') {
    this.attach(JSON.stringify({ kind: 'finding', requirement: 'server-colour', expected: 'blue', received: 'red', trace: ['+0.000 s  → CONNECT'] }), media);
    throw new Error('expected blue, received red');
  }
});
`;

describe('a transcript of real runs', () => {
  const file = 'features/server/colour.feature';
  const colour = requirement('server-colour', []);
  const lines = [5, 8, 17, 18, 19, 21, 23, 26];
  const scenarios = lines.map((line) => ({ title: `line ${line}`, place: `${file}:${line}`, capabilities: [] }));
  const requirements = [{ ...colour, scenarios }];
  let folder = '';
  // Node loads the step definitions once, so every later run needs those of the first run.
  let support: Awaited<ReturnType<typeof runCucumber>>['support'] | undefined;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'transcript-'));
    mkdirSync(join(folder, 'features/server'), { recursive: true });
    writeFileSync(join(folder, file), feature);
    writeFileSync(join(folder, 'steps.mjs'), steps);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  async function run(options: { readonly failFast?: boolean; readonly retry?: number; readonly lanes?: number } = {}) {
    const { failFast = false, retry = 0, lanes = 1 } = options;
    const provided = { paths: ['features/**/*.feature'], import: ['steps.mjs'], failFast, retry };
    const { runConfiguration } = await loadConfiguration({ file: false, provided }, { cwd: folder });
    const transcript = new Transcript({ root: folder, cwd: folder, secrets: ['secret-1'] });
    const finished: Execution[] = [];
    transcript.onFinished((execution) => finished.push(execution));
    const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
    for (let lane = 1; lane <= lanes; lane += 1) {
      const sources = { ...runConfiguration.sources, ...(lanes === 1 ? {} : { shard: `${lane}/${lanes}` }) };
      const formats = { ...runConfiguration.formats, publish: false as const };
      ({ support } = await runCucumber(
        { ...runConfiguration, sources, formats, ...(support === undefined ? {} : { support }) },
        { cwd: folder, stdout: silent, stderr: silent },
        (envelope: Envelope) => transcript.add(envelope),
      ));
    }
    return { transcript, finished };
  }

  const expected = ['passed', 'failed', 'passed', 'inapplicable', ...Array.from({ length: 4 }, () => 'inconclusive')];

  test('has the place and the result of every scenario and row', async () => {
    const { transcript, finished } = await run();
    assert.deepEqual(
      finished.map((execution) => execution.place),
      scenarios.map((scenario) => scenario.place),
    );
    assert.deepEqual(
      finished.map(({ outcome }) => outcome),
      ['PASSED', 'FAILED', 'PASSED', 'SKIPPED', 'FAILED', 'UNKNOWN', 'UNDEFINED', 'FAILED'],
    );
    const [result] = judge(requirements, transcript, { strict: false }).requirements;
    assert.deepEqual(
      result?.scenarios.map(({ status }) => status),
      expected,
    );
    assert.deepEqual(
      result?.scenarios.slice(3).map(({ reason }) => reason),
      [
        'no paint',
        'the suite or the set-up broke: no brush at (secret) (in "it is "broken"")',
        'the suite broke: it has no step',
        'the suite broke: a step has no definition (in "it is unheard of")',
        'the suite or the set-up broke: the suite is at fault: (secret) is no colour (in "it is "invalid"")',
      ],
    );
    assert.deepEqual(result?.scenarios[0]?.trace, ['+0.000 s  (secret)\\x1B']);
    assert.deepEqual(transcript.faults(), []);
    assert.deepEqual(transcript.suiteFaults(), [`the suite is at fault: (secret) is no colour (in ${file}:26)`]);
  });

  test('of several lanes says the same', async () => {
    const { transcript } = await run({ lanes: 3 });
    const [result] = judge(requirements, transcript, { strict: false }).requirements;
    assert.deepEqual(
      result?.scenarios.map(({ status }) => status),
      expected,
    );
  });

  test('of a run that ends at the first failure leaves the rest untested', async () => {
    const { transcript } = await run({ failFast: true });
    const [result] = judge(requirements, transcript, { strict: false, failFast: true }).requirements;
    assert.deepEqual(
      result?.scenarios.slice(0, 5).map(({ status }) => status),
      ['passed', 'failed', 'untested', 'untested', 'untested'],
    );
  });

  test('of a run that tries again shows each attempt', async () => {
    const { transcript, finished } = await run({ retry: 1 });
    assert.deepEqual(
      finished.filter((execution) => execution.place === `${file}:19`).map(({ retried }) => retried),
      [true, true],
    );
    const [result] = judge(requirements, transcript, { strict: false }).requirements;
    assert.match(result?.scenarios[4]?.reason ?? '', /more than once/);
  });
});

describe('a transcript', () => {
  test('of several runs ends only when each of them has ended', () => {
    const transcript = transcriptOf(scenario(place('server-a')));
    assert.deepEqual(transcript.faults(), []);
    const begins = { testRunStarted: {} } as Envelope;
    const ends = { testRunFinished: { success: true } } as Envelope;
    for (const envelope of [begins, begins, ends]) transcript.add(envelope);
    assert.deepEqual(transcript.faults(), ['the run did not finish']);
    transcript.add(ends);
    assert.deepEqual(transcript.faults(), []);
  });

  test('makes a fault of evidence that cannot be read, also if it belongs to no scenario', () => {
    const transcript = transcriptOf();
    const { attachment } = evidenceEnvelope({ kind: 'information', text: 'x' });
    assert.ok(attachment);
    transcript.add({ attachment: { ...attachment, body: '{"kind":"verdict"}' } });
    assert.deepEqual(transcript.faults(), ['evidence that cannot be read: its kind is "verdict"']);
  });

  test('counts durations in ms, over seconds', () => {
    const transcript = new Transcript({ root: '/suite', cwd: '/suite' });
    for (const { testCaseFinished, ...message } of scenario(place('server-a')))
      transcript.add(
        testCaseFinished === undefined
          ? message
          : { testCaseFinished: { ...testCaseFinished, timestamp: { seconds: 3, nanos: 500_000 } } },
      );
    const [execution] = transcript.executions();
    assert.equal(execution?.durationMs, 2_000.5);
  });

  test('takes nothing more once it is sealed', () => {
    const transcript = transcriptOf(scenario(place('server-a'), { finished: false }));
    transcript.seal();
    for (const message of scenario(place('server-b'))) transcript.add(message);
    assert.deepEqual(
      transcript.executions().map(({ finished, outcome }) => [finished, outcome]),
      [[false, 'UNKNOWN']],
    );
  });

  test('keeps places relative to the package, for any working directory of Cucumber', () => {
    const transcript = new Transcript({ root: '/app/node_modules/suite', cwd: '/app' });
    for (const message of scenario('node_modules/suite/features/server/qos.feature:7')) transcript.add(message);
    assert.equal(transcript.executions()[0]?.place, 'features/server/qos.feature:7');
  });

  test('keeps evidence printable, without secrets, and with its names', () => {
    const transcript = new Transcript({ root: '/suite', cwd: '/suite', secrets: ['server'] });
    const evidence = [finding('server-a', { received: 'server\x1b[31m', trace: ['x'.repeat(5_000)] })];
    for (const message of scenario(place('server-a'), { evidence, outcomes: ['FAILED'], message: 'server\nlost' }))
      transcript.add(message);
    const [execution] = transcript.executions();
    const [kept] = execution?.evidence ?? [];
    assert.ok(kept?.kind === 'finding');
    assert.equal(kept.requirement, 'server-a');
    assert.equal(kept.received, '(secret)\\x1B[31m');
    assert.equal(kept.trace[0]?.length, 2_000);
    assert.equal(execution?.trouble?.message, '(secret) lost');
  });

  test('makes a fault of messages that make no sense, and never throws', () => {
    const transcript = transcriptOf([
      { testCaseStarted: { id: 'x', testCaseId: 'y', attempt: 0, timestamp: { seconds: 0, nanos: 0 } } },
    ]);
    transcript.add({ testCase: { id: 'z', pickleId: 'none', testSteps: [] } });
    transcript.add({
      testCaseFinished: { testCaseStartedId: 'none', timestamp: { seconds: 0, nanos: 0 }, willBeRetried: false },
    });
    transcript.add(evidenceEnvelope({ kind: 'information', text: 'nobody asked' }));
    assert.equal(transcript.faults().length, 2);
    assert.deepEqual(transcript.executions(), []);
  });

  test('reads evidence that comes in base64', () => {
    const { attachment } = evidenceEnvelope({ kind: 'information', text: 'größer' });
    assert.ok(attachment);
    const body = Buffer.from(attachment.body).toString('base64');
    const packed = JSON.parse(JSON.stringify({ ...attachment, body, contentEncoding: 'BASE64' })) as typeof attachment;
    assert.deepEqual(readEvidence(attachedText(packed)), { kind: 'information', text: 'größer' });
  });
});

describe('messages without secrets', () => {
  const secrets = ['pa"ss', 'server'];
  const conceal = (message: unknown): Envelope => concealEnvelope(message as Envelope, secrets);

  test('show nothing in exceptions, results and attachments', () => {
    const result = {
      status: 'FAILED',
      message: 'Error: pa"ss',
      exception: { type: 'Error', message: 'pa"ss', stackTrace: 'at pa"ss' },
    };
    const step = conceal({ testStepFinished: { testStepId: 'server', testCaseStartedId: 'server', testStepResult: result } });
    assert.equal(step.testStepFinished?.testStepId, 'server');
    assert.equal(step.testStepFinished?.testStepResult.status, 'FAILED');
    assert.doesNotMatch(JSON.stringify(step), /ss"/);
    const text = conceal({ attachment: { body: 'it said pa"ss', contentEncoding: 'IDENTITY', mediaType: 'text/plain' } });
    assert.equal(text.attachment?.body, 'it said (secret)');
    const packed = { body: Buffer.from('it said pa"ss').toString('base64'), contentEncoding: 'BASE64', mediaType: 'text/plain' };
    assert.equal(Buffer.from(conceal({ attachment: packed }).attachment?.body ?? '', 'base64').toString(), 'it said (secret)');
    for (const kind of ['testRunHookFinished', 'testRunFinished'])
      assert.doesNotMatch(JSON.stringify(conceal({ [kind]: { result } })), /pa\\"ss/);
  });

  test('keep the names of evidence, and what has no secret as it is', () => {
    const { attachment } = conceal(evidenceEnvelope(finding('server-a', { received: 'pa"ss of the server' })));
    assert.deepEqual(readEvidence(attachment?.body ?? ''), finding('server-a', { received: '(secret) of the (secret)' }));
    const image = {
      attachment: {
        body: Buffer.from([0xff, 0xd8, 0x00]).toString('base64'),
        contentEncoding: 'BASE64',
        mediaType: 'image/jpeg',
      },
    };
    assert.deepEqual(conceal(image), image);
    const pickle = { pickle: { name: 'the server' } };
    assert.equal(conceal(pickle), pickle);
  });
});
