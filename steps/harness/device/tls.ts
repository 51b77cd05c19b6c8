import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { EnvironmentError } from '../implementation/errors.ts';
import type { Tls } from '../implementation/target.ts';
import { type Address, openSocket } from './socket.ts';

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
  const socket = openSocket(address);
  const objection = await new Promise<string | undefined>((resolve) => {
    const timer = setTimeout(() => resolve(`nothing came within ${deadline} ms`), deadline);
    const settle = (result: string | undefined): void => {
      clearTimeout(timer);
      resolve(result);
    };
    socket.once('secureConnect', () => settle(undefined));
    socket.once('error', (error: Error) => settle(error.message));
    socket.once('close', () => settle('the server closed the connection'));
  });
  socket.on('error', () => {});
  socket.destroy();
  if (objection === undefined) return;
  throw new EnvironmentError(
    `No TLS connection to ${address.host}:${address.port}: ${objection}.\n` +
      "  Name the certificate's authority by tls.ca and its name by tls.serverName, or say tls.selfSigned: true; a server that speaks plain MQTT has an mqtt:// address and no tls.",
  );
}
