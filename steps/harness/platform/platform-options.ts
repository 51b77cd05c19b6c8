import { readFileSync } from 'node:fs';
import type { Target } from '../implementation/target.ts';
import type { Script } from './client-script.ts';
import { learnConnect } from './connect-secrets.ts';
import type { PlatformOptions } from './platform.ts';

/** The options of a platform for this client: TLS and WebSocket where the target file says so. @throws Error of `node:fs` */
export function platformOptions(target: Target): PlatformOptions {
  const { tls, webSocketPath } = target;
  const webSocket = webSocketPath === undefined ? {} : { webSocket: true as const };
  const script: Script = {
    onConnect: (packet) => {
      learnConnect(packet, undefined, target);
      return 'accept';
    },
  };
  if (tls?.certificate === undefined || tls.key === undefined) return { script, ...webSocket };
  const ca = tls.ca === undefined ? {} : { ca: readFileSync(tls.ca, 'utf8') };
  return {
    script,
    ...webSocket,
    tls: { cert: readFileSync(tls.certificate, 'utf8'), key: readFileSync(tls.key, 'utf8'), ...ca },
  };
}
