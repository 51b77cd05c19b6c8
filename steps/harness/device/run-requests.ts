import type { Request, Response, Timestamp } from '../message/exchange.ts';
import { ClockCourse } from './clock-course.ts';
import { ClockResolution } from './clock-resolution.ts';
import type { LateMistake } from './late-mistake.ts';
import { append, RequestOrder } from './ledger-entries.ts';
import { ResponseHabits } from './response-habits.ts';

/** Every request of a run, in all lanes, and what its responses have shown. */
export class RunRequests {
  readonly lateMistakes: LateMistake[] = [];
  /** The resolution of the server's clock, by all its times of the run. */
  readonly clockResolution = new ClockResolution();
  readonly responseHabits = new ResponseHabits();
  readonly clockCourses = [new ClockCourse('serverRecvTime'), new ClockCourse('serverSendTime')] as const;
  /** Which request of a device came before which. */
  readonly order = new RequestOrder();
  /** True while the times are not those of the server's clock: the suite has stopped it, or another start of the server answers. */
  clockAside = false;
  /** How long the slowest first response of the run took, in ms. */
  slowest = 0;
  /** When a request last got its first response: monotonic, in µs; 0 when none did. */
  progress = 0;
  /** By response topic, then by the digits of deviceSendTime. */
  readonly requests = new Map<string, Map<string, Request[]>>();
  /** By a deviceSendTime that no other request has. */
  readonly unique = new Map<string, Request>();
  /** Malformed requests of the run, by response topic: no response to them is judged. */
  readonly malformed = new Map<string, Request[]>();
  /** False once a response had another echo than its request: from then on the echo of a response shows nothing. */
  echoes = true;
  /** Whether anything was answered. */
  answered = false;
  #last = 0;
  #refusals = 0;
  #unanswered = 0;
  /** The types of the requests so far. */
  readonly #types = new Set<Timestamp['type']>();

  /**
   * True when several scenarios had no response at all, neither to a Long nor to a String: then waiting for more is useless. A server
   * that serves one type only gets the chance to be asked in that type first.
   */
  get mute(): boolean {
    return !this.answered && this.#unanswered >= 4 && (this.#types.size > 1 || this.#refusals >= 4);
  }

  /** The given time in ms where no request of this run had it yet, else the next one that is free. */
  unused(ms: number): number {
    this.#last = Math.max(ms, this.#last + 1);
    return this.#last;
  }

  /** Whether some request of the run, of any device, had the deviceSendTime of a response. */
  knows({ deviceSendTime }: Response): boolean {
    const digits = String(deviceSendTime?.number);
    for (const byDigits of this.requests.values()) if (byDigits.has(digits)) return true;
    return false;
  }

  /** A request was sent. */
  add(request: Request): void {
    const { responseTopic, timestamp, malformed, message } = request;
    this.order.add(request);
    if (timestamp !== undefined) {
      if (message.qos === 0) this.#types.add(timestamp.type);
      const byDigits = this.requests.get(responseTopic) ?? new Map<string, Request[]>();
      append(byDigits, timestamp.digits, request);
      this.requests.set(responseTopic, byDigits);
      if (timestamp.unique === true) this.unique.set(timestamp.digits, request);
    }
    if (malformed === true) append(this.malformed, responseTopic, request);
  }

  /** A scenario that asked, or could not connect, has ended. @param refused a device could not connect */
  scenarioEnded(refused: boolean): void {
    if (!this.answered) this.#unanswered += 1;
    if (refused) this.#refusals += 1;
  }
}
