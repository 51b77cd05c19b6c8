import { ConnectError } from '../harness/device/device.ts';
import type { NtpDevice } from '../harness/device/ntp-device.ts';

/** The diagnosis of a server that tells devices of two products apart by their product only in topics. */
export const nameAlone = 'the identity is the device name alone';

/** True for devices of the same name in two products. */
export function shareName({ identity: one }: NtpDevice, { identity: other }: NtpDevice): boolean {
  return one.deviceName === other.deviceName && one.productKey !== other.productKey;
}

/**
 * Why a server probably does not answer a device, where an experiment shows it.
 *
 * @param others the other devices of the scenario
 * @param within how long a sign may take, in ms
 */
export async function likelySilence(
  device: NtpDevice,
  others: readonly NtpDevice[],
  within: number,
): Promise<string | undefined> {
  const namesake = others.find((other) => shareName(other, device));
  if (namesake !== undefined) return (await isServedWithout(device, namesake, within)) ? nameAlone : undefined;
  if (device.closed !== undefined || !device.identity.deviceName.includes('.')) return undefined;
  const mapped = device.responseTopic.replaceAll('.', '/');
  return (await device.whereReturned(device.responseTopic, within)) === mapped
    ? "the broker maps '.' in topics to '/': what is published on a topic with a dot comes back on one with a slash"
    : undefined;
}

/** Whether the device is served again as soon as the other one has left. */
async function isServedWithout(device: NtpDevice, other: NtpDevice, within: number): Promise<boolean> {
  await other.disconnect();
  await device.disconnect();
  try {
    await device.connect();
  } catch (error) {
    if (error instanceof ConnectError) return false;
    throw error;
  }
  return (await device.fence(within)) !== undefined;
}
