import type { FleetOptions } from '../../harness/device/light-device.ts';
import { addressOf } from '../../harness/device/tls.ts';
import { credentialsOf } from '../../harness/implementation/credentials.ts';
import type { Identity, StartedTarget, Target } from '../../harness/implementation/target.ts';
import { devicesOf, type Plan } from './plan.ts';

/** How long nothing may come before what is still open is lost, in ms; more where the target file allows an answer more. */
const patienceMs = 10_000;

/** Who asks on this machine: the devices of the target file where the server knows no others, made-up ones elsewhere. */
export function identitiesOf({ devices, onlyThese }: Target, plan: Plan): Identity[] {
  const productKey = devices[0]?.productKey ?? '';
  // All of one length: none is the beginning of another.
  const madeUp = (index: number): Identity => ({ productKey, deviceName: `load-${10_000_000 + index}` });
  return devicesOf(plan).flatMap((index) => (onlyThese ? (devices[index] ?? []) : madeUp(index)));
}

/** How the devices reach a server, and what they show it. */
export function fleetOptions(started: StartedTarget): FleetOptions {
  const { target } = started;
  return {
    address: addressOf(started),
    mqttVersion: target.mqttVersion,
    credentials: (identity) => credentialsOf(target, identity),
    deadline: Math.max(patienceMs, target.responseDeadlineMs),
  };
}
