import type { Target } from './target.ts';

/** Whether the connections to, or from, the implementation under test are TLS. */
export function speaksTls({ tls, start }: Pick<Target, 'tls' | 'start'>): boolean {
  return tls !== undefined || (start.kind === 'address' && start.protocol === 'mqtts');
}
