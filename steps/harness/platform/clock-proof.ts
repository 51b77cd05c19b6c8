import type { DeclaredTimestampType, Target } from '../implementation/target.ts';
import type { ClientRun } from './client-run.ts';
import { type ClientSetup, plainSetup } from './client-setup.ts';

/** What is needed to try the controlled clock. */
export interface ClockTrial {
  readonly target: Target;
  readonly perform: (setup: ClientSetup) => Promise<ClientRun>;
}

/** When the page's example begins, on the device's clock, in ms. */
const sends = 1571724098000;

/** The page's own numbers: with them the suite tries whether a client reads the controlled clock. */
export function clockTrial(type: DeclaredTimestampType): ClientSetup {
  return { ...plainSetup(type), clock: { sends, receives: sends + 25 }, serverRecvTime: sends + 110, processingMs: 5 };
}

/** What a start under the controlled clock shows, each in words. */
export interface ClockProof {
  /** `real`: the client sent the time of this machine; `other`: that of a clock of its own; `none`: it sent no number. */
  readonly clock: 'controlled' | 'real' | 'other' | 'none';
  readonly words: string;
}

/**
 * Starts the client under the controlled clock, and sees by its request which clock it reads.
 *
 * @throws EnvironmentError when it does not start
 */
export async function proveClock({ target, perform }: ClockTrial): Promise<ClockProof> {
  const [type = 'long'] = target.timestampTypes;
  const { request } = await perform(clockTrial(type));
  const sent = request?.deviceSendTime?.number;
  if (request === undefined || sent === undefined)
    return {
      clock: 'none',
      words: 'the client sent no deviceSendTime in a start under the controlled clock, so that nothing shows whether it reads it',
    };
  if (showsControlledClock(sent, sends))
    return { clock: 'controlled', words: `the client sent ${sent}, the time that it was set to` };
  const powers = [1n, 1000n, 1_000_000n];
  const real = BigInt(Math.round(request.message.wallMs));
  const followsReal = powers.some(
    (power) => absolute(sent - real * power) < 86_400_000n * power || absolute(sent * power - real) < 86_400_000n,
  );
  return followsReal
    ? { clock: 'real', words: `the controlled clock does not take hold: it stood at ${sends}, and the client sent ${sent}` }
    : {
        clock: 'other',
        words: `the client's stamps come from another clock: the controlled one stood at ${sends}, and the client sent ${sent}`,
      };
}

/**
 * Whether the client reads the controlled clock.
 *
 * @returns why not, in words; undefined when it does, when it has a clock of its own, or when it sent nothing that shows it
 */
export async function clockFault(trial: ClockTrial): Promise<string | undefined> {
  const { clock, words } = await proveClock(trial);
  return clock === 'real'
    ? `${words}. Static programs cannot be controlled: take "clock" out of the target file's capabilities`
    : undefined;
}

/** Whether a stamp was read from the controlled clock, in any unit. */
export function showsControlledClock(stamp: bigint, setMs: number): boolean {
  const set = BigInt(setMs);
  return stamp * 1000n > set - 1000n && stamp * 1000n <= set + 1000n
    ? true
    : [1n, 1000n, 1_000_000n].some((power) => stamp / power === set);
}

const absolute = (value: bigint): bigint => (value < 0n ? -value : value);
