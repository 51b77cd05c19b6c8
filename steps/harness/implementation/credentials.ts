import { createHash } from 'node:crypto';
import { fillPlaceholders, placeholdersIn } from './fill-placeholders.ts';
import { sign } from './hmac.ts';
import type { Auth, Identity, SignMethod, Target } from './target.ts';
import { speaksTls } from './transport.ts';

/** A device's credentials, as CONNECT has them. */
export interface Credentials {
  readonly clientId: string;
  readonly username?: string;
  readonly password?: string;
}

/** The members of a target file from which its devices' credentials are made. */
export type Access = Pick<Target, 'auth' | 'clientId' | 'tls' | 'start'>;

/** A device secret that no device has. */
const unknownSecret = 'unknown-secret';

/**
 * The credentials of a device as the target file describes them.
 *
 * @throws Error when they need a device secret and the device has none; the target file was checked for that
 */
export function credentialsOf(access: Access, identity: Identity): Credentials {
  const clientId = access.clientId === undefined ? shortClientId(identity) : fill(access.clientId, identity);
  const { auth } = access;
  if (auth?.kind === 'aliyun-hmac') return signedCredentials(access, auth, clientId, identity);
  const username = identity.username ?? auth?.username;
  const password = identity.password ?? auth?.password;
  return {
    clientId,
    ...(username === undefined ? {} : { username: fill(username, identity) }),
    ...(password === undefined ? {} : { password: fill(password, identity) }),
  };
}

/** How much of the device name stands in a short client id, for readers. */
const nameLetters = 10;

/** A client id that every server has to accept (MQTT 3.1.1, 3.1.3.1): at most 23 letters and digits. Each device has its own. */
function shortClientId({ productKey, deviceName }: Identity): string {
  const digest = createHash('sha256').update(`${productKey}/${deviceName}`).digest('hex');
  return `${deviceName.replace(/[^A-Za-z0-9]/g, '').slice(0, nameLetters)}${digest.slice(0, 12)}`;
}

function signedCredentials(
  access: Access,
  { signMethod, timestamp }: { readonly signMethod: SignMethod; readonly timestamp?: string },
  clientId: string,
  { productKey, deviceName, deviceSecret = '' }: Identity,
): Credentials {
  const stamp = timestamp === undefined ? {} : { timestamp };
  const attributes = [`securemode=${speaksTls(access) ? 2 : 3}`, `signmethod=${signMethod}`];
  if (timestamp !== undefined) attributes.push(`timestamp=${timestamp}`);
  return {
    clientId: `${clientId}|${attributes.join(',')}|`,
    username: `${deviceName}&${productKey}`,
    password: sign({ clientId, productKey, deviceName, deviceSecret, method: signMethod, ...stamp }),
  };
}

/** Whether only devices of the target file can have credentials, so that the suite cannot make up further devices. */
export function credentialsNeedDevices(auth: Auth | undefined, devices: readonly Identity[]): boolean {
  if (auth?.kind === 'aliyun-hmac') return true;
  const templates = [auth?.username, auth?.password];
  const own = auth !== undefined && auth.username === undefined && devices.some(({ username }) => username !== undefined);
  return own || templates.some((template) => placeholdersIn(template ?? '').includes('deviceSecret'));
}

/** What no report may show: the passwords of devices, and the part of a password that all devices share. */
export function secretsIn(access: Access, identities: readonly Identity[]): string[] {
  const passwords = identities.flatMap((identity) => credentialsOf(access, identity).password ?? []);
  // The password of a device that the suite makes up later is unknown, but not the part that it shares with others.
  const common = access.auth?.kind === 'password' ? (access.auth.password ?? '').split(/\{\w+\}/) : [];
  return [...passwords.flatMap((password) => [password, password.toLowerCase()]), ...common];
}

/** How the credentials of an unauthenticated device are wrong; everything else about them is right. */
export type Wrong =
  | 'a wrong password'
  | 'the right password and one more character'
  | 'the right password without its last character'
  | 'no password'
  | 'no user name and no password'
  | 'an unknown user name'
  | "another device's password"
  | 'no certificate';

/** Wrong credentials, or why credentials cannot be certain to be wrong in this way. A missing certificate is all that is wrong. */
export type WrongCredentials = { readonly credentials: Credentials } | { readonly impossible: string };

/**
 * The credentials of a device, made wrong in one way.
 *
 * @param other another device that the server knows, where there is one
 */
export function wrongCredentials(
  access: Access & Pick<Target, 'onlyThese'>,
  identity: Identity,
  other: Identity | undefined,
  wrong: Wrong,
): WrongCredentials {
  const right = credentialsOf(access, identity);
  const { clientId, username, password } = right;
  if (wrong === 'no certificate') {
    if (access.tls?.certificate === undefined) return { impossible: 'the target file names no certificate of devices (tls)' };
    if (access.auth === undefined) return { credentials: right };
    return { impossible: 'devices have other credentials (auth); that the certificate is one as well is not said' };
  }
  if (username === undefined) return { impossible: 'the target file names no user name (auth)' };
  if (wrong === 'no user name and no password') return { credentials: { clientId } };
  if (wrong === 'an unknown user name') return unknownUser(access, identity, right);
  if (password === undefined) return { impossible: 'the target file names no password (auth)' };
  switch (wrong) {
    case 'no password':
      return { credentials: { clientId, username } };
    case 'the right password and one more character':
      return { credentials: { ...right, password: `${password}0` } };
    case 'the right password without its last character':
      return { credentials: { ...right, password: password.slice(0, -1) } };
    case 'a wrong password':
      return { credentials: { ...right, password: wrongPassword(access, identity) } };
    case "another device's password": {
      const others = other === undefined ? undefined : credentialsOf(access, other).password;
      if (others === undefined) return { impossible: 'the target file names no other device that the server knows (onlyThese)' };
      if (others === password) return { impossible: 'in the target file all devices have the same password' };
      return { credentials: { ...right, password: others } };
    }
  }
}

/** A wrong password that looks like the right one. */
function wrongPassword(access: Access, identity: Identity): string {
  if (access.auth?.kind !== 'aliyun-hmac') return 'unknown-password';
  return credentialsOf(access, { ...identity, deviceSecret: unknownSecret }).password ?? '';
}

function unknownUser(access: Access & Pick<Target, 'onlyThese'>, identity: Identity, right: Credentials): WrongCredentials {
  if (access.auth?.kind === 'aliyun-hmac') {
    const unknown = { productKey: identity.productKey, deviceName: 'unknown-device', deviceSecret: unknownSecret };
    return { credentials: credentialsOf(access, unknown) };
  }
  if (!access.onlyThese && isTemplate(access.auth, identity)) {
    const why = 'by the target file the server knows devices of any name, and so any user name (onlyThese)';
    return { impossible: why };
  }
  return { credentials: { ...right, username: 'unknown-user' } };
}

function isTemplate(auth: Auth | undefined, { username }: Identity): boolean {
  return username === undefined && auth?.kind === 'password' && placeholdersIn(auth.username ?? '').length > 0;
}

function fill(template: string, { productKey, deviceName, deviceSecret }: Identity): string {
  return fillPlaceholders(template, { productKey, deviceName, ...(deviceSecret === undefined ? {} : { deviceSecret }) });
}
