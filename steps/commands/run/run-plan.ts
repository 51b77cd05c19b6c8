import type { Target } from '../../harness/implementation/target.ts';
import { earlierReport } from '../../report/report-folder.ts';
import { describeTarget, type ObservedTarget, type RunFacts } from '../../report/report-json.ts';
import { specificationFile } from '../../report/specification/beside-report.ts';
import { featuresDigest, type Requirement, readRequirements, suite } from '../../requirements/requirement.ts';
import { type JudgedSet, judgedSet } from '../../requirements/requirement-set.ts';
import { type Owned, scenariosOf } from '../../requirements/scenario-turn.ts';
import type { Expectations } from '../../verdict/expectations.ts';
import type { RunCircumstances } from '../../verdict/judge.ts';
import type { Report, Shard } from '../../verdict/report.ts';
import { readDuration } from '../terminal/duration-flag.ts';
import { suiteCommand } from '../terminal/suite-command.ts';
import { joinWords } from '../terminal/word-list.ts';
import { type RandomOrder, readOrder } from './order.ts';
import { embeddedName } from './reference-target.ts';
import { type RunOptions, readDocs, readKey, wholeOf } from './run-options.ts';
import { select } from './selection.ts';
import { placesOf, readShard } from './shard.ts';
import type { ReportOutput } from './write-reports.ts';

/** The default deadline of a run, in ms: many times as long as a slow implementation needs. */
const usualDeadlineMs = 1_800_000;

/** The same if the target file limits connects per minute, in ms: a run connects about 200 times. */
const pacedDeadlineMs = 7_200_000;

/** Two shards would receive each other's answers, and a broker disconnects a device that connects a second time. */
const oneAtATime = 'all shards play the same devices: no other shard may use this server now, unless each has its own server';

/** Everything that is decided before a run starts. */
export class RunPlan {
  readonly target: Target;
  readonly options: RunOptions;
  readonly expectations: Expectations | undefined;
  readonly requirements: readonly Requirement[];
  /** The places of the scenarios that run; undefined for all. */
  readonly selected: ReadonlySet<string> | undefined;
  readonly shard: Shard | undefined;
  readonly order: RandomOrder | undefined;
  /** The page that explains the requirements: an address relative to the report, or a URL. */
  readonly specification: string;
  readonly deadlineMs: number;
  /** The command that runs the suite on this target again. */
  readonly command: string;
  /** The members that the reports need. */
  readonly forReports: Pick<ReportOutput, 'command' | 'key' | 'earlier'>;
  readonly #file: string | undefined;
  readonly #set: JudgedSet | undefined;

  /** @param path the target file; undefined for an embedded reference @throws WrongUse */
  constructor(target: Target, path: string | undefined, options: RunOptions, expectations?: Expectations) {
    this.target = target;
    this.options = options;
    this.expectations = expectations;
    this.requirements = readRequirements(target.role);
    this.#set = judgedSet(this.requirements, target.role);
    this.shard = readShard(options.shard);
    this.selected =
      this.shard === undefined ? select(this.requirements, options) : placesOf(this.requirements, wholeOf(this.shard, options));
    this.order = readOrder(options.order);
    this.specification = options.docs === undefined ? specificationFile : readDocs(options.docs, target.role);
    const usual = target.limits?.connectsPerMinute === undefined ? usualDeadlineMs : pacedDeadlineMs;
    this.deadlineMs = readDuration('--deadline', options.deadline) ?? target.deadlineMs ?? usual;
    this.#file = path === undefined ? embeddedName : undefined;
    const bounds = options.root === undefined ? [] : ['--root', options.root];
    const many = options.devices === undefined ? [] : ['--devices', String(options.devices)];
    const what = path === undefined ? ['--role', target.role] : [path, ...bounds];
    const strict = options.strict === true ? ['--strict'] : [];
    this.command = `${suiteCommand} run ${joinWords([...what, ...many, ...strict])}`;
    this.forReports = { command: this.command, key: readKey(options, target), earlier: earlierReport(options.report) };
  }

  /** Whether the run includes a scenario of this requirement. */
  includes({ scenarios }: Requirement): boolean {
    return scenarios.some(({ place }) => this.selected?.has(place) ?? true);
  }

  /** The scenarios of the run, each with its requirement. */
  get scenarios(): readonly Owned[] {
    return scenariosOf(this.requirements).filter(([, { place }]) => this.selected?.has(place) ?? true);
  }

  get scenarioCount(): number {
    return this.selected?.size ?? this.scenarios.length;
  }

  /** What the user should know when the run starts, one line each. */
  get remarks(): readonly string[] {
    const { file, entries, allowed } = this.expectations ?? {};
    const known = `${entries?.length} expected to fail${allowed === true ? ' and allowed to' : ''}`;
    const shared = this.shard !== undefined && this.target.start.kind === 'address';
    const limits = Object.entries(this.target.limits ?? {}).map(([name, most]) => `${name} ${most}`);
    return [
      ...(file === undefined ? [] : [`${file}: ${known}`]),
      ...(limits.length === 0 ? [] : [`the run stays below the limits of the target file: ${limits.join(', ')}`]),
      ...(shared ? [oneAtATime] : []),
    ];
  }

  /** What the verdict depends on besides the results. */
  get circumstances(): RunCircumstances {
    return {
      strict: this.options.strict === true,
      ...(this.selected === undefined ? {} : { selected: this.selected }),
      ...(this.shard === undefined ? {} : { shard: this.shard }),
      ...(this.expectations === undefined ? {} : { expectations: this.expectations }),
    };
  }

  /** What reports say about the run. @param seen what the suite learnt about the implementation so far */
  describe(started: Date, seen: ObservedTarget | undefined): RunFacts {
    const { name, version } = suite();
    return {
      suite: { name, version, featuresDigest: featuresDigest(this.target.role) },
      ...(this.#set === undefined ? {} : { requirementSet: this.#set }),
      target: describeTarget(this.target, seen, this.#file),
      started,
      strict: this.options.strict === true,
      ...(this.shard === undefined ? {} : { shard: this.shard }),
      ...(this.order === undefined ? {} : { order: this.order }),
      specification: this.specification,
    };
  }

  /** Why the run is only a part and gets no certificate: the words after "because"; undefined for a whole run. */
  whyPartial({ counts }: Report): string | undefined {
    if (this.shard !== undefined) return 'it is one shard of several';
    if (this.selected !== undefined) return 'only a part of the requirements was selected';
    return this.options.failFast === true && counts.untested > 0 ? '--fail-fast left out what comes after a failure' : undefined;
  }
}
