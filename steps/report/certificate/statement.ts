import { named } from '../../harness/text/named.ts';
import type { Report, Status } from '../../verdict/report.ts';
import type { Descriptor, DigestSet, EvidenceFile, Statement, Subject } from './certificate-document.ts';

export type { Statement } from './certificate-document.ts';

/** A report for which there can be no certificate; the message is the reason, after the words "no certificate, because". */
export class NotCertifiable extends Error {
  override readonly name = 'NotCertifiable';
}

/**
 * The certificate of a report: it contains only what the report and the evidence say, so that anyone with both can make it
 * again and compare.
 *
 * @throws NotCertifiable
 */
export function statementOf(report: Report, evidence: readonly EvidenceFile[]): Statement {
  const { verdict, strict, target, started, finished, counts, faults, expectations } = report;
  if (verdict === 'incomplete' || finished === undefined) throw new NotCertifiable('the run is incomplete');
  if (faults.length > 0 || counts.inconclusive > 0) throw new NotCertifiable('something in the run was inconclusive');
  if (expectations !== undefined && expectations.entries > 0) throw new NotCertifiable('some of its failures are expected');
  const withStatus = (...statuses: readonly Status[]): string[] =>
    report.requirements.filter(({ status }) => statuses.includes(status)).map(({ id }) => id);
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [subjectOf(target)],
    predicateType: 'https://in-toto.io/attestation/test-result/v0.1',
    predicate: {
      result: verdict === 'does not conform' ? 'FAILED' : counts.warning > 0 ? 'WARNED' : 'PASSED',
      configuration: configurationOf(report),
      passedTests: withStatus('passed'),
      // With --strict, a recommendation affects the verdict as a MUST does.
      warnedTests: strict ? [] : withStatus('warning'),
      failedTests: strict ? withStatus('failed', 'warning') : withStatus('failed'),
      iotNtpConformance: {
        verdict,
        role: target.role,
        specifiedBy: report.specifiedBy,
        strict,
        capabilities: target.capabilities,
        ...(target.limits === undefined ? {} : { limits: target.limits }),
        ...(report.pace === undefined ? {} : { pace: report.pace }),
        started,
        finished,
        inapplicableTests: withStatus('inapplicable'),
        untestedTests: withStatus('untested'),
        evidence,
      },
    },
  };
}

/** The text of `certificate.json`. */
export function statementJson(statement: Statement): string {
  return `${JSON.stringify(statement, undefined, 2)}\n`;
}

/** Without a digest, a later reader could not tell whether it is the same implementation. */
function subjectOf({ name, version, imageDigest, build, kind }: Report['target']): Subject {
  if (build !== undefined) return { name: build.name, digest: digestSet(build.digest) };
  if (imageDigest !== undefined) return { name: named({ name, version }), digest: digestSet(imageDigest) };
  if (kind === 'container')
    throw new NotCertifiable(
      'the digest of the tested image is unknown: a Kubernetes cluster does not report it; add it to container.image (…@sha256:…)',
    );
  const what = kind === 'address' ? 'a server at an address' : 'a process';
  throw new NotCertifiable(
    `the suite cannot see which build was tested: ${what} has no digest; declare build: { name, digest } in the target file`,
  );
}

/** @param digest `sha256:…` */
function digestSet(digest: string): DigestSet {
  const [, sha256] = /^sha256:([0-9a-f]+)$/.exec(digest) ?? [];
  if (sha256 === undefined) throw new NotCertifiable(`"${digest}" is not a digest such as sha256:…`);
  return { sha256 };
}

function configurationOf({ suite, requirementSet, target }: Report): readonly Descriptor[] {
  if (requirementSet === undefined) throw new NotCertifiable('the package contains no requirement set');
  if (requirementSet.modified.length > 0)
    throw new NotCertifiable(
      `the requirements are not those of set ${requirementSet.name}: ${requirementSet.modified.join(', ')} differ`,
    );
  if (suite.digest === undefined || target.fileDigest === undefined)
    throw new NotCertifiable('the report lacks the digest of the suite or of the target file');
  return [
    { name: suite.name, uri: `pkg:npm/${suite.name}@${suite.version}`, digest: { dirHash: suite.digest } },
    { name: `requirement set ${requirementSet.name}`, digest: { sha256: requirementSet.digest } },
    { name: 'features', digest: { sha256: suite.featuresDigest } },
    { name: target.file, digest: { sha256: target.fileDigest } },
  ];
}
