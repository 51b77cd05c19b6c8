import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Requirement } from '../requirements/requirement.ts';
import { finding, place, requirement, run, scenario, transcriptOf } from '../testing/cucumber-messages.ts';
import { judge, type RunCircumstances } from '../verdict/judge.ts';
import type { Transcript } from '../verdict/transcript.ts';
import { Console } from './console.ts';
import { coloured, painterFor, plain } from './paint.ts';
import { buildReport } from './report-json.ts';

/** A screen that records its output, and the text that is visible on it: an overwritten line is gone. */
class FakeScreen {
  readonly isTTY: boolean;
  readonly columns = 60;
  written = '';

  constructor(isTTY: boolean) {
    this.isTTY = isTTY;
  }

  write(text: string): void {
    this.written += text;
  }

  get seen(): string {
    const lines = this.written.replaceAll('\x1b[K', '').split('\n');
    return lines.map((line) => line.slice(line.lastIndexOf('\r') + 1)).join('\n');
  }
}

const requirements = [
  requirement('server-qos', [10, 20]),
  requirement('server-clock'),
  requirement('server-link'),
  requirement('server-wish', [10], 'should'),
];
const transcript = transcriptOf(
  scenario(place('server-qos', 10), { evidence: [{ kind: 'information', text: 'a remark' }] }),
  scenario(place('server-qos', 20), { outcomes: ['FAILED'], evidence: [finding('server-qos', { received: 'PUBLISH\x1b[2J' })] }),
  scenario(place('server-clock'), { outcomes: ['SKIPPED'], evidence: [{ kind: 'inapplicable', reason: 'no clock' }] }),
  scenario(place('server-link'), { outcomes: ['FAILED'], message: 'no route\x07' }),
  scenario(place('server-wish'), { outcomes: ['FAILED'], evidence: [finding('server-wish')] }),
);

interface ConsolePlay {
  readonly terminal?: boolean;
  readonly verbose?: boolean;
  readonly of?: readonly Requirement[];
  readonly heard?: Transcript;
  readonly circumstances?: Partial<RunCircumstances>;
}

/** Shows a run on a fake screen from the first line to the last. */
function play({
  terminal = false,
  verbose = false,
  of = requirements,
  heard = transcript,
  circumstances = {},
}: ConsolePlay = {}): FakeScreen {
  const screen = new FakeScreen(terminal);
  const console = new Console(screen, { command: 'suite run acme.yaml', verbose, env: terminal ? { NO_COLOR: '1' } : {} });
  const report = buildReport(run, judge(of, heard, { strict: false, ...circumstances }), run.started);
  console.opening(report, of.length);
  heard.executions().forEach((execution, index, all) => {
    const owner = of.find(({ scenarios }) => scenarios.some((scenario) => scenario.place === execution.place));
    console.finished(execution, owner, index + 1, all.length);
  });
  console.closing(report, ['conformance-report/report.json']);
  return screen;
}

describe('the console', () => {
  test('shows a run from its first line to its verdict', () => {
    assert.equal(
      play().written,
      `iot-ntp-conformance 0.1.0: Acme IoT Hub 3.2.1 (server, acme.yaml), 4 requirements

✖ server-qos  MUST  the server MUST do what server-qos says
    (Device connection, step 1)
    scenario   Scenario 20
    expected   PUBLISH at QoS 0
    received   PUBLISH\\x1B[2J
    trace      +0.000 s  → CONNECT
    repeat     suite run acme.yaml --only server-qos

server/server-qos
  failed        server-qos    MUST    the server MUST do what server-qos says
                in 1 of 2 scenarios

server/server-clock
  inapplicable  server-clock  MUST    the server MUST do what server-clock says
                no clock

server/server-link
  inconclusive  server-link   MUST    the server MUST do what server-link says
                the suite or the set-up broke: no route\\x07 (in "the step 0 is taken")

server/server-wish
  warning       server-wish   SHOULD  the server SHOULD do what server-wish says
                in 1 of 1 scenario

✖ server-qos  MUST  the server MUST do what server-qos says
    scenario   Scenario 20
    expected   PUBLISH at QoS 0
    received   PUBLISH\\x1B[2J
    repeat     suite run acme.yaml --only server-qos

! server-wish  SHOULD  the server SHOULD do what server-wish says
    (Device connection, step 1)
    scenario   Scenario 10
    expected   PUBLISH at QoS 0
    received   PUBLISH at QoS 1
    trace      +0.000 s  → CONNECT
    repeat     suite run acme.yaml --only server-wish

4 requirements: 1 failed, 1 warning, 1 inapplicable, 1 inconclusive
requirement set 2026.1 (eeeeeeeeeeee)
reports in conformance-report: report.json
Acme IoT Hub: does not conform, because 1 of 4 requirements is not met: server-qos
`,
    );
  });

  test('shows progress on a terminal only, on one line that fits, and leaves nothing of it behind', () => {
    const terminal = play({ terminal: true });
    assert.equal(terminal.seen, play().written);
    assert.match(terminal.written, /\r {2}1\/5 {2}server-qos: A scenario/);
    for (const line of terminal.written.split(/[\r\n]/).filter((text) => /^ {2}\d\/5/.test(text))) {
      assert.ok(line.replace('\x1b[K', '').length < terminal.columns);
    }
    for (const control of ['\r', '\x1b', '\x07']) assert.ok(!play().written.includes(control));
  });

  test('shows the first failure before the next scenario has finished', () => {
    const screen = new FakeScreen(false);
    const console = new Console(screen, { command: 'suite', env: {} });
    const [first, second] = transcript.executions();
    assert.ok(first && second);
    console.finished(first, requirements[0], 1, 5);
    assert.equal(screen.written, '');
    console.finished(second, requirements[0], 2, 5);
    assert.match(screen.written, /✖ server-qos/);
  });

  test('keeps a failure that may be a consequence for the end, and does not show it when it is one', () => {
    const of = [{ ...requirement('server-a'), dependsOn: ['server-b'] }, requirement('server-b')];
    const heard = transcriptOf(
      scenario(place('server-a'), { outcomes: ['FAILED'], evidence: [finding('server-a')] }),
      scenario(place('server-b'), { outcomes: ['FAILED'], evidence: [finding('server-b')] }),
    );
    const { written } = play({ of, heard });
    assert.doesNotMatch(written, /✖ server-a/);
    assert.match(written, /untested {6}server-a {2}MUST .*\n +cannot be judged while server-b fails/);
  });

  test('folds away what was not selected', () => {
    const of = [requirement('server-a'), requirement('server-b'), requirement('server-c')];
    const partly = {
      of,
      heard: transcriptOf(scenario(place('server-a'))),
      circumstances: { selected: new Set([place('server-a')]) },
    };
    assert.match(play(partly).written, /passed {8}server-a.*\n\n {2}untested {6}2 requirements not selected\n/);
    assert.match(play(partly).written, /incomplete, because 2 requirements untested\n$/);
    assert.match(play({ ...partly, verbose: true }).written, /untested {6}server-b .*\n +untested {6}Scenario 10: not selected/);
  });

  test('shows each scenario and its information in verbose mode', () => {
    const { written } = play({ verbose: true });
    assert.match(written, /passed {8}Scenario 10\n +a remark\n/);
    assert.match(written, /failed {8}Scenario 20\n/);
    assert.match(written, /inapplicable {2}Scenario 10: no clock/);
    assert.equal(written.match(/✖ server-qos/g)?.length, 2);
  });

  test('says in one line what leaves many untested, and ends with the failure and the way out on the last screen', () => {
    const many = Array.from({ length: 30 }, (_, index) => ({ ...requirement(`server-n${index}`), dependsOn: ['server-a'] }));
    const silence = (id: string) =>
      scenario(place(id), {
        outcomes: ['FAILED'],
        evidence: [finding(id, { cause: 'silence', trace: Array.from({ length: 60 }, () => '+0.000 s  → PUBLISH') })],
      });
    const of = [requirement('server-a'), ...many];
    const heard = transcriptOf(...of.map(({ id }) => silence(id)));
    const { written } = play({ of, heard });
    assert.match(written, /^ {2}untested {6}30 requirements: cannot be judged while server-a fails$/m);
    assert.doesNotMatch(written, /server-n7/);
    const screen = written.split('\n').flatMap((line) => line.match(/.{1,80}|^$/g) ?? []);
    const last = screen.slice(-24).join('\n');
    assert.match(last, /^✖ server-a [\s\S]*\n {4}repeat +suite run acme.yaml --only server-a\n[\s\S]*does not conform/m);
    assert.match(play({ of, heard, verbose: true }).written, /untested {6}server-n7 /);
  });

  test('says once why several are inconclusive', () => {
    const of = ['server-a', 'server-b'].map((id) => requirement(id));
    const uncertain = { outcomes: ['FAILED'], message: 'too little is known', type: 'TooUncertain' } as const;
    const { written } = play({ of, heard: transcriptOf(...of.map(({ id }) => scenario(place(id), uncertain))) });
    assert.match(written, /^ {2}inconclusive {2}server-a, server-b: too little is known$/m);
    assert.equal(written.match(/too little is known/g)?.length, 1);
  });

  test('says what broke besides the scenarios', () => {
    assert.match(play({ circumstances: { interrupted: 'SIGINT' } }).written, /^not judged: the run was interrupted \(SIGINT\)$/m);
  });

  test('says that a run on other requirements than a set has certifies none', () => {
    const screen = new FakeScreen(false);
    const judgement = judge([requirement('server-a')], transcriptOf(scenario(place('server-a'))), { strict: false });
    const requirementSet = { name: '2026.1', digest: 'e'.repeat(64), modified: ['server-a', 'server-b', 'server-c', 'server-d'] };
    new Console(screen, { command: 'suite', env: {} }).closing(buildReport({ ...run, requirementSet }, judgement, new Date()));
    const line = 'the features differ from 2026.1 in server-a, server-b, server-c, 1 more; this run certifies no set';
    assert.ok(screen.written.includes(`\nno released requirement set: ${line}\n`), screen.written);
  });

  test('makes a note printable', () => {
    const screen = new FakeScreen(false);
    new Console(screen, { command: 'suite', env: {} }).note('it said \x1b[31m');
    assert.equal(screen.written, 'it said \\x1B[31m\n');
  });
});

describe('colour', () => {
  const of = (isTTY: boolean, env: NodeJS.ProcessEnv): boolean => painterFor({ isTTY }, env) === coloured;

  test('is for terminals, unless the environment says otherwise', () => {
    assert.equal(of(true, {}), true);
    assert.equal(of(false, {}), false);
    assert.equal(of(true, { NO_COLOR: '1' }), false);
    assert.equal(of(true, { NO_COLOR: '' }), true);
    assert.equal(of(true, { TERM: 'dumb' }), false);
    assert.equal(of(false, { FORCE_COLOR: '1' }), true);
    assert.equal(of(false, { FORCE_COLOR: '', NO_COLOR: '1' }), true);
    assert.equal(of(true, { FORCE_COLOR: '0' }), false);
  });

  test('is put around a text, or not', () => {
    assert.equal(coloured('bad', 'no'), '\x1b[31mno\x1b[39m');
    assert.equal(plain('bad', 'no'), 'no');
  });
});
