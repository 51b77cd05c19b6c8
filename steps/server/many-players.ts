import type { Asked } from '../harness/device/many-devices.ts';
import type { NtpDevice } from '../harness/device/ntp-device.ts';
import type { Trace } from '../harness/mqtt/trace.ts';

/** The devices of a scenario in which many ask at the same moment. */
export class ManyPlayers {
  devices: readonly NtpDevice[] = [];
  /** What each of them has recorded. */
  traces: readonly Trace[] = [];
  /** What they asked. */
  asked: Asked[] = [];

  /** Takes the packets of one of the devices into the trace of the scenario. */
  show(device: NtpDevice | undefined, trace: Trace): void {
    const own = device === undefined ? undefined : this.traces[this.devices.indexOf(device)];
    if (own !== undefined) trace.adopt(own);
  }
}
