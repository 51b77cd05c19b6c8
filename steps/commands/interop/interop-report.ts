import type { Report } from '../../verdict/report.ts';
import type { InteropReport, PairResult } from './interop-document.ts';

export type { InteropReport, PairResult, PairVerdict, Reason, StartResult } from './interop-document.ts';

/** A pair in words. */
export function nameOf(
  { servers, clients }: Pick<InteropReport, 'servers' | 'clients'>,
  pair: Pick<PairResult, 'server' | 'client'>,
): string {
  const named = (target: Report['target'] | undefined): string =>
    target?.version === undefined ? `${target?.name}` : `${target.name} ${target.version}`;
  return `${named(clients[pair.client])} against ${named(servers[pair.server])}`;
}
