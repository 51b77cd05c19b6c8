import { deviceKey } from '../implementation/device-key.ts';
import { madeUpName, nameExists } from '../implementation/made-up-devices.ts';
import type { Identity, Target } from '../implementation/target.ts';

/** How many devices a scenario uses that does not name them. */
const perLane = 2;

/** The devices that scenarios of one lane use. */
interface OwnDevices {
  readonly first: Identity;
  readonly sibling: Identity | undefined;
  readonly third: Identity | undefined;
}

/** The devices that a server knows, by its target file: those that it names, and made-up ones where the server knows others too. */
export class KnownDevices {
  readonly #target: Pick<Target, 'devices' | 'onlyThese' | 'deviceNames'>;
  readonly #declared: readonly Identity[];
  #own: OwnDevices;

  /** @param lane the first lane is 0; each lane has devices of its own */
  constructor(target: Pick<Target, 'devices' | 'onlyThese' | 'deviceNames'>, lane = 0) {
    this.#target = target;
    const [{ productKey }] = target.devices;
    const declared = target.devices.filter((device) => device.productKey === productKey);
    this.#declared = target.onlyThese ? declared.slice(perLane * lane) : lane === 0 ? declared : [];
    const madeUp = (which: number): Identity | undefined => this.#madeUp(productKey, which + 1000 * lane);
    const first = this.#declared[0] ?? madeUp(1);
    if (first === undefined) throw new Error(`no device is left for lane ${lane + 1}`);
    this.#own = { first, sibling: this.#declared[1] ?? madeUp(2), third: madeUp(3) };
  }

  /** How many lanes can have devices of their own. */
  static lanes({ devices, onlyThese, deviceNames }: Pick<Target, 'devices' | 'onlyThese' | 'deviceNames'>): number {
    if (!onlyThese) return madeUpName(1001, deviceNames) === undefined ? 1 : Number.POSITIVE_INFINITY;
    const same = devices.filter(({ productKey }) => productKey === devices[0].productKey);
    return Math.max(1, Math.floor(same.length / perLane));
  }

  /** The device that the target file names first, unless another one is {@link prefer}red or it is that of another lane. */
  get first(): Identity {
    return this.#own.first;
  }

  /** A second device of the first one's product; undefined when the server knows none. */
  get sibling(): Identity | undefined {
    return this.#own.sibling;
  }

  /** A made-up device of the same product that is neither of them; undefined when the server knows none. */
  get third(): Identity | undefined {
    return this.#own.third;
  }

  /** Whether a scenario of this lane uses the device of this name, "productKey/deviceName", without naming it. */
  uses(name: string): boolean {
    const { first, sibling, third } = this.#own;
    return [first, sibling, third].some((own) => own !== undefined && deviceKey(own) === name);
  }

  /** Has those that the target file names take turns: the first and the second are those with the most left of what is limited. */
  prefer(left: (identity: Identity) => number): void {
    const [first, second] = this.#declared.toSorted((a, b) => left(b) - left(a));
    if (first !== undefined && second !== undefined) this.#own = { ...this.#own, first, sibling: second };
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

  /** The same; where the name is left out, a second device of the first one's product. */
  other(name?: string): Identity | undefined {
    return name === undefined ? this.sibling : this.named(name);
  }

  /** Why the server does not know a device of this name, in words; of any other name where it is left out. */
  whyUnknown(name?: string): string {
    const { onlyThese, deviceNames = '' } = this.#target;
    if (onlyThese) return 'the target file says that the server knows no other devices (onlyThese)';
    const which = name === undefined ? 'no further device' : `no device named ${name.split('/')[1]}`;
    return `the target file says that ${which} exists there: deviceNames is ${deviceNames}`;
  }

  /** The identities of so many devices; fewer where the server knows no more. */
  several(count: number): Identity[] {
    const { devices, onlyThese } = this.#target;
    if (onlyThese) return devices.slice(0, count);
    // All of one length: none is the beginning of another.
    return Array.from({ length: count }, (_, index) => this.#madeUp(this.first.productKey, 10_000_000 + index)).filter(
      (identity) => identity !== undefined,
    );
  }

  #madeUp(productKey: string, which: number): Identity | undefined {
    const deviceName = madeUpName(which, this.#target.deviceNames);
    return deviceName === undefined ? undefined : this.known({ productKey, deviceName });
  }
}
