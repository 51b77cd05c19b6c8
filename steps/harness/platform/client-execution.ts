import type { ClockSettings, ContainerClockSettings } from '../implementation/controlled-clock.ts';
import { EnvironmentError } from '../implementation/errors.ts';
import { fillPlaceholders } from '../implementation/fill-placeholders.ts';
import type { StartedTarget } from '../implementation/target.ts';
import { nowUs } from '../time/now.ts';
import type { StartParts } from './client-answers.ts';
import type { ClientConnection } from './client-connection.ts';
import { askInRounds } from './client-rounds.ts';
import { refusedUnnamed } from './client-setup.ts';
import { awaitEndAfterReport, startClient, tellToAsk } from './client-start.ts';
import { malformedRequest, untilItRecovers } from './recovery.ts';

/** Where and how a start takes place. */
export interface StartSurroundings {
  readonly host: string;
  readonly port: number;
  /** When it aborts, the client is not started any more. */
  readonly giveUp: AbortSignal;
  /** The client runs, or has ended. */
  readonly onStart: (client: StartedTarget) => void;
  readonly onStop: (client: StartedTarget) => void;
  /** The environment, and not the client, was at fault. */
  readonly onFault: (fault: EnvironmentError) => void;
}

/**
 * Starts the client once, lets it ask, waits for what the setup is about, and ends it.
 *
 * @throws EnvironmentError when it does not start
 */
export async function runClient(parts: StartParts, surroundings: StartSurroundings): Promise<void> {
  const { target, clientRun, clock, reports } = parts;
  const { host, port, giveUp, onStart, onStop, onFault } = surroundings;
  const { setup } = clientRun;
  const controlled: (ClockSettings & Partial<ContainerClockSettings>) | undefined =
    target.start.kind === 'container' ? clock?.forContainer() : clock?.forProcess();
  const client = await startClient(target, clientRun, {
    giveUp,
    env: { ...(setup.timeZone === undefined ? {} : { TZ: setup.timeZone }), ...controlled?.env },
    mounts: controlled === undefined || controlled.mount === undefined ? [] : [controlled.mount],
    host,
    port,
    reports,
  });
  onStart(client);
  void client.lost?.then((why) => {
    onFault(new EnvironmentError(why));
    clientRun.over = true;
    clientRun.changed();
  });
  try {
    if (!giveUp.aborted) await letAsk(parts, client);
  } finally {
    clientRun.over = true;
    clientRun.changed();
    if (clientRun.ended === undefined) clientRun.stoppedUs = nowUs();
    clientRun.doubt = await client.doubt?.();
    await client.stop();
    // After the stop, so that its last lines are included.
    clientRun.output = client.output();
    onStop(client);
  }
}

/** Lets the client ask, and waits for what the setup is about. */
async function letAsk(parts: StartParts, client: StartedTarget): Promise<void> {
  const { target, clientRun } = parts;
  const { setup } = clientRun;
  const { withinMs, sync } = target;
  const over = (): boolean => clientRun.ended !== undefined;
  const interval = sync.kind === 'every' ? sync.intervalMs : 0;
  const ask = sync.kind === 'start' || sync.kind === 'every' ? undefined : () => trigger(parts, client);
  if (malformedRequest(setup) !== undefined) {
    await untilItRecovers({ clientRun, withinMs, intervalMs: interval, ask });
    return awaitEndAfterReport(clientRun);
  }
  if (setup.rounds !== undefined) {
    return askInRounds({ clientRun, rounds: setup.rounds, roundMs: withinMs + interval, ask });
  }
  await trigger(parts, client);
  if (setup.sequel !== undefined) {
    await clientRun.until(() => over() || clientRun.requests.length > 0, withinMs + interval);
    await trigger(parts, client);
  }
  const enough =
    setup.refusal === undefined
      ? () => clientRun.reports.length > 0
      : () => clientRun.reports.length > 0 || clientRun.requests.length > 1;
  const deadline = withinMs + interval * (setup.sequel === undefined ? 1 : 2);
  await clientRun.until(() => over() || enough() || clientRun.askedTooOften, deadline);
  clientRun.overdue = !(over() || enough());
  // One that has reported may end, or report again.
  await awaitEndAfterReport(clientRun, setup.untilItEnds === true ? withinMs : setup.listensMs);
}

/** Has the client ask, where it does not by itself. */
async function trigger({ target, clientRun, platform }: StartParts, client: StartedTarget): Promise<void> {
  const { sync, withinMs } = target;
  if (sync.kind === 'start' || sync.kind === 'every') return;
  const open = (): ClientConnection[] => platform.connections(clientRun.identity).filter(({ ending }) => ending === undefined);
  // A message that makes it ask reaches it only once it has subscribed.
  const topic = sync.kind === 'publish' ? fillPlaceholders(sync.topic, clientRun.identity) : undefined;
  const listens = target.capabilities.has('auto-subscription')
    ? () => clientRun.accepted && open().length > 0
    : () => open().some((connection) => (topic === undefined ? connection.subscriptions.size > 0 : connection.receives(topic)));
  const { refusal } = clientRun.setup;
  // The attempt of a client that is refused shows that it runs, and that it is ready for a signal. Where nothing listens, no attempt is
  // seen: half of what the target file allows is then its time to start.
  const ready = refusedUnnamed.has(refusal) ? () => platform.accepted > 0 : listens;
  if (!clientRun.toldAtOnce) {
    const soon = await clientRun.until(
      () => ready() || clientRun.ended !== undefined,
      refusal === 'does not listen' ? withinMs / 2 : withinMs,
    );
    clientRun.toldUnconnected ||= !soon && refusal === undefined && platform.connections(clientRun.identity).length === 0;
  }
  if (clientRun.ended !== undefined) return;
  if (sync.kind !== 'publish') return tellToAsk(client, sync, clientRun);
  for (const connection of open()) {
    const { identity } = clientRun;
    connection.deliver(fillPlaceholders(sync.topic, identity), fillPlaceholders(sync.payload, identity));
  }
}
