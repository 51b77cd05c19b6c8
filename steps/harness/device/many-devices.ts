import { EnvironmentError } from '../implementation/errors.ts';
import type { Request } from '../message/exchange.ts';
import { nowUs } from '../time/now.ts';
import { ConnectError } from './device.ts';
import { lackOf } from './machine-limits.ts';
import type { NtpDevice } from './ntp-device.ts';
import type { RequestLedger } from './request-ledger.ts';

/** How many devices connect at a time. The scenario is about requests at the same moment, not about connections at the same moment. */
const atATime = 16;

/** A device and what it asked. */
export interface Asked {
  readonly device: NtpDevice;
  readonly request: Request;
}

/** Devices that are connected and have subscribed their response topics. */
export interface ManyDevices {
  readonly devices: readonly NtpDevice[];
  /** The number of one that could not connect, from 0, and why, in words. */
  readonly refused?: { readonly index: number; readonly why: string };
}

/**
 * Connects many devices and subscribes their response topics, some at a time.
 *
 * @param connect gives the device of a number, connected
 * @throws EnvironmentError when it is this machine that has no more connections to give
 */
export async function gather(count: number, connect: (index: number) => Promise<NtpDevice>): Promise<ManyDevices> {
  const devices: NtpDevice[] = [];
  const join = async (index: number): Promise<NtpDevice> => {
    const device = await connect(index);
    await device.subscribe(device.responseTopic);
    return device;
  };
  for (let first = 0; first < count; first += atATime) {
    const some = Array.from({ length: Math.min(atATime, count - first) }, (_, index) => join(first + index));
    const attempts = await Promise.allSettled(some);
    devices.push(...attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : [])));
    for (const [index, attempt] of attempts.entries())
      if (attempt.status === 'rejected') return { devices, refused: { index: first + index, why: refusalOf(attempt.reason) } };
  }
  return { devices };
}

/**
 * Waits for the first response to each request. A server may take one request after the other: as long as answers keep coming, none of
 * them is late.
 *
 * @param within how long nothing may come before a request counts as unanswered, in ms
 * @returns what was not answered by then
 */
export async function answersTo(
  asked: readonly Asked[],
  ledger: RequestLedger,
  within: (asked: Asked) => number = ({ device }) => device.deadline,
): Promise<Asked[]> {
  const start = nowUs();
  const waiting = ({ request }: Asked): boolean => request.responses.length === 0;
  for (const one of asked) {
    const { device, request } = one;
    while (request.responses.length === 0 && device.closed === undefined) {
      const quiet = (nowUs() - Math.max(start, ledger.run.progress)) / 1000;
      const left = within(one) - quiet;
      if (left <= 0) return asked.filter(waiting);
      await device.exchange(request, left);
    }
  }
  return asked.filter(waiting);
}

/** @throws every error that the server did not cause */
function refusalOf(reason: unknown): string {
  if (!(reason instanceof ConnectError)) throw reason;
  const lack = lackOf(reason.code);
  if (lack !== undefined)
    throw new EnvironmentError(`this machine has no more ${lack}: ask for fewer devices (${reason.message})`);
  return reason.message;
}
