import type { StartedTarget, Target } from '../../harness/implementation/target.ts';
import { serverTimesOf } from '../../harness/message/exchange.ts';
import { counted } from '../../harness/text/counted.ts';
import { printable } from '../../harness/text/printable.ts';
import { conceal } from '../../harness/text/secrets.ts';
import type { Requirement } from '../../requirements/requirement.ts';
import { idsInWords } from '../../verdict/because.ts';
import type { RequirementResult } from '../../verdict/report.ts';
import type { InteropReport, PairResult, Reason, StartResult } from './interop-report.ts';
import type { PairRun } from './pair-run.ts';
import { outcomeOf, titleOf, troubleOf } from './start-outcome.ts';

/** The starts of a pair as a report shows them, without secrets. */
export function startResults(pairRuns: readonly PairRun[], client: Target, server: StartedTarget): StartResult[] {
  const secrets = [...client.secrets, ...server.target.secrets];
  const clean = (text: string): string => printable(conceal(text, secrets));
  return pairRuns.map((pairRun, index) => {
    const { clientRun, type, latency } = pairRun;
    const { request, reports } = clientRun;
    const [response] = request?.responses ?? [];
    const times = response === undefined ? undefined : serverTimesOf(response);
    const { right, expected, uncertain } = outcomeOf(pairRun, client);
    const trouble = uncertain ?? troubleOf(pairRun, client, server)?.text;
    const sent = request?.deviceSendTime?.number;
    return {
      title: titleOf(pairRun, index + 1),
      type,
      forthMs: latency.forth,
      backMs: latency.back,
      ...(sent === undefined ? {} : { deviceSendTime: String(sent) }),
      ...(times === undefined ? {} : { serverRecvTime: String(times[0]), serverSendTime: String(times[1]) }),
      ...(reports[0] === undefined ? {} : { reported: clean(reports[0].literal) }),
      ...(expected === undefined ? {} : { expected }),
      ...(right === undefined ? {} : { right }),
      ...(trouble === undefined ? {} : { trouble: clean(trouble) }),
      trace: clientRun.lines().map(clean),
    };
  });
}

/**
 * The verdict on a pair: client and server work together if neither breaks a MUST in the recorded messages, and every start gave the
 * time of the formula.
 *
 * @param results the judged requirements of both roles
 */
export function concludePair(
  results: readonly RequirementResult[],
  roles: readonly Pick<Requirement, 'id' | 'role'>[],
  starts: readonly StartResult[],
  troubles: readonly Reason[],
): Pick<PairResult, 'verdict' | 'because' | 'reasons'> {
  const broken = results.filter(({ status }) => status === 'failed');
  const open = results.filter(({ status }) => status === 'inconclusive');
  const right = starts.filter(({ right: so }) => so === true).length;
  if (broken.length > 0) {
    const reasons = broken.map(({ id, sentence }): Reason => {
      const side = roles.find((one) => one.id === id)?.role ?? 'both';
      return { side, requirement: id, text: sentence };
    });
    const sides = [...new Set(reasons.map(({ side }) => `the ${side}`))];
    const fail = `${sides.join(' and ')} ${sides.length === 1 ? 'does' : 'do'} not meet`;
    return { verdict: 'do not work together', because: `${fail} ${idsInWords(broken)}`, reasons };
  }
  if (open.length > 0)
    return { verdict: 'incomplete', because: `${idsInWords(open)}: ${open[0]?.reason ?? 'inconclusive'}`, reasons: [] };
  if (starts.length === 0) return { verdict: 'incomplete', because: 'nothing was started', reasons: [] };
  if (troubles.length > 0) {
    const [first] = troubles;
    return {
      verdict: 'do not work together',
      because: `${starts.length - right} of ${counted(starts.length, 'start')} did not give the right time: ${first?.text ?? ''}`,
      reasons: troubles,
    };
  }
  if (right < starts.length)
    return {
      verdict: 'incomplete',
      because: starts.find(({ trouble }) => trouble !== undefined)?.trouble ?? 'a time could not be judged',
      reasons: [],
    };
  return {
    verdict: 'work together',
    because: `${right === 1 ? 'the start' : `each of ${right} starts`} gave the time that the formula gives`,
    reasons: [],
  };
}

/** Why starts did not give the right time, each reason once. */
export function troublesOf(pairRuns: readonly PairRun[], client: Target, server: StartedTarget): Reason[] {
  const secrets = [...client.secrets, ...server.target.secrets];
  const reasons = new Map<string, Reason>();
  for (const pairRun of pairRuns) {
    const trouble = troubleOf(pairRun, client, server);
    if (trouble === undefined) continue;
    const text = printable(conceal(trouble.text, secrets));
    if (!reasons.has(text)) reasons.set(text, { side: trouble.side, text });
  }
  return [...reasons.values()];
}

/**
 * The verdict on all pairs. The exit code is the highest one of the pairs, as with `run` of several targets.
 *
 * @param notStarted how many pairs could not be started, and whether the run was interrupted
 */
export function conclude(
  pairs: readonly PairResult[],
  { notStarted, interrupted }: { readonly notStarted: number; readonly interrupted: boolean },
): Pick<InteropReport, 'verdict' | 'because' | 'exitCode'> {
  const count = (verdict: PairResult['verdict']): number => pairs.filter((pair) => pair.verdict === verdict).length;
  const apply = pairs.length - count('inapplicable');
  const pairsIn = (number: number): string => `${number} of ${counted(apply, 'pair')}`;
  const broken = count('do not work together');
  const open = count('incomplete');
  const incomplete = interrupted || open > notStarted || apply === 0;
  const exitCode = incomplete ? 4 : notStarted > 0 ? 3 : broken > 0 ? 1 : 0;
  if (broken > 0) {
    const because = `${pairsIn(broken)} ${broken === 1 ? 'does' : 'do'} not work together`;
    return { verdict: 'do not work together', exitCode, because };
  }
  if (open > 0 || incomplete) return { verdict: 'incomplete', exitCode, because: `${pairsIn(open)} could not be judged` };
  return {
    verdict: 'work together',
    exitCode,
    because: apply === 1 ? 'the pair works together' : `all ${apply} pairs work together`,
  };
}
