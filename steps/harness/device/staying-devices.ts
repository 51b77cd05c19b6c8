import type { NtpDevice } from './ntp-device.ts';

/** Devices that stay connected after their scenario, to hear what comes late. */
export class StayingDevices {
  readonly #staying: { readonly device: NtpDevice; readonly staysMs: number }[] = [];

  /** @param staysMs how long it listens in all, in ms */
  add(device: NtpDevice, staysMs: number): void {
    this.#staying.push({ device, staysMs });
  }

  /** Takes in what they heard, with a last fence, and ends them. */
  async end(): Promise<void> {
    for (const { device, staysMs } of this.#staying.splice(0)) {
      await device.listen(staysMs);
      if (device.closed === undefined) await device.askAndWait();
      await device.disconnect();
    }
  }
}
