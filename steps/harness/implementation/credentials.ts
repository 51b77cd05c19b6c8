import { fillPlaceholders, placeholdersIn } from './fill-placeholders.ts';
import { sign } from './hmac.ts';
import type { Auth, Identity, SignMethod, Target } from './target.ts';
import { speaksTls } from './transport.ts';

/** By what a device shows a server who it is, as it stands in CONNECT. */
export interface Credentials {
  readonly clientId: string;
  readonly username?: string;
  readonly password?: string;
}

/** What of a target file makes the credentials of its devices. */
export type Access = Pick<Target, 'auth' | 'clientId' | 'tls' | 'start'>;

/** The device secret of nobody. */
const nobodysSecret = 'a-secret-of-nobody';

/**
 * The credentials of a device as the target file describes them.
 *
 * @throws Error when they are made of a device secret and it has none; the target file was checked for that
 */
export function credentialsOf(access: Access, identity: Identity): Credentials {
  const clientId = fill(access.clientId, identity);
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

/** Whether only a device that the target file names can have credentials: the suite can make none up then. */
export function credentialsNeedDevices(auth: Auth | undefined, devices: readonly Identity[]): boolean {
  if (auth?.kind === 'aliyun-hmac') return true;
  const templates = [auth?.username, auth?.password];
  const own = auth !== undefined && auth.username === undefined && devices.some(({ username }) => username !== undefined);
  return own || templates.some((template) => placeholdersIn(template ?? '').includes('deviceSecret'));
}

/** What no report may show of a device: its password, and what in a password is the same for all devices. */
export function secretsIn(access: Access, identities: readonly Identity[]): string[] {
  const passwords = identities.flatMap((identity) => credentialsOf(access, identity).password ?? []);
  // A device that the suite makes up has a password that is not known yet; what it shares with all others is.
  const common = access.auth?.kind === 'password' ? (access.auth.password ?? '').split(/\{\w+\}/) : [];
  return [...passwords.flatMap((password) => [password, password.toLowerCase()]), ...common];
}

/** In which way a stranger's credentials are wrong; everything else about them is right. */
export type Wrong =
  | 'a wrong password'
  | 'no password'
  | 'no user name and no password'
  | 'an unknown user name'
  | "another device's password";

/** Wrong credentials, or why there can be none that are known to be wrong in this way. */
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
  if (username === undefined) return { impossible: 'the target file names no user name (auth)' };
  if (wrong === 'no user name and no password') return { credentials: { clientId } };
  if (wrong === 'an unknown user name') return unknownUser(access, identity, right);
  if (password === undefined) return { impossible: 'the target file names no password (auth)' };
  switch (wrong) {
    case 'no password':
      return { credentials: { clientId, username } };
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

/** A password in the form of the right one. */
function wrongPassword(access: Access, identity: Identity): string {
  if (access.auth?.kind !== 'aliyun-hmac') return 'a-password-of-nobody';
  return credentialsOf(access, { ...identity, deviceSecret: nobodysSecret }).password ?? '';
}

function unknownUser(access: Access & Pick<Target, 'onlyThese'>, identity: Identity, right: Credentials): WrongCredentials {
  if (access.auth?.kind === 'aliyun-hmac') {
    const nobody = { productKey: identity.productKey, deviceName: 'nobody', deviceSecret: nobodysSecret };
    return { credentials: credentialsOf(access, nobody) };
  }
  if (!access.onlyThese && isTemplate(access.auth, identity)) {
    const why = 'by the target file the server knows devices of any name, and so any user name (onlyThese)';
    return { impossible: why };
  }
  return { credentials: { ...right, username: 'nobody' } };
}

function isTemplate(auth: Auth | undefined, { username }: Identity): boolean {
  return username === undefined && auth?.kind === 'password' && placeholdersIn(auth.username ?? '').length > 0;
}

function fill(template: string, { productKey, deviceName, deviceSecret }: Identity): string {
  return fillPlaceholders(template, { productKey, deviceName, ...(deviceSecret === undefined ? {} : { deviceSecret }) });
}
