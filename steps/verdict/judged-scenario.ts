import type { Level, Requirement, Scenario } from '../requirements/requirement.ts';
import type { Finding, LateFinding } from './evidence.ts';
import type { Failure, ScenarioResult, Status } from './report.ts';
import type { Execution } from './transcript.ts';

/** The result of a scenario, and what decides whether another failure explains it. */
export interface JudgedScenario {
  readonly result: ScenarioResult;
  /** Cause and mistake of its failure; absent if it has none, or if no other failure may explain it. */
  readonly finding?: Pick<Finding, 'cause' | 'mistake'>;
  /** True if the observations are too uncertain to judge it: another failure may be the reason. */
  readonly undecided?: true;
}

/** The result of a scenario that has not run. */
export type UnrunResult = Pick<ScenarioResult, 'status' | 'untested'> & { readonly reason: string };

/** A scenario that was not selected. */
export const notSelected: UnrunResult = { status: 'untested', reason: 'not selected', untested: 'not selected' };

/** A scenario that was left out because another one failed. */
export const notRun: UnrunResult = { status: 'untested', reason: 'not run: --fail-fast', untested: 'fail-fast' };

/**
 * The result of one scenario by itself, before late findings and consequences: also for the console while the run lasts.
 *
 * @param absent gives its result if it never started
 */
export function judgeScenario(
  { id, level }: Pick<Requirement, 'id' | 'level'>,
  { title, place }: Pick<Scenario, 'title' | 'place'>,
  executions: readonly Execution[],
  absent: () => UnrunResult = () => ({ status: 'inconclusive', reason: 'it never started' }),
  failFast = false,
): JudgedScenario {
  const touched = executions.flatMap(({ evidence: pieces }) => pieces.filter((piece) => piece.kind === 'standstill'));
  const alone = executions.filter((execution) => !failedBesideOthers(execution));
  const tried = alone.length > 0 ? alone : executions;
  const found = tried.some(({ evidence: pieces }) => pieces.some(({ kind }) => kind === 'finding'));
  const sound = tried.filter(({ evidence: pieces }) => pieces.every(({ kind }) => kind !== 'standstill'));
  // A finding was made before the suite stood still, so it is valid.
  const counting = found || sound.length === 0 ? tried : sound;
  const evidence = counting.flatMap((execution) => execution.evidence);
  const common = {
    title,
    place,
    information: [
      ...touched.map(({ text }) => `${text}: the scenario was run again`),
      ...evidence.flatMap((piece) => (piece.kind === 'information' ? [piece.text] : [])),
    ],
    trace: evidence.flatMap((piece) => (piece.kind === 'trace' ? piece.lines : [])),
    ...exchangesOf(evidence),
    durationMs: executions.reduce((sum, execution) => sum + execution.durationMs, 0),
  };
  const [execution, ...more] = counting;
  const judged = (outcome: Pick<ScenarioResult, 'status' | 'reason' | 'untested'>): JudgedScenario => ({
    result: { ...common, ...outcome },
  });
  if (execution === undefined) return judged(absent());

  // A finding counts regardless of other faults: not even a second attempt or a step that caught the exception removes it.
  const findings = evidence.filter((piece) => piece.kind === 'finding');
  const finding = findings.find(({ requirement }) => requirement === id);
  if (finding !== undefined) {
    const outcome = outcomeOf(level, finding);
    return { result: { ...common, ...outcome }, ...(outcome.failure === undefined ? {} : { finding }) };
  }

  const broke = (reason: string): JudgedScenario => judged({ status: 'inconclusive', reason });
  const [standstill] = touched;
  if (standstill !== undefined && sound.length === 0) return broke(`${standstill.text} while it ran: run it again`);
  const [stray] = findings;
  const [unreadable] = counting.flatMap((attempt) => attempt.unreadable);
  const inapplicable = evidence.find((piece) => piece.kind === 'inapplicable');
  if (stray !== undefined) return broke(`the suite broke: the scenario belongs to ${id}, its finding to ${stray.requirement}`);
  if (unreadable !== undefined) return broke(`the suite broke: ${unreadable}`);
  if (more.length > 0 || execution.retried)
    return broke('it ran more than once, and only a scenario that passes the first time counts as passed');
  if (!execution.finished) return broke('it did not finish');
  if (execution.outcome === 'SKIPPED' && inapplicable !== undefined)
    return judged({ status: 'inapplicable', reason: inapplicable.reason });
  if (execution.outcome === 'SKIPPED' && failFast) return judged(notRun);
  if (execution.trouble?.undecided === true) return { ...broke(execution.trouble.message), undecided: true };
  if (execution.outcome !== 'PASSED') return broke(inWords(execution));
  if (inapplicable !== undefined) return broke(`the suite broke: it ran although it is inapplicable (${inapplicable.reason})`);
  return judged({ status: 'passed' });
}

/** Whether a scenario failed while others ran at the same time: it is run again alone, and only that result counts. */
export function failedBesideOthers({ evidence, outcome }: Pick<Execution, 'evidence' | 'outcome'>): boolean {
  return outcome === 'FAILED' && evidence.some(({ kind }) => kind === 'beside');
}

function exchangesOf(evidence: Execution['evidence']): Pick<ScenarioResult, 'exchanges' | 'exchangesMade'> {
  const pieces = evidence.filter((piece) => piece.kind === 'exchanges');
  const exchanges = pieces.flatMap((piece) => piece.exchanges);
  const made = pieces.reduce((sum, piece) => sum + piece.made, 0);
  if (exchanges.length === 0) return {};
  return { exchanges, ...(made > exchanges.length ? { exchangesMade: made } : {}) };
}

function inWords({ outcome, trouble }: Execution): string {
  const step = trouble?.step === undefined ? '' : ` (in "${trouble.step}")`;
  switch (outcome) {
    case 'FAILED':
      return `the suite or the set-up broke: ${trouble?.message || 'an exception without a message'}${step}`;
    case 'SKIPPED':
      return `it was skipped without a reason${step}`;
    case 'PENDING':
      return `the suite broke: a step is not written yet${step}`;
    case 'UNDEFINED':
      return `the suite broke: a step has no definition${step}`;
    case 'AMBIGUOUS':
      return `the suite broke: a step has several definitions${step}`;
    default:
      return trouble === undefined ? 'the suite broke: it has no step' : `the suite broke: a step has no result${step}`;
  }
}

/** Whether it failed, as a MUST or as a SHOULD. */
export function isFailure({ status }: { readonly status: Status }): boolean {
  return status === 'failed' || status === 'warning';
}

/** The status of a scenario with a failure, by the level of its requirement. */
function statusOfFailure(level: Level): Status {
  return level === 'must' ? 'failed' : 'warning';
}

/**
 * The result of a scenario with a finding. A finding without packets is a fault of the suite, and does not fail the implementation, unless
 * it is about silence.
 */
export function outcomeOf(level: Level, finding: Finding | LateFinding): Pick<ScenarioResult, 'status' | 'reason' | 'failure'> {
  if (finding.trace.length > 0 || (finding.kind === 'finding' && finding.cause === 'silence'))
    return { status: statusOfFailure(level), failure: toFailure(finding) };
  const { expected, received } = finding;
  return {
    status: 'inconclusive',
    reason: `the suite broke: no packet shows its finding: expected ${expected}, received ${received}`,
  };
}

/** The part of a finding that a report shows. */
function toFailure(evidence: Finding | LateFinding): Failure {
  const { expected, received, likely, trace } = evidence;
  const { message, capture }: Pick<Finding, 'message' | 'capture'> = evidence.kind === 'finding' ? evidence : {};
  return {
    expected,
    received,
    ...(likely === undefined ? {} : { likely }),
    trace,
    ...(message === undefined ? {} : { message }),
    ...(capture === undefined ? {} : { capture }),
  };
}
