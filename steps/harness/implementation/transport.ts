import type { AddressStart, Target } from './target.ts';

/** Whether the connections to, or from, the implementation under test are TLS. */
export function speaksTls({ tls, start }: Pick<Target, 'tls' | 'start'>): boolean {
  return tls !== undefined || (start.kind === 'address' && ['mqtts', 'wss'].includes(start.protocol));
}

/** Where a target is in words: `ws://127.0.0.1:8083/mqtt`. */
export function addressInWords(
  { protocol, host, port }: Pick<AddressStart, 'protocol' | 'host' | 'port'>,
  webSocketPath = '',
): string {
  return `${protocol}://${host.includes(':') ? `[${host}]` : host}:${port}${webSocketPath}`;
}
