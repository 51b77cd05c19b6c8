import { named } from '../../harness/text/named.ts';
import type { InteropReport, PairResult } from './interop-document.ts';

export type { InteropReport, PairResult, PairVerdict, Reason, StartResult } from './interop-document.ts';

/** A pair in words. */
export function nameOf(
  { servers, clients }: Pick<InteropReport, 'servers' | 'clients'>,
  pair: Pick<PairResult, 'server' | 'client'>,
): string {
  const targets = [clients[pair.client], servers[pair.server]].filter((target) => target !== undefined);
  return targets.map(named).join(' against ');
}
