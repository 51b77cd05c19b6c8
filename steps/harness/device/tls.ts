import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { EnvironmentError } from '../implementation/errors.ts';
import type { StartedTarget, Tls } from '../implementation/target.ts';
import { addressInWords, speaksTls } from '../implementation/transport.ts';
import { deviceSides, endedHandshake, handshakeFaultOf, type TlsCause, type TlsFault } from '../mqtt/tls-fault.ts';
import { Deadline } from '../time/deadline.ts';
import { refusalOfTls } from './refusal.ts';
import { type Address, openSocket } from './socket.ts';

/** Where a start of a server listens, with the certificates that its target file names. */
export function addressOf({ host, port, target }: StartedTarget): Address {
  const { webSocketPath } = target;
  const secure = speaksTls(target);
  const protocol = secure ? 'wss' : 'ws';
  return {
    host,
    port,
    ...(secure ? { tls: loadTls(target.tls, host) } : {}),
    ...(webSocketPath === undefined ? {} : { webSocket: addressInWords({ protocol, host, port }, webSocketPath) }),
  };
}

/** The same address, for a device that shows no certificate. */
export function uncertified({ tls, ...address }: Address): Address {
  if (tls === undefined) return address;
  const { certificate: _certificate, key: _key, ...rest } = tls;
  return { ...address, tls: rest };
}

/** Reads the certificates that a target file names. The server name is sent only where it is a name (RFC 6066, section 3). */
export function loadTls(tls: Tls | undefined, host: string): NonNullable<Address['tls']> {
  const read = (path: string | undefined): string | undefined => (path === undefined ? undefined : readFileSync(path, 'utf8'));
  const [ca, certificate, key] = [read(tls?.ca), read(tls?.certificate), read(tls?.key)];
  return {
    selfSigned: tls?.selfSigned ?? false,
    serverName: tls?.serverName ?? (isIP(host) === 0 ? host : ''),
    bears: tls?.serverName ?? host,
    ...(ca === undefined ? {} : { ca }),
    ...(certificate === undefined ? {} : { certificate }),
    ...(key === undefined ? {} : { key }),
  };
}

/**
 * Makes one TLS connection before anything is judged: that the suite does not trust a certificate says nothing about the
 * implementation.
 *
 * @param deadline in ms
 * @throws EnvironmentError that says what TLS objected to, and what the target file may say
 */
export async function requireTls(address: Address, deadline: number): Promise<void> {
  if (address.tls === undefined) return;
  const objection = await handshake(address, deadline);
  if (objection === undefined) return;
  const seen = typeof objection === 'string' ? objection : `${objection.words}.\n  ${refusalOfTls(objection).words}`;
  throw new EnvironmentError(`No TLS connection to ${address.host}:${address.port}: ${seen}.`);
}

/** Whether the server at an address speaks TLS, with any certificate. */
export async function speaksTlsAt({ host, port }: Address, deadline: number): Promise<boolean> {
  const objection = await handshake({ host, port, tls: loadTls({ selfSigned: true }, host) }, deadline);
  return objection === undefined || (typeof objection !== 'string' && !withoutTls.has(objection.cause));
}

/** Ends of a handshake with something that may speak no TLS at all. */
const withoutTls: ReadonlySet<TlsCause> = new Set(['plain', 'ended', 'other']);

/** What a handshake failed of, of TLS or in words; undefined when it succeeded. */
async function handshake(address: Address, deadline: number): Promise<TlsFault | string | undefined> {
  const socket = openSocket(address);
  const objection = await new Promise<TlsFault | string | undefined>((resolve) => {
    const late = new Deadline(deadline, () => resolve(`nothing came within ${deadline} ms`));
    const settle = (result: TlsFault | string | undefined): void => {
      late.clear();
      resolve(result);
    };
    socket.once('secureConnect', () => settle(undefined));
    socket.once('error', (error: NodeJS.ErrnoException) => settle(handshakeFaultOf(error, deviceSides) ?? error.message));
    socket.once('close', () => settle(endedHandshake(deviceSides)));
  });
  socket.on('error', () => {});
  socket.destroy();
  return objection;
}
