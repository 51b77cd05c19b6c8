import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { EnvironmentError } from '../harness/implementation/errors.ts';
import type { Target } from '../harness/implementation/target.ts';
import type { ClientRun } from '../harness/platform/client-run.ts';
import type { ClientRunner } from '../harness/platform/client-runner.ts';
import {
  type ClientSetup,
  pagePayload,
  plainPayload,
  plainSetup,
  refusedUnnamed,
  trueAnswer,
} from '../harness/platform/client-setup.ts';
import { clockTrial, showsControlledClock } from '../harness/platform/clock-proof.ts';
import { isBusy } from '../harness/time/busy-machine.ts';
import type { Diagnosis } from '../verdict/evidence.ts';
import { equalStamps, membersByPosition, noTime, offsetRefused, zeroRoundTrip } from './client-diagnosis.ts';

type Performer = Pick<ClientRunner, 'perform'>;

/** How often a start is made again in which the client may have been kept waiting. */
const mostAgain = 2;

/** A response that left later than this after its time, in ms, was late by the suite's own fault: the start is made again. The Rules say so. */
const mostLateMs = 250;

/** The same of a response that left after the client's next request, in ms. The Rules say so. */
const mostOvertakenMs = 20;

/**
 * Starts the client, and again where it was silent and may have given up before it, or the suite, had its turn: on a busy machine it never
 * asked, or its response left late. A client that is silent in every start is not started so often.
 *
 * @param inform told of each start that was made again
 */
export async function startInTurn(
  setup: ClientSetup,
  starter: Pick<ClientRunner, 'perform' | 'performAgain' | 'mute'>,
  inform: (text: string) => void,
  busy: () => boolean = isBusy,
): Promise<ClientRun> {
  let clientRun = await starter.perform(setup);
  for (let again = 0; again < mostAgain && !starter.mute; again += 1) {
    const late = wasLate(clientRun);
    if (!late && !(neverAsked(clientRun) && busy())) break;
    inform(`the client was started again: ${late ? 'the suite answered it late' : 'it did not ask, and the machine was busy'}`);
    clientRun = await starter.performAgain(clientRun);
  }
  return clientRun;
}

function neverAsked({ setup, requests, reports, attempts }: ClientRun): boolean {
  // Only a silent client may have been kept waiting.
  if (reports.length > 0) return false;
  if (setup.refusal === 'does not listen') return false;
  return refusedUnnamed.has(setup.refusal) ? attempts === 0 : requests.length === 0;
}

/** Whether a client reported nothing, and its response left later than the setup says. */
function wasLate({ setup, requests: [request, next], reports }: ClientRun): boolean {
  const [response] = request?.responses ?? [];
  if (reports.length > 0 || setup.sequel !== undefined || request === undefined || response === undefined) return false;
  const tookMs = (response.message.atUs - request.message.atUs) / 1000;
  const lateMs = tookMs - setup.forthMs - setup.processingMs - setup.backMs;
  // A client that has asked again meanwhile may wait for the response to that request only.
  const overtaken = next !== undefined && next.message.atUs < response.message.atUs;
  return setup.clock === undefined && lateMs > (overtaken ? mostOvertakenMs : mostLateMs);
}

/**
 * Why a start shows nothing of a client under a controlled clock, in words: its stamp comes from another clock, or it does not connect
 * at a time at which the platform's certificate is not valid. Undefined where it shows something.
 *
 * @throws EnvironmentError where it waits by the clock that stands still: it asks without the controlled clock, and never with it
 */
export async function clockFaultOf(
  clientRun: ClientRun,
  starter: Performer & { readonly target: Pick<Target, 'tls'> },
): Promise<string | undefined> {
  const { setup, request, requests, connections, ended } = clientRun;
  if (setup.clock === undefined) return undefined;
  const sent = request?.deviceSendTime?.number;
  if (sent !== undefined && !showsControlledClock(sent, setup.clock.sends))
    return `the client's stamps come from another clock than the one that "clock" sets: that stood at ${setup.clock.sends}, and the client sent ${sent}`;
  const invalid = connections.length > 0 ? undefined : invalidAt(setup.clock.sends, starter.target.tls?.certificate);
  if (invalid !== undefined) return invalid;
  if (requests.length > 0 || ended !== undefined) return undefined;
  const [page, free] = await Promise.all([starter.perform(clockTrial(setup.type)), starter.perform(plainSetup(setup.type))]);
  // One that asks at the page's time, and not at another, has its reason in the time.
  if (page.requests.length > 0 || free.requests.length === 0) return undefined;
  throw new EnvironmentError(
    'the client waits by the wall clock, which stands still here, and never asks: let it wait by the monotonic clock, or take "clock" out ' +
      "of the target file's capabilities",
  );
}

/**
 * Why a client may refuse the platform's certificate at a time, in ms since 1970; undefined where it is valid, or there is none.
 *
 * @param certificate its path
 */
function invalidAt(timeMs: number, certificate: string | undefined): string | undefined {
  if (certificate === undefined) return undefined;
  const { validFrom, validTo } = new X509Certificate(readFileSync(certificate));
  if (timeMs >= Date.parse(validFrom) && timeMs <= Date.parse(validTo)) return undefined;
  return `the client does not connect while its clock stands at ${timeMs}, and tls.certificate is not valid then: it is from ${validFrom} to ${validTo}`;
}

/** Whether a client was answered, and reported no time. */
function isSilentThoughAnswered({ reports, request }: ClientRun): boolean {
  return reports.length === 0 && request?.responses.some(({ unsent }) => !unsent) === true;
}

/**
 * What a client refuses that has no time from a response with two equal stamps, or in the moment of its request, and one from another
 * response; undefined where it is not that.
 */
export async function refusedMoment(clientRun: ClientRun, starter: Performer): Promise<Diagnosis | undefined> {
  const { setup } = clientRun;
  if (!isSilentThoughAnswered(clientRun) || setup.clock !== undefined) return undefined;
  const trip = setup.forthMs + setup.backMs;
  if (setup.processingMs > 0 && trip > 0) return undefined;
  const other = await starter.perform({ ...plainSetup(setup.type), answers: setup.answers });
  if (other.reports.length === 0) return undefined;
  return trip > 0
    ? { kind: equalStamps, text: `${equalStamps}: serverRecvTime and serverSendTime may be the same millisecond` }
    : { kind: zeroRoundTrip, text: `${zeroRoundTrip}: a response may come in the millisecond of its request` };
}

/** Why a client reports no time in any start: it rejects one that is far from its own clock, or there never is one. */
export async function muteKind({ type }: ClientSetup, starter: Performer): Promise<string> {
  const { reports } = await starter.perform({ ...plainSetup(type), leadMs: 0 });
  return reports.length > 0 ? offsetRefused : noTime;
}

/** A refusal of the platform's time for being an hour ahead: there is a time where it is that of the client's machine. Undefined elsewhere. */
export async function refusedOffset(clientRun: ClientRun, starter: Performer): Promise<Diagnosis | undefined> {
  const { setup } = clientRun;
  if (!isSilentThoughAnswered(clientRun) || setup.clock !== undefined) return undefined;
  const usual = { ...plainSetup(setup.type), answers: setup.answers };
  // One that takes an hour refuses the time itself, and no offset.
  if (setup.serverRecvTime !== undefined && (await starter.perform(usual)).reports.length > 0) return undefined;
  const near = await starter.perform({ ...usual, leadMs: 0 });
  if (near.reports.length === 0) return undefined;
  return { kind: offsetRefused, text: `${offsetRefused}: a platform with the time of the client's machine is understood` };
}

/**
 * The order of the members that a client does not understand: it has no time from the response of its start, and one from the same
 * members in another order. Undefined where it is not that.
 */
export async function refusedOrder(clientRun: ClientRun, setup: ClientSetup, starter: Performer): Promise<Diagnosis | undefined> {
  if (!isSilentThoughAnswered(clientRun)) return undefined;
  const others = [plainPayload, pagePayload].map((payload) => starter.perform({ ...setup, answers: [trueAnswer(payload)] }));
  const understood = (await Promise.all(others)).find((other) => other.reports.length > 0);
  if (understood === undefined) return undefined;
  const { payload = '' } = understood.setup.answers[0] ?? {};
  return { kind: membersByPosition, text: `the members are read by position: ${payload} is understood` };
}
