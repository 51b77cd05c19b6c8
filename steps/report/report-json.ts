import { basename } from 'node:path';
import { loosened } from '../harness/implementation/confinement.ts';
import type { StartedTarget, Target } from '../harness/implementation/target.ts';
import { addressInWords } from '../harness/implementation/transport.ts';
import { printable } from '../harness/text/printable.ts';
import { conceal } from '../harness/text/secrets.ts';
import { specifiedBy } from '../requirements/page-statements.ts';
import type { Requirement } from '../requirements/requirement.ts';
import { type Judgement, judge, type RunCircumstances } from '../verdict/judge.ts';
import type { Report, RequirementResult, Shard } from '../verdict/report.ts';
import { Transcript } from '../verdict/transcript.ts';

/** What a report says besides the judgement. */
export interface RunFacts {
  readonly suite: Report['suite'];
  readonly requirementSet?: Report['requirementSet'];
  readonly target: Report['target'];
  readonly started: Date;
  readonly strict: boolean;
  readonly shard?: Shard;
  readonly order?: NonNullable<Report['order']>;
  readonly specification?: string;
  readonly pace?: NonNullable<Report['pace']>;
}

/**
 * The report of a run.
 *
 * @param finished when the run ended; absent while it lasts, and then the report must say incomplete
 */
export function buildReport(
  { suite, requirementSet, target, started, strict, shard, order, specification, pace }: RunFacts,
  judgement: Judgement,
  finished?: Date,
): Report {
  return {
    $schema: 'https://iot-ntp-conformance.invalid/schemas/report.schema.json',
    verdict: judgement.verdict,
    because: judgement.because,
    exitCode: judgement.exitCode,
    faults: judgement.faults,
    strict,
    ...(judgement.expectations === undefined ? {} : { expectations: judgement.expectations }),
    ...(shard === undefined ? {} : { shard }),
    ...(order === undefined ? {} : { order }),
    ...(pace === undefined ? {} : { pace }),
    ...(specification === undefined ? {} : { specification }),
    specifiedBy: specifiedBy(),
    suite,
    ...(requirementSet === undefined ? {} : { requirementSet }),
    target,
    started: started.toISOString(),
    ...(finished === undefined ? {} : { finished: finished.toISOString() }),
    durationMs: finished === undefined ? 0 : Math.max(0, finished.getTime() - started.getTime()),
    environment: { node: process.version, platform: process.platform, arch: process.arch },
    counts: judgement.counts,
    requirements: withLinks(judgement.requirements, specification),
  };
}

/** The same results, each with the address of its explanation. @param page as in {@link Report} */
export function withLinks(requirements: readonly RequirementResult[], page: string | undefined): readonly RequirementResult[] {
  if (page === undefined) return requirements;
  return requirements.map((requirement) => ({ ...requirement, specification: `${page}#${requirement.id}` }));
}

/** The report of a run that has only begun. It stays if the run is killed. */
export function incompleteReport(
  run: RunFacts,
  requirements: readonly Requirement[],
  selected?: RunCircumstances['selected'],
): Report {
  const circumstances: RunCircumstances = { strict: run.strict, fault: 'the run did not finish' };
  return buildReport(
    run,
    judge(requirements, new Transcript(), selected === undefined ? circumstances : { ...circumstances, selected }),
  );
}

/** What a report says about an implementation that was started. */
export type ObservedTarget = Pick<StartedTarget, 'imageDigest' | 'looseness' | 'output' | 'ended'> &
  Partial<Pick<StartedTarget, 'target'>>;

/**
 * The target in a report: printable, and without its secrets.
 *
 * @param started absent if it was not started
 * @param file a name instead of that of the target file
 */
export function describeTarget(target: Target, started?: ObservedTarget, file = basename(target.file)): Report['target'] {
  const clean = (text: string): string => printable(conceal(text, target.secrets));
  const ended = started?.ended();
  const loose = started?.looseness ?? (target.start.kind === 'container' ? loosened(target.start.confinement) : []);
  return {
    name: clean(target.name),
    ...(target.version === undefined ? {} : { version: clean(target.version) }),
    role: target.role,
    file: clean(file),
    ...(target.digest === undefined ? {} : { fileDigest: target.digest }),
    start: clean(startInWords(target)),
    kind: target.start.kind,
    ...(started?.imageDigest === undefined ? {} : { imageDigest: started.imageDigest }),
    // Its digest is public, also if the environment gave it.
    ...(target.build === undefined ? {} : { build: { name: clean(target.build.name), digest: target.build.digest } }),
    ...(loose.length === 0 ? {} : { loosened: loose }),
    ...(target.role === 'server' ? { sharedClock: (started?.target ?? target).sharedClock } : {}),
    ...(target.limits === undefined ? {} : { limits: target.limits }),
    capabilities: [...target.capabilities],
    output: started?.output().map(clean) ?? [],
    ...(ended?.by === 'itself' ? { ended: clean(ended.words) } : {}),
  };
}

function startInWords({ start, webSocketPath }: Target): string {
  switch (start.kind) {
    case 'container':
      return start.image === undefined
        ? `container built from ${basename(start.build?.dockerfile ?? 'Dockerfile')}`
        : `container ${start.image}`;
    case 'process':
      return `process ${start.command.join(' ')}`;
    case 'address':
      return `address ${addressInWords(start, webSocketPath)}`;
  }
}

/** The text of `report.json`. */
export function reportJson(report: Report): string {
  return `${JSON.stringify(report, undefined, 2)}\n`;
}
