import type { Request, Response, Timestamp } from '../message/exchange.ts';
import { readPayload } from '../message/payload.ts';
import { ClockResolution } from './clock-resolution.ts';
import type { Message } from './inbox.ts';

/** Something that came to light after its scenario had ended, or beside what its scenario judges. */
export interface Sighting {
  /** Id of the requirement that forbids it, where a scenario said so. */
  readonly requirement?: string;
  /** What it shows else: as some Rule lists it under "Usual mistakes:". */
  readonly mistake?: string;
  readonly place: string;
  readonly expected: string;
  readonly received: string;
}

/** How many sightings are kept; one is enough to fail a requirement. */
const most = 100;

/** How many responses to one request are kept; two are one too many already. */
const mostResponses = 10;

/**
 * Knows every request of the run and gives every response to the request that it belongs to, however late it comes, so that an
 * answer to an earlier scenario is never taken for one of the present scenario.
 */
export class RequestLedger {
  readonly sightings: Sighting[] = [];
  /** How coarse the server's clock is, by all stamps of the run. */
  readonly clockResolution = new ClockResolution();
  /** By response topic, then by the digits of deviceSendTime. */
  readonly #requests = new Map<string, Map<string, Request[]>>();
  /** Requests of the present scenario, by response topic. */
  #present = new Map<string, Request[]>();
  #place = '';
  #last = 0;
  /** False once a response had another echo than its request: then the echo says nothing about any response. */
  #echoes = true;
  readonly #unique = new Map<string, Request>();
  /** Malformed requests of the run, by response topic: whatever comes for one of them is judged by nobody. */
  readonly #malformed = new Map<string, Request[]>();
  #slowest = 0;
  #progress = 0;
  #answered = false;
  #refused = false;
  #refusals = 0;
  #unanswered = 0;
  /** Those that were asked in, as the page has it. */
  readonly #types = new Set<Timestamp['type']>();

  /** How long the slowest first response of the run took, in ms. */
  get slowest(): number {
    return this.#slowest;
  }

  /** When a request was last answered for the first time: monotonic, in µs; 0 when none was. */
  get progress(): number {
    return this.#progress;
  }

  /**
   * True when not one of several scenarios has seen a response, with a Long and with a String: then it is no use to wait for more. A
   * server that serves one type only is waited for until it is asked in that.
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

  /** A request left. */
  asked(request: Omit<Request, 'place' | 'responses'>): Request {
    const known: Request = { ...request, place: this.#place, responses: [] };
    append(this.#present, known.responseTopic, known);
    if (known.qos === 0 && known.timestamp !== undefined) this.#types.add(known.timestamp.type);
    const digits = known.timestamp?.digits;
    if (digits !== undefined) {
      const byDigits = this.#requests.get(known.responseTopic) ?? new Map<string, Request[]>();
      this.#requests.set(known.responseTopic, byDigits);
      append(byDigits, digits, known);
      if (known.unique) this.#unique.set(digits, known);
    }
    if (known.malformed === true) append(this.#malformed, known.responseTopic, known);
    return known;
  }

  /** The device of this response topic is back on a new connection: answers that go by the order only are for what it asks now. */
  back(responseTopic: string): void {
    this.#present.set(responseTopic, []);
  }

  /**
   * A message came to a device. Takes its note where it is more than the one response that a request is owed.
   *
   * @param own the response topic of the device that heard it
   */
  heard(message: Message, own: string): Response {
    const payload = readPayload(message.payload);
    const time = (name: string) => payload.members.get(name);
    const echo = time('deviceSendTime');
    const request = message.topic === own ? this.#requestOf(echo?.number, own, message) : undefined;
    const response: Response = {
      request,
      message,
      payload,
      deviceSendTime: echo,
      serverRecvTime: time('serverRecvTime'),
      serverSendTime: time('serverSendTime'),
    };
    if (request === undefined) {
      this.#noteStamps(response);
      return response;
    }
    this.#answered = true;
    if (request.responses.length < mostResponses) request.responses.push(response);
    if (request.malformed === true) return response;
    if (request.responses.length === 1) this.#noteProgress(request, message);
    this.#note(request, response);
    this.#noteStamps(response);
    return response;
  }

  #requestOf(echo: bigint | undefined, topic: string, { retain, payload }: Message): Request | undefined {
    const waiting = (request: Request): boolean => request.responses.length === 0;
    const digits = String(echo);
    const owner = this.#unique.get(digits);
    const echoed = this.#requests.get(topic)?.get(digits) ?? [];
    const earlier = echoed.filter(({ place }) => place !== this.#place);
    const stored = retain
      ? earlier.find(({ responses }) => responses.some(({ message }) => message.payload.equals(payload)))
      : undefined;
    // An echo that is no echo may be another request's by chance.
    const now = this.#echoes ? echoed.find((request) => request.place === this.#place && waiting(request)) : undefined;
    // A device with a clock of its own may well ask with a time that another device has asked with.
    const foreign = this.#echoes && now === undefined && owner !== undefined && owner.responseTopic !== topic;
    if (foreign) return undefined;
    if (stored ?? now) return stored ?? now;
    // An answer to what is malformed has whatever echo it has, and comes when it comes.
    const malformed = owner === undefined && this.#echoes ? (this.#malformed.get(topic) ?? []).filter(waiting) : [];
    const odd = malformed.find(({ place }) => place === this.#place) ?? malformed[0];
    if (odd !== undefined) return odd;
    // A server without a proper echo is judged for that elsewhere: its answers are taken in the order of the requests.
    const unanswered = (this.#present.get(topic) ?? []).filter(
      (request) => waiting(request) && request.forbiddenBy === undefined,
    );
    const inOrder = unanswered.find(({ qos, malformed }) => qos === 0 && malformed === undefined) ?? unanswered[0];
    const byEcho = echoed.find(waiting) ?? echoed.at(-1);
    const found = this.#echoes ? (byEcho ?? inOrder) : (inOrder ?? byEcho);
    if (found !== undefined && found === inOrder && found.malformed === undefined && found.timestamp?.digits !== digits)
      this.#echoes = false;
    return found;
  }

  #note(request: Request, { message, payload }: Response): void {
    const after = `${((message.at - request.at) / 1000).toFixed(3)} ms after the request`;
    if (request.forbiddenBy !== undefined && request.place !== this.#place) {
      this.#see({ requirement: request.forbiddenBy }, request.place, 'no response, however late', `${payload.text}, ${after}`);
    }
    // A retained response is another fault than a second one, and has a requirement of its own.
    const live = request.responses.filter((response) => !response.message.retain);
    if (live.length > 1 && !message.retain && !this.#owes(request)) {
      this.#see(
        { mistake: 'a request is answered twice' },
        request.place,
        'one response',
        `${live.length} responses to one request, the last one ${after}`,
      );
    }
  }

  #noteProgress(request: Request, { at }: Message): void {
    this.#progress = at;
    this.#slowest = Math.max(this.#slowest, (at - request.at) / 1000);
  }

  /** True while another request of the same device is not answered: the response may be meant for that one, and have a wrong echo. */
  #owes({ responseTopic, place }: Request): boolean {
    const present = place === this.#place ? (this.#present.get(responseTopic) ?? []) : [];
    return present.some(({ responses, qos, forbiddenBy }) => responses.length === 0 && qos === 0 && forbiddenBy === undefined);
  }

  #noteStamps({ serverRecvTime, serverSendTime, message, payload }: Response): void {
    if (serverRecvTime?.number === undefined || serverSendTime?.number === undefined || message.retain) return;
    this.clockResolution.add(serverRecvTime.number);
    this.clockResolution.add(serverSendTime.number);
    if (serverRecvTime.number <= serverSendTime.number) return;
    this.#see(
      { mistake: 'the two members are swapped' },
      this.#place,
      'serverRecvTime not later than serverSendTime',
      payload.text,
    );
  }

  #see(what: Pick<Sighting, 'requirement' | 'mistake'>, place: string, expected: string, received: string): void {
    if (this.sightings.length < most) this.sightings.push({ ...what, place, expected, received });
  }
}

function append<T>(lists: Map<string, T[]>, key: string, value: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
