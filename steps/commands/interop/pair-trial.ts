import { Pacing } from '../../harness/device/pacing.ts';
import { EnvironmentError } from '../../harness/implementation/errors.ts';
import { listenAddressOf } from '../../harness/implementation/listen-address.ts';
import { startTarget } from '../../harness/implementation/start-target.ts';
import type { StartedTarget, Target } from '../../harness/implementation/target.ts';
import { nowUs } from '../../harness/time/now.ts';
import { standstills } from '../../harness/time/standstill.ts';
import { describeTarget, type ObservedTarget } from '../../report/report-json.ts';
import type { Requirement } from '../../requirements/requirement.ts';
import type { Say } from '../../support/sentences.ts';
import type { Report } from '../../verdict/report.ts';
import type { PairResult } from './interop-report.ts';
import { concludePair, startResults, troublesOf } from './interop-verdict.ts';
import { judgePair } from './judge-pair.ts';
import { type PairRun, runPair } from './pair-run.ts';
import { matchOf, planOf } from './pairing.ts';
import { outcomeOf } from './start-outcome.ts';

/** A client and a server that are tried together. */
export interface Candidates {
  readonly server: Target;
  readonly client: Target;
}

/** How pairs are tried and judged. */
export interface TrialSettings {
  /** How often the client is started with each type. */
  readonly starts: number;
  readonly requirements: readonly Requirement[];
  readonly say: () => Promise<Say>;
  readonly giveUp: AbortSignal;
}

/** The result of a pair, without its place in the report, and both implementations as the suite observed them. */
export interface PairTrial {
  readonly pair: Omit<PairResult, 'server' | 'client' | 'durationMs'>;
  readonly server?: Report['target'];
  readonly client?: Report['target'];
  /** True if something could not be started. */
  readonly environment?: true;
}

/** How often a start is repeated if the suite stood still, or if the machine was too busy to know the client's time. */
const mostRepeats = 2;

const nothing = { reasons: [], starts: [], requirements: [] } as const;

/**
 * Starts the server, starts the client against it as often as planned, and judges the messages of both. A mistake of client or server
 * never throws.
 */
export async function tryPair({ server, client }: Candidates, setting: TrialSettings): Promise<PairTrial> {
  const { giveUp } = setting;
  const match = matchOf(server, client);
  if ('inapplicable' in match) return { pair: { verdict: 'inapplicable', because: match.inapplicable, ...nothing } };
  const interrupted: PairTrial = {
    pair: { verdict: 'incomplete', because: 'the run was interrupted before its end', ...nothing },
  };
  if (giveUp.aborted) return interrupted;
  let started: StartedTarget | undefined;
  try {
    started = await startTarget(server, { giveUp });
    const pairRuns = await runAll({ server: started, client, identity: match.identity }, setting);
    if (giveUp.aborted) return interrupted;
    const { requirements } = setting;
    const doubt = await started.doubt?.();
    if (doubt !== undefined) throw new EnvironmentError(doubt);
    const results = await judgePair({ server: started, client, pairRuns, requirements, say: await setting.say() });
    const starts = startResults(pairRuns, client, started);
    const troubles = troublesOf(pairRuns, client, started);
    return {
      pair: { ...concludePair(results, requirements, starts, troubles), starts, requirements: results },
      server: describeTarget(server, started),
      client: describeTarget(client, lastSeen(pairRuns)),
    };
  } catch (error) {
    // After an interruption, a start that is still in progress fails with the reason of the interruption.
    if (giveUp.aborted && (error === giveUp.reason || error instanceof EnvironmentError)) return interrupted;
    if (!(error instanceof EnvironmentError)) throw error;
    const because = error.message
      .split('\n')
      .map((line) => line.trim())
      .join('; ');
    return { pair: { verdict: 'incomplete', because, ...nothing }, environment: true };
  } finally {
    await started?.stop();
  }
}

async function runAll(
  {
    server,
    client,
    identity,
  }: { readonly server: StartedTarget; readonly client: Target; readonly identity: PairRun['clientRun']['identity'] },
  { starts, giveUp }: TrialSettings,
): Promise<PairRun[]> {
  const listenAddress = await listenAddressOf(client);
  const pacing = new Pacing(server.target.limits);
  try {
    const pairRuns: PairRun[] = [];
    for (const planned of planOf(client, starts)) {
      let pairRun: PairRun | undefined;
      let stood: string | undefined;
      for (let again = 0; again <= mostRepeats && !giveUp.aborted; again += 1) {
        // A correct client connects once in each start.
        await pacing.connect(identity);
        await standstills.settled();
        const begunUs = nowUs();
        pairRun = await runPair({ client, listenAddress, server, identity, giveUp, ...planned });
        stood = standstills.touched(begunUs);
        if (stood === undefined && outcomeOf(pairRun, client).uncertain === undefined) break;
      }
      if (stood !== undefined) throw new EnvironmentError(stood);
      if (pairRun !== undefined) pairRuns.push(pairRun);
    }
    const fault = listenAddress.fault();
    if (fault !== undefined) throw new EnvironmentError(fault);
    return pairRuns;
  } finally {
    await listenAddress.leave();
  }
}

function lastSeen(pairRuns: readonly PairRun[]): ObservedTarget | undefined {
  const last = pairRuns.at(-1);
  if (last === undefined) return undefined;
  const { clientRun, imageDigest } = last;
  return {
    output: () => clientRun.output,
    ended: () => clientRun.ended,
    ...(imageDigest === undefined ? {} : { imageDigest }),
  };
}
