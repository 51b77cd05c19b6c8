import { type Request, type RequestDetails, type Response, requestOf, responseOf, serverTimesOf } from '../message/exchange.ts';
import type { Message } from '../message/message.ts';
import { type Payload, readPayload } from '../message/payload.ts';
import { standstills } from '../time/standstill.ts';
import { type LateMistake, linesOf, mostLateMistakes } from './late-mistake.ts';
import { append, condense, type Doubt, isSame, isWaiting, mostResponses, shortened } from './ledger-entries.ts';
import { isEcho, isUsual } from './response-habits.ts';
import { RunRequests } from './run-requests.ts';

/**
 * The requests that the scenarios of a lane send. It gives each response to the request that it belongs to, however late it comes, so
 * that an answer to an earlier scenario is never taken for one to the present scenario.
 */
export class RequestLedger {
  /** What it shares with the ledgers of other lanes. */
  readonly run: RunRequests;
  /** Requests of the present scenario, by response topic. */
  #present = new Map<string, Request[]>();
  /** Requests of the present scenario whose device connected again before they were answered. */
  #left: Request[] = [];
  #place = '';
  /** The requests of the present scenario. One that is run again has the same place as before. */
  #own = new WeakSet<Request>();
  /** Responses for a request that still waits, each with the request that its echo names, or that may have caused it. */
  readonly #doubtful = new Map<Request, { readonly response: Response; readonly owner: Request | undefined }[]>();
  #refused = false;
  /** True where other scenarios run beside the present one: that it had no response then shows nothing of later ones. */
  crowded = false;

  constructor(run: RunRequests = new RunRequests()) {
    this.run = run;
  }

  /** A new scenario begins. */
  begin(place: string): void {
    if (!this.crowded && (this.#present.size > 0 || this.#refused)) this.run.scenarioEnded(this.#refused);
    this.#refused = false;
    this.#settleAll(false);
    this.#place = place;
    this.#own = new WeakSet();
    for (const requests of this.#present.values()) for (const request of requests) condense(request);
    this.#present = new Map();
    this.#left = [];
  }

  /** A device could not connect: nothing can be asked in this scenario, and nothing answered. */
  refused(): void {
    this.#refused = true;
  }

  /** A request was sent. */
  sent(message: Message, details: Omit<RequestDetails, 'place'>): Request {
    const request = requestOf(message, { ...details, place: this.#place });
    append(this.#present, request.responseTopic, request);
    this.#own.add(request);
    this.run.add(request);
    return request;
  }

  /** The device of this response topic has a new connection: responses that only their order tells apart are for its next requests. */
  reconnected(responseTopic: string): void {
    this.#left.push(...(this.#present.get(responseTopic) ?? []).filter(isWaiting));
    this.#present.set(responseTopic, []);
  }

  /**
   * A device received a message.
   *
   * @param own the response topic of that device
   */
  received(whole: Message, own: string): Response {
    const payload = readPayload(whole.payload);
    const message = payload.unread === true ? shortened(whole) : whole;
    // Whether it is beyond doubt whose response it is, where only one request waits.
    const sure = this.run.echoes && this.#left.length === 0 && this.#doubtful.size === 0;
    const found = message.topic === own ? this.#requestOf(payload, own, message) : undefined;
    const response = responseOf(message, found === undefined || 'doubted' in found ? undefined : found, payload);
    if (found === undefined) this.#noteTimes(response);
    else if ('doubted' in found) append(this.#doubtful, found.doubted, { response, owner: found.owner });
    else {
      this.#book(found, response);
      if (!this.run.echoes && this.#hasEarlierEcho(found, response)) this.#noteEcho(found, response);
      const alone = sure && this.#present.get(own)?.some(isWaiting) !== true && !this.run.knows(response);
      for (const exception of this.run.responseHabits.add(found, response, alone ? 'alone' : sure)) this.#add(...exception);
      if (sure && isUsual(found, response) && isEcho(found, response)) this.#noteOddTimes(found, response);
      // Not before: while a request waits, a second response to another one may be meant for it.
      this.#giveBack(found);
    }
    return response;
  }

  /**
   * The wait for a response to this request is over. What came meanwhile with another echo is for it after all, and from now on the echo
   * of a response shows nothing.
   */
  settle(request: Request): void {
    if (!this.#doubtful.has(request)) return;
    this.run.echoes = false;
    this.#settleAll(true);
  }

  /** True while something has come that is for this request, unless its own echo comes as well. */
  doubts(request: Request): boolean {
    return this.#doubtful.has(request);
  }

  /** @param waited the wait for their own echo was in vain; otherwise their scenario has ended before */
  #settleAll(waited: boolean): void {
    const all = [...this.#doubtful];
    this.#doubtful.clear();
    for (const [request, doubts] of all)
      for (const { response, owner } of doubts) {
        this.#book(request, response);
        if (waited && owner !== undefined && owner.message.atUs < request.message.atUs) this.#noteEcho(request, response);
      }
  }

  /** A request has its response: what was doubtful belongs to the request that its echo names. */
  #giveBack(request: Request): void {
    const doubts = this.#doubtful.get(request) ?? [];
    this.#doubtful.delete(request);
    for (const { response, owner } of doubts) {
      if (owner === undefined) this.#noteTimes(response);
      else this.#book(owner, response);
    }
  }

  #book(request: Request, response: Response): void {
    response.request = request;
    this.run.answered = true;
    if (request.responses.length < mostResponses) request.responses.push(response);
    if (request.malformed === true) return;
    if (request.responses.length === 1) {
      const sentUs = request.message.atUs;
      this.run.progress = response.message.atUs;
      const stood = standstills.touched(sentUs, this.run.progress) !== undefined;
      if (!stood) this.run.slowest = Math.max(this.run.slowest, (this.run.progress - sentUs) / 1000);
    }
    this.#note(request, response);
    this.#noteTimes(response);
  }

  #requestOf({ members }: Payload, topic: string, { retain, payload }: Message): Request | Doubt | undefined {
    const digits = String(members.get('deviceSendTime')?.number);
    const owner = this.run.unique.get(digits);
    const echoed = this.run.requests.get(topic)?.get(digits) ?? [];
    const earlier = echoed.filter((request) => !this.#own.has(request));
    const stored = retain ? earlier.find(({ responses }) => responses.some((response) => isSame(response, payload))) : undefined;
    if (stored) return stored;
    // A wrong echo may equal the timestamp of another request by chance.
    const now = this.run.echoes ? echoed.find((request) => this.#own.has(request) && isWaiting(request)) : undefined;
    if (now !== undefined) return now;
    const { next, forbidden } = this.#open(topic);
    // A device with a clock of its own may ask with a time that another device has asked with.
    const foreign = this.run.echoes && owner !== undefined && owner.responseTopic !== topic;
    if (foreign) return next === undefined ? undefined : { doubted: next, owner: undefined };
    // A response to a malformed request may have any echo, and come at any time.
    const malformed = owner === undefined && this.run.echoes ? (this.run.malformed.get(topic) ?? []).filter(isWaiting) : [];
    const odd = malformed.find((request) => this.#own.has(request)) ?? malformed[0];
    if (odd !== undefined) return odd;
    const unanswered = echoed.find(isWaiting);
    if (!this.run.echoes) return next ?? forbidden ?? unanswered ?? echoed.at(-1);
    if (unanswered !== undefined) return unanswered;
    // What was stored before the run is no answer, and answers may be marked as stored.
    if (retain && next !== undefined && echoed.length === 0) return { doubted: next, owner: undefined };
    const answered = echoed.at(-1);
    // A copy of an earlier response was caused by nothing that was sent since.
    return this.#byOrder(answered, next, answered?.responses.some((one) => isSame(one, payload)) ? undefined : forbidden);
  }

  /** The request of a response whose echo is that of no request that waits for one, while echoes are to be trusted. */
  #byOrder(answered?: Request, next?: Request, forbidden?: Request): Request | Doubt | undefined {
    const again = answered !== undefined && this.#own.has(answered) ? answered : (forbidden ?? answered);
    if (next === undefined) return again;
    // It is a second response to an earlier request, or what a forbidden one has caused, where the own echo of the next one comes too.
    if (again !== undefined) return { doubted: next, owner: again };
    // A wrong echo is judged by a requirement of its own: here such responses are taken in the order of the requests.
    this.run.echoes = false;
    return next;
  }

  /** The requests of the present scenario that wait: the first that is to be answered, and the last that must or need not be. */
  #open(topic: string): { readonly next: Request | undefined; readonly forbidden: Request | undefined } {
    // While echoes are to be trusted, a malformed request has been thought of before.
    const waiting = (this.#present.get(topic) ?? []).filter(
      (one) => isWaiting(one) && !(this.run.echoes && one.malformed === true),
    );
    const usual = waiting.filter((one) => one.message.qos === 0 && one.forbiddenBy === undefined && one.malformed === undefined);
    return {
      next: usual.find((request) => !this.#doubtful.has(request)) ?? usual[0],
      forbidden: waiting.findLast((request) => !usual.includes(request)),
    };
  }

  #note(request: Request, { message, payload }: Response): void {
    const after = `${((message.atUs - request.message.atUs) / 1000).toFixed(3)} ms after the request`;
    if (request.forbiddenBy !== undefined && !this.#own.has(request)) {
      this.#add({ requirement: request.forbiddenBy }, request, 'no response, however late', `${payload.text}, ${after}`);
    }
    // A requirement of its own is about retained responses.
    const live = request.responses.filter((response) => !response.message.retain);
    // Which of several that need not be answered has caused a response shows only where its echo is right.
    const due = request.message.qos === 0 && request.forbiddenBy === undefined;
    if (due && live.length > 1 && !message.retain && !this.#owes(request)) {
      this.#add(
        { mistake: 'a request is answered twice' },
        request,
        'one response',
        `${live.length} responses to one request, the last one ${after}`,
      );
    }
  }

  /**
   * Whether a response returns the deviceSendTime of an earlier request of its device, to which that had come in another message. One that
   * several requests had may come of a malformed request, or by chance.
   */
  #hasEarlierEcho({ responseTopic, timestamp, message, forbiddenBy, malformed }: Request, response: Response): boolean {
    const echoOf = ({ deviceSendTime }: Response): string => String(deviceSendTime?.number);
    const digits = echoOf(response);
    if (timestamp === undefined || timestamp.digits === digits || forbiddenBy !== undefined || malformed === true) return false;
    const owner = this.run.unique.get(digits);
    if (owner?.responseTopic !== responseTopic || owner.message.atUs >= message.atUs) return false;
    return (
      owner.responses.some((one) => echoOf(one) === digits) &&
      !owner.responses.some((one) => isSame(one, response.message.payload))
    );
  }

  /** Once is enough. */
  #noteEcho(request: Request, { payload }: Response): void {
    const mistake = 'the echo is of an earlier request';
    if (this.run.lateMistakes.some((late) => late.mistake === mistake)) return;
    const expected = `deviceSendTime ${request.timestamp?.digits ?? ''}, as in the request`;
    this.#add({ mistake }, request, expected, payload.text);
  }

  /**
   * True while another request has no response: this one may be meant for it. That is another request of the same device, and have a
   * wrong echo, or that of another device with the same timestamp, and be on the wrong topic.
   */
  #owes(request: Request): boolean {
    if (!this.#own.has(request)) return false;
    const { responseTopic, timestamp } = request;
    // Where echoes show nothing, the answer to it was taken for one to the next request.
    if (!this.run.echoes && this.#left.some((other) => isWaiting(other) && other.responseTopic === responseTopic)) return true;
    return [...this.#present].some(([topic, requests]) =>
      requests.some(
        (other) =>
          isWaiting(other) &&
          other.message.qos === 0 &&
          other.forbiddenBy === undefined &&
          (topic === responseTopic || (timestamp !== undefined && other.timestamp?.digits === timestamp.digits)),
      ),
    );
  }

  #noteOddTimes(request: Request, response: Response): void {
    if (this.run.clockAside) return;
    for (const course of this.run.clockCourses) {
      const odd = course.add(request, response, this.run.clockResolution.step);
      if (odd === undefined) continue;
      this.#add(
        { mistake: "the server's time differs from one exchange to the next", explained: true },
        odd.request,
        `${course.member} by the clock that the times before and after it show`,
        `${course.member} ${odd.time}, ${Math.abs(odd.aheadMs)} ms ${odd.aheadMs > 0 ? 'ahead of' : 'behind'} that clock`,
      );
    }
  }

  #noteTimes(response: Response): void {
    const times = serverTimesOf(response);
    if (times === undefined || response.message.retain) return;
    const { request, message } = response;
    const taken = request === undefined ? undefined : { afterUs: request.message.atUs, beforeUs: message.atUs };
    // Such times show nothing of the clock's steps.
    if (!this.run.clockAside) for (const time of times) this.run.clockResolution.add(time, taken);
    const [received, sent] = times;
    if (received <= sent) return;
    const what = { mistake: 'the two members are swapped' };
    this.#add(what, request, 'serverRecvTime not later than serverSendTime', response.payload.text, response);
  }

  #add(
    what: Pick<LateMistake, 'requirement' | 'mistake' | 'explained'>,
    request: Request | undefined,
    expected: string,
    received: string,
    response?: Response,
  ): void {
    if (this.run.lateMistakes.length >= mostLateMistakes) return;
    // The stamps of a response are judged by what the present scenario sees, and everything else by what the request was sent for.
    const place = response === undefined ? (request?.place ?? this.#place) : this.#place;
    this.run.lateMistakes.push({ ...what, place, expected, received, trace: linesOf(request, response) });
  }
}
