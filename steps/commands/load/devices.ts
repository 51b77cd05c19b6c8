import type { FleetOptions } from '../../harness/device/light-device.ts';
import { addressOf } from '../../harness/device/tls.ts';
import { credentialsOf } from '../../harness/implementation/credentials.ts';
import type { Identity, StartedTarget, Target } from '../../harness/implementation/target.ts';
import { devicesOf, type Plan } from './plan.ts';

/** After this time without any answer, open requests count as lost, in ms; longer if the target file allows answers more time. */
const patienceMs = 10_000;

/** The devices of this machine: those of the target file if the server accepts no others, otherwise generated ones. */
export function identitiesOf({ devices, onlyThese }: Target, plan: Plan): Identity[] {
  const [{ productKey }] = devices;
  // All names have the same length, so no name is a prefix of another.
  const madeUp = (index: number): Identity => ({ productKey, deviceName: `load-${10_000_000 + index}` });
  return devicesOf(plan).flatMap((index) => (onlyThese ? (devices[index] ?? []) : madeUp(index)));
}

/** How the devices connect to a server, and with which credentials. */
export function fleetOptions(started: StartedTarget): FleetOptions {
  const { target } = started;
  return {
    address: addressOf(started),
    mqttVersion: target.mqttVersion,
    credentials: (identity) => credentialsOf(target, identity),
    deadline: Math.max(patienceMs, target.responseDeadlineMs),
  };
}
