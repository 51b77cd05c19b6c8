import type { ClientRun } from './client-run.ts';
import type { ClientSetup } from './client-setup.ts';

/** A client that gets a malformed response, and how it is made to ask. */
export interface Recovery {
  readonly clientRun: ClientRun;
  readonly withinMs: number;
  /** How often it asks by itself; 0 where it does not. */
  readonly intervalMs: number;
  /** Has it ask; absent where it asks by itself. */
  readonly ask: (() => Promise<void>) | undefined;
}

/** The client may ignore being told to ask while it still waits for an answer: it is told in each quarter of its `within`. */
const tellings = 4;

/** The number of the request that is answered with a malformed response first, from 1; undefined where none is. */
export function malformedRequest({ answers }: ClientSetup): number | undefined {
  return answers.find(({ request }) => request !== undefined)?.request;
}

/** Has a client ask until it has reported a time after the malformed response, or has ended, or its time is over. */
export async function untilItRecovers({ clientRun, withinMs, intervalMs, ask }: Recovery): Promise<void> {
  const number = malformedRequest(clientRun.setup) ?? 1;
  const over = (): boolean => clientRun.ended !== undefined || clientRun.askedTooOften;
  // Nothing that comes after it is kept: to wait for more shows nothing.
  const spent = (): boolean => over() || clientRun.reportedTooOften;
  const { requests, reports } = clientRun;
  await ask?.();
  for (let asked = 1; asked < number; asked += 1) {
    await clientRun.until(() => spent() || reports.length >= asked, withinMs + intervalMs);
    await ask?.();
  }
  const malformed = () => requests[number - 1]?.responses[0];
  const recovered = (): boolean => {
    const since = malformed()?.message.atUs;
    return since !== undefined && reports.some(({ atUs }) => atUs >= since);
  };
  const { hurriedMs } = clientRun;
  if (hurriedMs !== undefined) {
    await clientRun.until(() => spent() || malformed() !== undefined, withinMs + intervalMs * number);
    await clientRun.until(() => spent() || recovered(), hurriedMs);
    clientRun.overdue = !(over() || recovered());
    return;
  }
  const parts = ask === undefined ? 1 : tellings;
  for (let part = 1; part <= parts; part += 1) {
    if (await clientRun.until(() => spent() || recovered(), (withinMs + intervalMs * number * 2) / parts)) break;
    if (part < parts) await ask?.();
  }
  clientRun.overdue = !(over() || recovered());
}
