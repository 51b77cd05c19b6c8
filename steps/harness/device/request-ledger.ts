import {
  type Request,
  type RequestDetails,
  type Response,
  requestOf,
  responseOf,
  serverTimesOf,
  type Timestamp,
} from '../message/exchange.ts';
import type { Message } from '../message/message.ts';
import { type Payload, readPayload } from '../message/payload.ts';
import { ClockResolution } from './clock-resolution.ts';

/** A mistake that showed after its scenario had ended, or that its scenario does not judge. */
export interface LateMistake {
  /** Id of the requirement that forbids it, where a scenario said so. */
  readonly requirement?: string;
  /** What it shows else: as some Rule lists it under "Usual mistakes:". */
  readonly mistake?: string;
  readonly place: string;
  readonly expected: string;
  readonly received: string;
}

/** The most late mistakes that are kept; one is enough to fail a requirement. */
const most = 100;

/** The most responses to one request that are kept; two are one too many already. */
const mostResponses = 10;

/**
 * Every request of the run. It gives each response to the request that it belongs to, however late it comes, so that an answer to an
 * earlier scenario is never taken for one to the present scenario.
 */
export class RequestLedger {
  readonly lateMistakes: LateMistake[] = [];
  /** The resolution of the server's clock, by all its times of the run. */
  readonly clockResolution = new ClockResolution();
  /** True while the suite has stopped the server's clock. */
  clockStands = false;
  /** By response topic, then by the digits of deviceSendTime. */
  readonly #requests = new Map<string, Map<string, Request[]>>();
  /** Requests of the present scenario, by response topic. */
  #present = new Map<string, Request[]>();
  #place = '';
  #last = 0;
  /** False once a response had another echo than its request: from then on the echo of a response shows nothing. */
  #echoes = true;
  readonly #unique = new Map<string, Request>();
  /** Malformed requests of the run, by response topic: no response to them is judged. */
  readonly #malformed = new Map<string, Request[]>();
  #slowest = 0;
  #progress = 0;
  #answered = false;
  #refused = false;
  #refusals = 0;
  #unanswered = 0;
  /** The types of the requests so far. */
  readonly #types = new Set<Timestamp['type']>();

  /** How long the slowest first response of the run took, in ms. */
  get slowest(): number {
    return this.#slowest;
  }

  /** When a request last got its first response: monotonic, in µs; 0 when none did. */
  get progress(): number {
    return this.#progress;
  }

  /**
   * True when several scenarios had no response at all, neither to a Long nor to a String: then waiting for more is useless. A server
   * that serves one type only gets the chance to be asked in that type first.
   */
  get mute(): boolean {
    return !this.#answered && this.#unanswered >= 4 && (this.#types.size > 1 || this.#refusals >= 4);
  }

  /** A new scenario begins. */
  begin(place: string): void {
    if ((this.#present.size > 0 || this.#refused) && !this.#answered) this.#unanswered += 1;
    if (this.#refused) this.#refusals += 1;
    this.#refused = false;
    this.#place = place;
    this.#present = new Map();
  }

  /** A device could not connect: nothing can be asked in this scenario, and nothing answered. */
  refused(): void {
    this.#refused = true;
  }

  /** The given time in ms where no request of this run had it yet, else the next one that is free. */
  unused(ms: number): number {
    this.#last = Math.max(ms, this.#last + 1);
    return this.#last;
  }

  /** A request was sent. */
  sent(message: Message, details: Omit<RequestDetails, 'place'>): Request {
    const request = requestOf(message, { ...details, place: this.#place });
    const { responseTopic, timestamp, malformed } = request;
    append(this.#present, responseTopic, request);
    if (timestamp !== undefined) {
      if (message.qos === 0) this.#types.add(timestamp.type);
      const byDigits = this.#requests.get(responseTopic) ?? new Map<string, Request[]>();
      this.#requests.set(responseTopic, byDigits);
      append(byDigits, timestamp.digits, request);
      if (timestamp.unique === true) this.#unique.set(timestamp.digits, request);
    }
    if (malformed === true) append(this.#malformed, responseTopic, request);
    return request;
  }

  /** The device of this response topic has a new connection: responses that only their order tells apart are for its next requests. */
  reconnected(responseTopic: string): void {
    this.#present.set(responseTopic, []);
  }

  /**
   * A device received a message.
   *
   * @param own the response topic of that device
   */
  received(message: Message, own: string): Response {
    const payload = readPayload(message.payload);
    const request = message.topic === own ? this.#requestOf(payload, own, message) : undefined;
    const response = responseOf(message, request, payload);
    if (request === undefined) {
      this.#noteTimes(response);
      return response;
    }
    this.#answered = true;
    if (request.responses.length < mostResponses) request.responses.push(response);
    if (request.malformed === true) return response;
    if (request.responses.length === 1) this.#noteProgress(request, message);
    this.#note(request, response);
    this.#noteTimes(response);
    return response;
  }

  #requestOf({ members }: Payload, topic: string, { retain, payload }: Message): Request | undefined {
    const waiting = (request: Request): boolean => request.responses.length === 0;
    const digits = String(members.get('deviceSendTime')?.number);
    const owner = this.#unique.get(digits);
    const echoed = this.#requests.get(topic)?.get(digits) ?? [];
    const earlier = echoed.filter(({ place }) => place !== this.#place);
    const stored = retain
      ? earlier.find(({ responses }) => responses.some(({ message }) => message.payload.equals(payload)))
      : undefined;
    // A wrong echo may equal the timestamp of another request by chance.
    const now = this.#echoes ? echoed.find((request) => request.place === this.#place && waiting(request)) : undefined;
    // A device with a clock of its own may ask with a time that another device has asked with.
    const foreign = this.#echoes && now === undefined && owner !== undefined && owner.responseTopic !== topic;
    if (foreign) return undefined;
    if (stored ?? now) return stored ?? now;
    // A response to a malformed request may have any echo, and come at any time.
    const malformed = owner === undefined && this.#echoes ? (this.#malformed.get(topic) ?? []).filter(waiting) : [];
    const odd = malformed.find(({ place }) => place === this.#place) ?? malformed[0];
    if (odd !== undefined) return odd;
    // A wrong echo is judged by a requirement of its own: here such responses are taken in the order of the requests.
    const unanswered = (this.#present.get(topic) ?? []).filter(
      (request) => waiting(request) && request.forbiddenBy === undefined,
    );
    const inOrder = unanswered.find((request) => request.message.qos === 0 && request.malformed === undefined) ?? unanswered[0];
    const byEcho = echoed.find(waiting) ?? echoed.at(-1);
    const found = this.#echoes ? (byEcho ?? inOrder) : (inOrder ?? byEcho);
    if (found !== undefined && found === inOrder && found.malformed === undefined && found.timestamp?.digits !== digits)
      this.#echoes = false;
    return found;
  }

  #note(request: Request, { message, payload }: Response): void {
    const after = `${((message.atUs - request.message.atUs) / 1000).toFixed(3)} ms after the request`;
    if (request.forbiddenBy !== undefined && request.place !== this.#place) {
      this.#add({ requirement: request.forbiddenBy }, request.place, 'no response, however late', `${payload.text}, ${after}`);
    }
    // A requirement of its own is about retained responses.
    const live = request.responses.filter((response) => !response.message.retain);
    if (live.length > 1 && !message.retain && !this.#owes(request)) {
      this.#add(
        { mistake: 'a request is answered twice' },
        request.place,
        'one response',
        `${live.length} responses to one request, the last one ${after}`,
      );
    }
  }

  #noteProgress(request: Request, { atUs }: Message): void {
    this.#progress = atUs;
    this.#slowest = Math.max(this.#slowest, (atUs - request.message.atUs) / 1000);
  }

  /** True while another request of the same device has no response: this one may be meant for it, and have a wrong echo. */
  #owes({ responseTopic, place }: Request): boolean {
    const present = place === this.#place ? (this.#present.get(responseTopic) ?? []) : [];
    return present.some(
      ({ responses, message, forbiddenBy }) => responses.length === 0 && message.qos === 0 && forbiddenBy === undefined,
    );
  }

  #noteTimes(response: Response): void {
    const times = serverTimesOf(response);
    if (times === undefined || response.message.retain) return;
    const { request, message } = response;
    const taken = request === undefined ? undefined : { afterUs: request.message.atUs, beforeUs: message.atUs };
    // A clock that the suite has stopped shows nothing of its steps.
    if (!this.clockStands) for (const time of times) this.clockResolution.add(time, taken);
    const [received, sent] = times;
    if (received <= sent) return;
    const expected = 'serverRecvTime not later than serverSendTime';
    this.#add({ mistake: 'the two members are swapped' }, this.#place, expected, response.payload.text);
  }

  #add(what: Pick<LateMistake, 'requirement' | 'mistake'>, place: string, expected: string, received: string): void {
    if (this.lateMistakes.length < most) this.lateMistakes.push({ ...what, place, expected, received });
  }
}

function append<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
