import { utf16Note } from '../harness/implementation/output.ts';
import type { Target } from '../harness/implementation/target.ts';
import { failureInWords } from '../harness/mqtt/tls-fault.ts';
import type { ClientRun } from '../harness/platform/client-run.ts';
import { counted } from '../harness/text/counted.ts';
import type { ScenarioTrace } from '../support/world.ts';

/** What was seen of a client instead of what was waited for. */
export function silenceOf({ connections, unnamed, requests, fate, setup, reports }: ClientRun): string {
  const seen =
    reports.length > 0
      ? counted(reports.length, 'report')
      : requests.length > 0
        ? `${counted(requests.length, 'request')} and no time`
        : undefined;
  const connected = connections.length > 0 ? 'a connection and no request' : `no connection${withoutConnect(unnamed)}`;
  const refused = setup.refusal === undefined ? '' : ` (the platform ${setup.refusal})`;
  return `${seen ?? connected}${refused}${fate === undefined ? '' : `: ${fate}`}`;
}

/** How far a client came that sent no CONNECT. */
function withoutConnect(unnamed: ClientRun['unnamed']): string {
  const [first] = unnamed;
  const fault = unnamed.find(({ handshake }) => handshake.fault !== undefined)?.handshake.fault;
  if (fault !== undefined) return `, because ${failureInWords(fault)}`;
  return first === undefined ? '' : `: TCP, and no CONNECT${first.ending === undefined ? '' : ` (${first.ending.reason})`}`;
}

/** A hint where a client that runs on has printed nothing at all, or printed UTF-16; undefined elsewhere. */
export function bufferingHint({ output, ended }: ClientRun, { result }: Target): string | undefined {
  if (result?.kind === 'log' && output.includes(utf16Note)) return utf16Note;
  if (result?.kind !== 'log' || ended !== undefined || output.some((line) => line.trim() !== '')) return undefined;
  return 'nothing was printed at all: its output may be kept in a buffer (PYTHONUNBUFFERED=1, stdbuf -oL, setvbuf)';
}

/** The packets of one start, or of several with a line before each. */
export function traceOf(clientRuns: readonly ClientRun[]): ScenarioTrace {
  const traces = clientRuns.flatMap(({ connections }) => connections.map(({ trace }) => trace));
  const [first, ...more] = clientRuns;
  if (first === undefined || more.length === 0) return { lines: first?.lines() ?? [], traces };
  return { lines: clientRuns.flatMap((clientRun, index) => [`start ${index + 1}`, ...clientRun.lines(30)]), traces };
}

/** Why the stamps of two starts cannot be compared. */
export const busyStarts =
  'the client took long to start, or as long to ask when the platform accepted it at once as when it had to wait: run on a less busy machine';

/** Why it is unknown whether a client asked late or waited for a processor. */
export const busyMachine =
  'the processors of this machine were busy until the client asked, which may have waited for one: run on a less busy machine';
