/** Certified report folders of invented runs. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Envelope } from '@cucumber/messages';
import { certify } from '../report/certificate/certify.ts';
import { suiteDigest } from '../report/certificate/suite-digest.ts';
import { writeReport } from '../report/report-folder.ts';
import { buildReport } from '../report/report-json.ts';
import { featureFiles, featuresDigest, type Requirement, readRequirements, root } from '../requirements/requirement.ts';
import { readSets } from '../requirements/requirement-set.ts';
import type { Finding } from '../verdict/evidence.ts';
import { judge } from '../verdict/judge.ts';
import type { Report } from '../verdict/report.ts';
import { Transcript } from '../verdict/transcript.ts';
import { finding, run, type ScenarioCourse, scenario } from './cucumber-messages.ts';

const role = 'client';

/** The requirements of these runs. */
export const requirements: readonly Requirement[] = readRequirements(role);

/** Generates a pair of keys for signing. */
export function keys(kind: 'ed25519' | 'ec' = 'ed25519'): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  return kind === 'ec' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519');
}

/** A run in which every scenario passed, except for those of the requirements named here by id. */
export interface MadeUpRun {
  readonly courses?: Readonly<Record<string, ScenarioCourse>>;
  readonly failing?: readonly string[];
  readonly change?: (report: Report) => Report;
  readonly key?: KeyObject;
  readonly partial?: string;
}

/** The messages of such a run, and its report. */
export function madeUp({ courses = {}, failing = [], change = (report) => report }: MadeUpRun = {}): {
  readonly messages: string;
  readonly report: Report;
} {
  const sources = featureFiles(role).map((uri) => {
    const source = { uri, data: readFileSync(root + uri, 'utf8'), mediaType: 'text/x.cucumber.gherkin+plain' };
    return { source } as Envelope;
  });
  const fails = (id: string): ScenarioCourse => ({ outcomes: ['FAILED'], evidence: [finding(id) satisfies Finding] });
  const scenarios = requirements.flatMap(({ id, scenarios }) =>
    scenarios.flatMap(({ place }) => scenario(place, failing.includes(id) ? fails(id) : courses[id])),
  );
  const success = failing.length === 0;
  const envelopes = [...sources, { testRunStarted: {} }, ...scenarios, { testRunFinished: { success } }] as Envelope[];
  const transcript = new Transcript({ cwd: root });
  for (const envelope of envelopes) transcript.add(envelope);
  const { suite, target, ...rest } = run;
  const [{ name, digest } = { name: '', digest: '' }] = readSets();
  const described = {
    ...rest,
    suite: { ...suite, featuresDigest: featuresDigest(role), digest: suiteDigest() },
    requirementSet: { name, digest, modified: [] },
    specification: 'specification.html',
    target: { ...target, role, fileDigest: 'a'.repeat(64), imageDigest: `sha256:${'b'.repeat(64)}` } as const,
  };
  const report = buildReport(described, judge(requirements, transcript, { strict: false }), new Date('2026-01-02T03:04:07.500Z'));
  return { messages: envelopes.map((envelope) => `${JSON.stringify(envelope)}\n`).join(''), report: change(report) };
}

/** Writes the reports of such a run into a folder and certifies it. @returns the names of the files of the certificate */
export function writeCertified(folder: string, course: MadeUpRun = {}): readonly string[] {
  const { messages, report } = madeUp(course);
  mkdirSync(folder, { recursive: true });
  const ndjson = join(folder, 'messages.ndjson');
  writeFileSync(ndjson, messages);
  const files = [...writeReport(folder, report, 'run acme.yaml'), ndjson];
  const { key, partial } = course;
  const given = { ...(key === undefined ? {} : { key }), ...(partial === undefined ? {} : { partial }) };
  const written = certify(folder, report, files, given);
  return written.map((file) => file.slice(folder.length + 1));
}
