import type { ClientRun } from './client-run.ts';
import type { Rounds } from './client-setup.ts';

/** What lets a client ask several times. */
export interface RoundsParts {
  readonly clientRun: ClientRun;
  readonly rounds: Rounds;
  /** How long one round may take, in ms: the client's own interval included. */
  readonly roundMs: number;
  /** Has the client ask once; undefined where it asks by itself. */
  readonly ask: (() => Promise<void>) | undefined;
}

/**
 * Lets a client ask several times, and waits for a report after each. A request that the platform cannot answer ends the rounds, since
 * the client would only wait for its own timeout.
 */
export async function askInRounds({ clientRun, rounds, roundMs, ask }: RoundsParts): Promise<void> {
  const { requests, reports } = clientRun;
  const over = (): boolean => clientRun.ended !== undefined || clientRun.askedTooOften || requests.some(cannotBeAnswered);
  const cannotBeAnswered = ({ message, deviceSendTime }: (typeof requests)[number]): boolean =>
    message.topic !== clientRun.requestTopic || deviceSendTime?.number === undefined;
  if (ask === undefined) {
    const spanMs = (): number => ((requests.at(-1)?.message.atUs ?? 0) - (requests[0]?.message.atUs ?? 0)) / 1000;
    // A request that was lost on the way brings no report, and needs none here.
    const enough = (): boolean => requests.length >= rounds.times && spanMs() >= rounds.overMs;
    const asked = await clientRun.until(() => over() || enough(), roundMs * rounds.times + rounds.overMs);
    const count = requests.length;
    const reported = asked && (await clientRun.until(() => over() || reports.length >= count, roundMs));
    clientRun.overdue = !reported;
    return;
  }
  for (let round = 1; round <= rounds.times && !over(); round += 1) {
    await ask();
    const reported = await clientRun.until(() => over() || reports.length >= round, roundMs);
    clientRun.overdue = !reported;
    if (!reported) return;
    if (round < rounds.times) await clientRun.until(over, rounds.overMs / (rounds.times - 1));
  }
}
