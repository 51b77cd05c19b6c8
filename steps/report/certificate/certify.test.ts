import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { bundleFromJSON } from '@sigstore/bundle';
import { toSignedEntity, Verifier } from '@sigstore/verify';
import { schemaFaults } from '../../harness/message/schema.ts';
import { keys, type MadeUpRun, requirements, writeCertified } from '../../testing/certified-run.ts';
import { temporaryFolder } from '../../testing/command-line.ts';
import type { Report } from '../../verdict/report.ts';
import { NotCertifiable, type Statement } from './statement.ts';

const folder = temporaryFolder();
const ids = requirements.map(({ id }) => id);
const recommendation = requirements.find(({ level }) => level === 'should');
const should = recommendation?.id ?? '';
/** A MUST that fails without making the recommendation untested. */
const must = requirements.find(({ id, level }) => level === 'must' && recommendation?.dependsOn.includes(id) === false)?.id ?? '';

function certified(name: string, course?: MadeUpRun): { readonly statement: Statement; readonly text: string } {
  writeCertified(join(folder, name), course);
  const text = readFileSync(join(folder, name, 'certificate.json'), 'utf8');
  return { text, statement: JSON.parse(text) as Statement };
}

describe('a certificate', () => {
  test('is an in-toto statement about the image, with everything that decided', () => {
    const { text, statement } = certified('whole');
    assert.deepEqual(schemaFaults('certificate', text), []);
    assert.equal(statement._type, 'https://in-toto.io/Statement/v1');
    assert.equal(statement.predicateType, 'https://in-toto.io/attestation/test-result/v0.1');
    assert.deepEqual(statement.subject, [{ name: 'Acme IoT Hub 3.2.1', digest: { sha256: 'b'.repeat(64) } }]);
    const { result, configuration, passedTests, warnedTests, failedTests } = statement.predicate;
    assert.deepEqual([result, passedTests, warnedTests, failedTests], ['PASSED', ids, [], []]);
    assert.deepEqual(
      configuration.map(({ name, uri = '' }) => `${name} ${uri}`),
      ['iot-ntp-conformance pkg:npm/iot-ntp-conformance@0.1.0', 'requirement set 2026.1 ', 'features ', 'acme.yaml '],
    );
  });

  test('names every other file of the folder by its digest', () => {
    const { statement } = certified('evidence');
    const { evidence } = statement.predicate.iotNtpConformance;
    const others = readdirSync(join(folder, 'evidence')).filter((name) => name !== 'certificate.json');
    assert.deepEqual(
      evidence.map(({ name }) => name),
      others.sort(),
    );
    for (const { name, digest } of evidence) {
      const found = createHash('sha256')
        .update(readFileSync(join(folder, 'evidence', name)))
        .digest('hex');
      assert.equal(digest['sha256'], found, name);
    }
  });

  test('says what failed, and what is no more than a warning', () => {
    const { statement } = certified('failed', { failing: [must, should] });
    const { result, passedTests, warnedTests, failedTests } = statement.predicate;
    assert.deepEqual([result, warnedTests, failedTests], ['FAILED', [should], [must]]);
    assert.equal(passedTests.length, ids.length - 2);
    assert.equal(certified('warned', { failing: [should] }).statement.predicate.result, 'WARNED');
  });

  test('has the build of the target file for its subject where there is no image', () => {
    const change = (report: Report): Report => {
      const { imageDigest: _, ...target } = report.target;
      return { ...report, target: { ...target, build: { name: 'hub.jar', digest: `sha256:${'c'.repeat(64)}` } } };
    };
    const { statement } = certified('declared', { change });
    assert.deepEqual(statement.subject, [{ name: 'hub.jar', digest: { sha256: 'c'.repeat(64) } }]);
  });

  const withoutDigest = (kind: Report['target']['kind']): ((report: Report) => Report) => {
    return (report) => {
      const { imageDigest: _, ...target } = report.target;
      return { ...report, target: { ...target, kind } };
    };
  };
  const refused: readonly (readonly [string, MadeUpRun, RegExp])[] = [
    ['a run of a part', { partial: 'only a part was selected' }, /^only a part was selected$/],
    ['a run that broke', { courses: { [must]: { outcomes: ['FAILED'] } } }, /^the run is incomplete$/],
    [
      'a failure beside what broke',
      { failing: [must], courses: { [should]: { outcomes: ['FAILED'] } } },
      /^something .* inconclusive$/,
    ],
    [
      'an image that nothing names',
      { change: withoutDigest('container') },
      /^the digest of the tested image is unknown: .* container\.image \(…@sha256:…\)$/,
    ],
    [
      'a build that nothing names',
      { change: withoutDigest('process') },
      /^the suite cannot see which build was tested: a process .* build: \{ name, digest \} in the target file$/,
    ],
    [
      'failures that are expected',
      {
        failing: [must],
        change: (report) => ({ ...report, expectations: { file: 'expectations.yaml', allowed: true, entries: 1, mistakes: [] } }),
      },
      /^some of its failures are expected$/,
    ],
    [
      'other requirements than those of the set',
      { change: (report) => ({ ...report, requirementSet: { name: '2026.1', digest: 'e'.repeat(64), modified: [must] } }) },
      /^the requirements are not those of set 2026\.1: client-.* differ$/,
    ],
    [
      'a report that says otherwise than the messages',
      { failing: [should], change: (report) => ({ ...report, counts: { ...report.counts, warning: 0 } }) },
      /^the suite is at fault.*counts is \{/,
    ],
  ];
  for (const [name, course, why] of refused) {
    test(`is not made of ${name}`, () => {
      const own = join(folder, name.replaceAll(' ', '-'));
      assert.throws(
        () => writeCertified(own, course),
        (error) => error instanceof NotCertifiable && why.test(error.message),
      );
      for (const file of ['certificate.json', 'certificate.sigstore.json', 'badge.svg', 'badge.json'])
        assert.equal(existsSync(join(own, file)), false, file);
    });
  }
});

describe('a signed certificate', () => {
  for (const kind of ['ed25519', 'ec'] as const) {
    test(`is a Sigstore bundle that Sigstore's library verifies, and whose envelope node:crypto verifies by DSSE to the letter (${kind})`, () => {
      const { privateKey } = keys(kind);
      const { text } = certified(kind, { key: privateKey });
      interface Bundle {
        readonly mediaType: string;
        readonly dsseEnvelope: {
          readonly payload: string;
          readonly payloadType: string;
          readonly signatures: readonly { readonly sig: string; readonly keyid: string }[];
        };
        readonly verificationMaterial: { readonly publicKey: { readonly hint: string } };
      }
      const bundle = JSON.parse(readFileSync(join(folder, kind, 'certificate.sigstore.json'), 'utf8')) as Bundle;
      const { payload, payloadType, signatures } = bundle.dsseEnvelope;
      assert.equal(bundle.mediaType, 'application/vnd.dev.sigstore.bundle.v0.3+json');
      assert.equal(payloadType, 'application/vnd.in-toto+json');
      assert.equal(Buffer.from(payload, 'base64').toString('utf8'), text);
      // DSSE 1.0, protocol.md: PAE(type, body) = "DSSEv1" SP LEN(type) SP type SP LEN(body) SP body
      const encoded = Buffer.from(`DSSEv1 28 application/vnd.in-toto+json ${Buffer.byteLength(text)} ${text}`);
      assert.equal(signatures.length, 1);
      const { sig, keyid } = signatures[0] as (typeof signatures)[number];
      const publicKey = createPublicKey(privateKey);
      assert.equal(verify(kind === 'ec' ? 'sha256' : null, encoded, publicKey, Buffer.from(sig, 'base64')), true);
      const fingerprint = createHash('sha256')
        .update(publicKey.export({ type: 'spki', format: 'der' }))
        .digest('base64');
      assert.deepEqual([keyid, bundle.verificationMaterial.publicKey.hint], [fingerprint, fingerprint]);
      const nobody = { certificateAuthorities: [], timestampAuthorities: [], tlogs: [], ctlogs: [] };
      const trusted = { ...nobody, publicKey: () => ({ publicKey, validFor: () => true }) };
      const verifier = new Verifier(trusted, { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 });
      verifier.verify(toSignedEntity(bundleFromJSON(bundle)));
    });
  }
});
