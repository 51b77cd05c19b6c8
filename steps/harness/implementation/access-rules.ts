import type { Fault } from './check-target.ts';
import { placeholdersIn } from './fill-placeholders.ts';
import { fault, list, member, named, text } from './target-content.ts';

/** A device of the file, where it stands. */
interface Listed {
  readonly path: readonly string[];
  readonly value: unknown;
}

/**
 * Checks that the devices which the suite plays in front of a server can show who they are: that `auth` and `devices` go together,
 * and that a capability which is about access has something to stand on.
 */
export function checkAccess(value: unknown): Fault[] {
  if (member(value, 'role') !== 'server') return [];
  const auth = member(value, 'auth');
  const signed = auth === 'aliyun-hmac' || member(auth, 'aliyun-hmac') !== undefined;
  const devices = devicesOf(value);
  return [
    ...(signed ? checkSigned(value, devices) : checkPasswords(value, auth, devices)),
    ...checkSecrets(value, auth, signed, devices),
    ...checkCapabilities(value, auth, signed, devices),
  ];
}

function devicesOf(value: unknown): Listed[] {
  const one = member(value, 'device');
  const several = list(value, 'devices').map((device, index) => ({ path: ['devices', String(index)], value: device }));
  return one === undefined ? several : [{ path: ['device'], value: one }, ...several];
}

function checkSigned(value: unknown, devices: readonly Listed[]): Fault[] {
  const faults = devices.flatMap(({ path, value: device }) =>
    ['username', 'password']
      .filter((name) => member(device, name) !== undefined)
      .map((name) =>
        named([...path, name], 'cannot be combined with auth: aliyun-hmac, which computes it from the deviceSecret; remove it'),
      ),
  );
  if (text(value, 'clientId')?.includes('|') === true) {
    const what = 'holds a bar, and auth: aliyun-hmac adds |securemode=…,signmethod=…| by itself; expected what stands before it';
    faults.push(fault(['clientId'], what));
  }
  if (devices.length === 0)
    faults.push(named(['auth'], 'signs with the secrets of devices, but there are none; expected device or devices'));
  return faults;
}

function checkPasswords(value: unknown, auth: unknown, devices: readonly Listed[]): Fault[] {
  const own = devices.filter(({ value: device }) => ['username', 'password'].some((name) => member(device, name) !== undefined));
  if (auth === 'none') return own.map(({ path }) => named([...path, 'username'], 'contradicts auth: none; remove one of them'));
  if (own.length === 0 || text(auth, 'username') !== undefined) return [];
  const without = devices.filter(({ value: device }) => text(device, 'username') === undefined);
  const faults = without.map(({ path }) =>
    named([...path, 'username'], 'is missing, and auth has none for all; expected one, as for the other devices'),
  );
  if (member(value, 'onlyThese') !== false) return faults;
  return [...faults, fault(['onlyThese'], `is false, and ${unknowable} a user name of their own; expected true, or auth`)];
}

const unknowable = 'devices that the suite makes up have no';

/** Who is asked for a device secret must have one. */
function checkSecrets(value: unknown, auth: unknown, signed: boolean, devices: readonly Listed[]): Fault[] {
  const templates = (content: unknown): string[] => [text(content, 'username') ?? '', text(content, 'password') ?? ''];
  const asks = (content: unknown): boolean => templates(content).flatMap(placeholdersIn).includes('deviceSecret');
  const common = signed || asks(auth);
  const without = devices.filter(({ value: device }) => (common || asks(device)) && member(device, 'deviceSecret') === undefined);
  const why = signed ? 'auth: aliyun-hmac signs with it' : 'the user name or the password is made of {deviceSecret}';
  const faults = without.map(({ path }) => named([...path, 'deviceSecret'], `is missing; ${why}`));
  if (!common || member(value, 'onlyThese') !== false) return faults;
  const what = `is false, and ${unknowable} secret that the server knows; expected true, with every device in devices`;
  return [...faults, fault(['onlyThese'], what)];
}

function checkCapabilities(value: unknown, auth: unknown, signed: boolean, devices: readonly Listed[]): Fault[] {
  const declared = list(value, 'capabilities');
  const shown =
    signed ||
    text(auth, 'username') !== undefined ||
    devices.some(({ value: device }) => text(device, 'username') !== undefined) ||
    text(value, 'tls', 'certificate') !== undefined;
  const at = (name: string): string[] => ['capabilities', String(declared.indexOf(name))];
  const faults: Fault[] = [];
  if (declared.includes('authentication') && !shown) {
    const what = 'is authentication, but the target file has no right credentials; expected auth, or tls.certificate';
    faults.push(fault(at('authentication'), what));
  }
  if (declared.includes('aliyun-hmac') && !signed)
    faults.push(fault(at('aliyun-hmac'), 'is aliyun-hmac, and no device signs; expected auth: aliyun-hmac'));
  return faults;
}
