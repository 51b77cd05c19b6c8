import { madeUpName, nameExists } from '../implementation/made-up-devices.ts';
import type { Identity, Target } from '../implementation/target.ts';

/** The devices that a server knows, by its target file: those that it names, and made-up ones where the server knows others too. */
export class KnownDevices {
  readonly #target: Pick<Target, 'devices' | 'onlyThese' | 'deviceNames'>;

  constructor(target: Pick<Target, 'devices' | 'onlyThese' | 'deviceNames'>) {
    this.#target = target;
  }

  /** The device that the target file names first. */
  get first(): Identity {
    const [first] = this.#target.devices;
    if (first === undefined) throw new Error('a target has at least one device');
    return first;
  }

  /** A second device of the first one's product; undefined when the server knows none. */
  get sibling(): Identity | undefined {
    const { first } = this;
    const declared = this.#target.devices.find((other) => other !== first && other.productKey === first.productKey);
    return declared ?? this.#madeUp(2);
  }

  /** A made-up device of the same product that is neither of them; undefined when the server knows none. */
  get third(): Identity | undefined {
    return this.#madeUp(3);
  }

  /** The identity as the target file declares it, or as it is when the server knows other devices too; undefined when it does not. */
  known({ productKey, deviceName }: Identity): Identity | undefined {
    const { devices, onlyThese, deviceNames } = this.#target;
    const declared = devices.find((device) => device.productKey === productKey && device.deviceName === deviceName);
    return declared ?? (onlyThese || !nameExists(deviceName, deviceNames) ? undefined : { productKey, deviceName });
  }

  /** The same for a name as the features have it: "a1NtpSuite1/probe-1". */
  named(name: string): Identity | undefined {
    const [productKey = '', deviceName = ''] = name.split('/');
    return this.known({ productKey, deviceName });
  }

  /** Why the server does not know a device of this name, in words; of any other name where it is left out. */
  whyUnknown(deviceName?: string): string {
    const { onlyThese, deviceNames = '' } = this.#target;
    if (onlyThese) return 'the target file says that the server knows no other devices (onlyThese)';
    const name = deviceName === undefined ? 'no further device' : `no device named ${deviceName}`;
    return `the target file says that ${name} exists there: deviceNames is ${deviceNames}`;
  }

  /** The identities of so many devices; fewer where the server knows no more. */
  several(count: number): Identity[] {
    const { devices, onlyThese } = this.#target;
    if (onlyThese) return devices.slice(0, count);
    // All of one length: none is the beginning of another.
    return Array.from({ length: count }, (_, index) => this.#madeUp(10_000_000 + index)).filter(
      (identity) => identity !== undefined,
    );
  }

  #madeUp(which: number): Identity | undefined {
    const deviceName = madeUpName(which, this.#target.deviceNames);
    return deviceName === undefined ? undefined : this.known({ productKey: this.first.productKey, deviceName });
  }
}
