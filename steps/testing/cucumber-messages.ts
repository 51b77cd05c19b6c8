/** Invented requirements, and Cucumber messages of invented runs. */
import type { Envelope } from '@cucumber/messages';
import type { RunFacts } from '../report/report-json.ts';
import type { Level, Requirement } from '../requirements/requirement.ts';
import { EVIDENCE_MEDIA_TYPE, type Evidence, type Finding } from '../verdict/evidence.ts';
import { type CucumberStatus, Transcript } from '../verdict/transcript.ts';

/** A requirement with scenarios at these lines of `features/server/<id>.feature`. */
export function requirement(id: string, lines: readonly number[] = [10], level: Level = 'must'): Requirement {
  const file = `features/server/${id}.feature`;
  return {
    id,
    level,
    role: 'server',
    capabilities: [],
    feature: 'A subject of the server',
    sentence: `the server ${level.toUpperCase()} do what ${id} says`,
    description: 'Because.',
    source: 'Device connection, step 1',
    dependsOn: [],
    sentences: [],
    mistakes: '',
    place: `${file}:5`,
    scenarios: lines.map((line) => ({ title: `Scenario ${line}`, place: `${file}:${line}`, capabilities: [] })),
    digest: 'd'.repeat(64),
  };
}

/** The place of a scenario of such a requirement. */
export function place(id: string, line = 10): string {
  return `features/server/${id}.feature:${line}`;
}

/** A finding against a requirement. */
export function finding(id: string, more: Partial<Finding> = {}): Finding {
  return {
    kind: 'finding',
    requirement: id,
    expected: 'PUBLISH at QoS 0',
    received: 'PUBLISH at QoS 1',
    trace: ['+0.000 s  → CONNECT'],
    ...more,
  };
}

/** The course of a scenario. */
export interface ScenarioCourse {
  /** One status per step; PASSED by default. If it is empty, there is no step. */
  readonly outcomes?: readonly CucumberStatus[];
  readonly evidence?: readonly Evidence[];
  /** A further attachment with the media type of evidence, as text. */
  readonly raw?: string;
  readonly message?: string;
  /** The class of the exception: Error by default. */
  readonly type?: string;
  readonly attempt?: number;
  readonly willBeRetried?: boolean;
  /** False when the scenario never ends. */
  readonly finished?: boolean;
  /** The number of steps at the end that report no result. */
  readonly silent?: number;
}

let ids = 0;

/** The messages of one scenario. */
export function scenario(at: string, course: ScenarioCourse = {}): Envelope[] {
  const {
    outcomes = ['PASSED'],
    evidence = [],
    raw,
    message,
    type = 'Error',
    attempt = 0,
    willBeRetried = false,
    finished = true,
    silent = 0,
  } = course;
  ids += 1;
  const id = String(ids);
  const colon = at.lastIndexOf(':');
  const names = Array.from({ length: outcomes.length + silent }, (_, index) => `step ${index}`);
  const time = (nanos: number): unknown => ({ seconds: 1, nanos });
  const messages: unknown[] = [
    {
      pickle: {
        id: `pickle ${id}`,
        uri: at.slice(0, colon),
        location: { line: Number(at.slice(colon + 1)) },
        name: 'A scenario',
        steps: names.map((name) => ({ id: `${name} of pickle ${id}`, text: `the ${name} is taken` })),
      },
    },
    {
      testCase: {
        id: `case ${id}`,
        pickleId: `pickle ${id}`,
        testSteps: names.map((name) => ({ id: name, pickleStepId: `${name} of pickle ${id}` })),
      },
    },
    { testCaseStarted: { id, testCaseId: `case ${id}`, attempt, timestamp: time(0) } },
    ...[...evidence.map((piece) => JSON.stringify(piece)), ...(raw === undefined ? [] : [raw])].map((body) => ({
      attachment: { body, contentEncoding: 'IDENTITY', mediaType: EVIDENCE_MEDIA_TYPE, testCaseStartedId: id },
    })),
    ...outcomes.map((status, index) => ({
      testStepFinished: {
        testCaseStartedId: id,
        testStepId: names[index],
        testStepResult: {
          status,
          ...(status === 'FAILED'
            ? { exception: { type, message: message ?? 'no route to host' }, message: 'Error: …\n    at x' }
            : {}),
        },
      },
    })),
    ...(finished ? [{ testCaseFinished: { testCaseStartedId: id, willBeRetried, timestamp: time(12_000_000) } }] : []),
  ];
  return messages as Envelope[];
}

/** The messages of a hook at the end of the run, with its attachments. */
export function lastHook(evidence: readonly Evidence[], outcome: CucumberStatus = 'PASSED'): Envelope[] {
  const messages: unknown[] = [
    ...evidence.map((piece) => ({
      attachment: {
        body: JSON.stringify(piece),
        contentEncoding: 'IDENTITY',
        mediaType: EVIDENCE_MEDIA_TYPE,
        testRunHookStartedId: 'hook',
      },
    })),
    {
      testRunHookFinished: {
        testRunHookStartedId: 'hook',
        result: { status: outcome, message: 'Error: the watcher is gone\n  at x' },
      },
    },
  ];
  return messages as Envelope[];
}

/** The transcript of a complete run of these scenarios. */
export function transcriptOf(...messages: readonly (readonly Envelope[])[]): Transcript {
  const transcript = new Transcript({ root: '/suite', cwd: '/suite' });
  const envelopes = [{ testRunStarted: {} }, ...messages.flat(), { testRunFinished: { success: true } }] as Envelope[];
  for (const envelope of envelopes) transcript.add(envelope);
  return transcript;
}

/** The parts of a report that do not depend on the verdict. */
export const run: RunFacts = {
  suite: { name: 'iot-ntp-conformance', version: '0.1.0', featuresDigest: 'f'.repeat(64) },
  requirementSet: { name: '2026.1', digest: 'e'.repeat(64), modified: [] },
  target: {
    name: 'Acme IoT Hub',
    version: '3.2.1',
    role: 'server',
    file: 'acme.yaml',
    start: 'container acme/iot-hub:3.2.1',
    kind: 'container',
    capabilities: [],
    output: ['listening on 1883'],
  },
  started: new Date('2026-01-02T03:04:05.000Z'),
  strict: false,
};
