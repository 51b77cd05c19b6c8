import type { Target, TimestampType } from '../implementation/target.ts';
import type { ClientRun } from './client-run.ts';
import { type ClientSetup, plainSetup } from './client-setup.ts';

/** What is needed to try the controlled clock. */
export interface ClockTrial {
  readonly target: Target;
  readonly perform: (setup: ClientSetup) => Promise<ClientRun>;
}

/** When the page's example begins, on the device's clock, in ms. */
const sends = 1571724098000;

/** The page's own numbers, by which it is tried whether a client reads the controlled clock. */
export function clockTrial(type: TimestampType): ClientSetup {
  return { ...plainSetup(type), clock: { sends, receives: sends + 25 }, serverRecvTime: sends + 110, processingMs: 5 };
}

/**
 * Whether the client reads the controlled clock.
 *
 * @returns why not, in words; undefined when it does, or when it sent nothing by which to tell
 */
export async function clockFault({ target, perform }: ClockTrial): Promise<string | undefined> {
  const [type = 'long'] = target.timestampTypes;
  const clientRun = await perform(clockTrial(type));
  const sent = clientRun.request?.deviceSendTime?.number;
  if (sent === undefined) return undefined;
  const powers = [1n, 1000n, 1_000_000n];
  const shows = showsControlledClock(sent, sends);
  const real = BigInt(Math.round(clientRun.request?.message.wallMs ?? 0));
  const followsReal = powers.some(
    (power) => absolute(sent - real * power) < 86_400_000n * power || absolute(sent * power - real) < 86_400_000n,
  );
  if (shows || !followsReal) return undefined;
  return `the controlled clock does not take hold: it stood at ${sends}, and the client sent ${sent}. Static programs cannot be controlled: take "clock" out of the target file's capabilities`;
}

/** Whether a stamp was read from the controlled clock, in whichever unit. */
export function showsControlledClock(stamp: bigint, setMs: number): boolean {
  const set = BigInt(setMs);
  return stamp * 1000n > set - 1000n && stamp * 1000n <= set + 1000n
    ? true
    : [1n, 1000n, 1_000_000n].some((power) => stamp / power === set);
}

const absolute = (value: bigint): bigint => (value < 0n ? -value : value);
