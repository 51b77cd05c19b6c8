/** The four timestamps of an exchange, in ms: two on the device's clock, two on the server's. */
export interface FourTimes {
  readonly deviceSendTime: bigint;
  readonly serverRecvTime: bigint;
  readonly serverSendTime: bigint;
  readonly deviceRecvTime: bigint;
}

/**
 * Twice the time that a device calculates ("Device connection", step 3), in ms: twice, because an odd sum has no half in whole
 * milliseconds.
 */
export function twiceTheTime({ deviceSendTime, serverRecvTime, serverSendTime, deviceRecvTime }: FourTimes): bigint {
  return serverRecvTime + serverSendTime + deviceRecvTime - deviceSendTime;
}

/** A doubled time in words: `1571724098125`, or `1571724098125.5` for an odd sum. */
export function halved(twice: bigint): string {
  const sign = twice < 0n ? '-' : '';
  const magnitude = twice < 0n ? -twice : twice;
  return `${sign}${magnitude / 2n}${magnitude % 2n === 0n ? '' : '.5'}`;
}
