import { stripVTControlCharacters } from 'node:util';
import type { StartOptions } from '../implementation/start-options.ts';
import { startTarget } from '../implementation/start-target.ts';
import type { StartedTarget, Sync, Target } from '../implementation/target.ts';
import type { ClientRun } from './client-run.ts';
import { type Reports, readReport } from './reported-time.ts';
import { mayHoldTime } from './unread-time.ts';

/** How long a client that has reported may take to end by itself, or to report again, in ms. */
export const afterReportMs = 300;

/** How long after its input is closed the end of a process is known at the latest, in ms. */
const endKnownMs = 1000;

/** The most lines that are kept which nothing read. */
const mostUnread = 100;

/** What a client is started with. */
export interface ClientStart extends Pick<StartOptions, 'giveUp' | 'env' | 'mounts'> {
  /** Where it finds the platform, or what it is to take for it. */
  readonly host: string;
  readonly port: number;
  /** How it reports. */
  readonly reports: Reports;
}

/**
 * Starts the client, and keeps its reports and its end in the record of its run. The caller ends it with `stop()`.
 *
 * @throws EnvironmentError when it does not start
 */
export async function startClient(
  target: Target,
  clientRun: ClientRun,
  { host, port, reports, ...options }: ClientStart,
): Promise<StartedTarget> {
  const { identity, setup } = clientRun;
  const { productKey, deviceName, deviceSecret = '' } = identity;
  const client = await startTarget(target, {
    ...options,
    values: { host, port: String(port), productKey, deviceName, deviceSecret, timestampType: setup.type },
    onLine: (line, _stream, time) => {
      if (clientRun.reportedTooOften) return;
      const report = readReport(line, reports, time);
      if (report !== undefined) clientRun.keep(report);
      // Only a client that reports nothing is asked what it printed instead.
      else if (clientRun.reports.length === 0 && clientRun.unread.length < mostUnread && mayHoldTime(line))
        clientRun.unread.push(stripVTControlCharacters(line));
    },
  });
  void client.end.then((how) => {
    clientRun.ended = how.by === 'suite' ? undefined : how;
    clientRun.over = true;
    clientRun.changed();
  });
  return client;
}

/** How a client is told to ask, where it asks neither by itself nor on a message. */
type Told = Exclude<Sync, { kind: 'start' | 'every' | 'publish' }>;

/**
 * Has a client ask that neither asks by itself nor on a message. One that ends meanwhile cannot be told any more, and its end is known a
 * moment later.
 *
 * @throws EnvironmentError when it cannot be told to, and has not ended
 */
export async function tellToAsk(client: StartedTarget, sync: Told, clientRun: ClientRun): Promise<void> {
  try {
    await tell(client, sync);
  } catch (error) {
    if (!(await clientRun.until(() => clientRun.over, endKnownMs))) throw error;
  }
}

/** Once the client has reported, waits until it has ended, has reported too often, or the time is over. @param ms in ms */
export async function awaitEndAfterReport(clientRun: ClientRun, ms: number = afterReportMs): Promise<void> {
  if (clientRun.reports.length > 0) await clientRun.until(() => clientRun.over || clientRun.reportedTooOften, ms);
}

function tell(client: StartedTarget, sync: Told): Promise<void> {
  switch (sync.kind) {
    case 'exec':
      return client.exec(sync.command);
    case 'signal':
      return client.signal(sync.signal);
    case 'stdin':
      return client.write(sync.text);
  }
}
