import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { Address } from './device.ts';
import type { Tls } from './target/target.ts';

/** Reads the certificates that a target file names. The server name is sent only where it is a name (RFC 6066, section 3). */
export function loadTls(tls: Tls | undefined, host: string): NonNullable<Address['tls']> {
  const read = (path: string | undefined): string | undefined => (path === undefined ? undefined : readFileSync(path, 'utf8'));
  const [ca, certificate, key] = [read(tls?.ca), read(tls?.certificate), read(tls?.key)];
  return {
    selfSigned: tls?.selfSigned ?? false,
    serverName: tls?.serverName ?? (isIP(host) === 0 ? host : ''),
    ...(ca === undefined ? {} : { ca }),
    ...(certificate === undefined ? {} : { certificate }),
    ...(key === undefined ? {} : { key }),
  };
}
