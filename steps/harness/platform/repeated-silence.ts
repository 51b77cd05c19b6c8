import type { Target } from '../implementation/target.ts';
import type { ClientRun } from './client-run.ts';
import { type ClientSetup, isMeant } from './client-setup.ts';
import { afterReportMs } from './client-start.ts';
import { malformedRequest } from './recovery.ts';

/** After so many starts in which a client hung in a malformed response, further ones are shorter. The Rule says so. */
const mostHung = 3;

/** How many starts without any time, in which the client was answered, show that it reports none. */
const mostMute = 4;

/** Shortens the wait for a client that was silent before: each kind of silence takes the whole deadline once, not in each start. */
export class RepeatedSilence {
  readonly #target: Target;
  readonly #finished: readonly ClientRun[];

  /** @param finished every start that is over; it grows */
  constructor(target: Target, finished: readonly ClientRun[]) {
    this.#target = target;
    this.#finished = finished;
  }

  /**
   * True when several starts in which the client was answered, in each of its types, brought no time at all: each additional start would
   * take its whole deadline.
   */
  get mute(): boolean {
    return this.#silentIn(this.#answered);
  }

  /**
   * What the client refuses in the valid response of this setup: the order of the members, or how far the platform's time is from its own.
   * Undefined unless several starts with this response brought no time, and a start with another valid response did.
   */
  refusedPart(setup: ClientSetup): 'order' | 'offset' | undefined {
    if (setup.refusal !== undefined) return undefined;
    const isOnly = (isOther: (start: ClientRun) => boolean): boolean =>
      this.#answered.some((start) => isOther(start) && start.reports.length > 0) &&
      this.#silentIn(this.#answered.filter((start) => !isOther(start)));
    if (isOnly((start) => payloadOf(start.setup) !== payloadOf(setup))) return 'order';
    return setup.leadMs === undefined && isOnly(({ setup: { leadMs, clock } }) => (leadMs ?? clock) !== undefined)
      ? 'offset'
      : undefined;
  }

  /**
   * True when the client connected in an earlier start only once it was told to ask, and can be told before it listens: what is written to
   * its standard input waits there.
   */
  get connectsWhenTold(): boolean {
    if (this.#target.sync.kind !== 'stdin') return false;
    return this.#finished.some(({ toldUnconnected, requests }) => toldUnconnected && requests.length > 0);
  }

  /** Starts with valid responses only: after a malformed or foreign one no time is right as well. */
  get #answered(): ClientRun[] {
    return this.#finished.filter(({ setup }) => setup.refusal === undefined && setup.answers.every(isMeant));
  }

  #silentIn(starts: readonly ClientRun[]): boolean {
    const tried = new Set(starts.map(({ setup }) => setup.type));
    if (starts.length < mostMute || !this.#target.timestampTypes.every((type) => tried.has(type))) return false;
    return starts.every(({ reports }) => reports.length === 0);
  }

  /**
   * How long a client is waited for after a malformed response, in ms: long enough for a time that it makes up. Undefined for its whole
   * `within`, unless it has hung so often that it is bound to fail for that.
   */
  afterMalformedMs(setup: ClientSetup): number | undefined {
    if (malformedRequest(setup) === undefined || setup.unhurried === true) return undefined;
    const hung = this.#finished.filter(
      (start) =>
        malformedRequest(start.setup) !== undefined && start.hurriedMs === undefined && start.overdue && !recovers(start),
    );
    const reported = this.#finished.filter((start) => start.reports.length > 0 && malformedRequest(start.setup) === undefined);
    const isToRecover = this.#target.sync.kind !== 'start' || reported.some(({ ended }) => ended !== undefined);
    if (hung.length < mostHung || !isToRecover) return undefined;
    return afterReportMs + 2 * Math.max(0, ...reported.map(reportedAfterMs));
  }
}

/** The payload of the valid response. */
const payloadOf = ({ answers }: ClientSetup): string => answers.at(-1)?.payload ?? '';

/** Whether a client reported a time where nothing more was waited for. */
const recovers = ({ setup, reports }: ClientRun): boolean => setup.untilNextTime !== true && reports.length > 0;

/** How long after its first response a client reported its first time, in ms; 0 where it reported before. */
function reportedAfterMs({ request, reports: [report] }: ClientRun): number {
  const [response] = request?.responses ?? [];
  return report === undefined || response === undefined ? 0 : Math.max(0, (report.atUs - response.message.atUs) / 1000);
}
