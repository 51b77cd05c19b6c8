import type { Role } from '../../requirements/requirement.ts';
import type { AnswerRecord, ExchangeRecord } from '../../verdict/report.ts';
import { niceStep, whole } from './numbers.ts';

/** The measures of every drawing, in pixels at its natural size. */
export const frame = { width: 360, device: 116, server: 244, top: 54, span: 150, label: 30 } as const;

/** The line of a message from one lane to the other. */
export interface Arrow {
  readonly from: number;
  readonly to: number;
  /** The message was not sent. */
  readonly unheard: boolean;
}

/** A timestamp: its place on its lane, and the place of its label. */
export interface Stamp {
  readonly name: 'deviceSendTime' | 'serverRecvTime' | 'serverSendTime' | 'deviceRecvTime';
  /** Decimal digits; undefined if the message has no such time, or if it is unknown. */
  readonly digits: string | undefined;
  readonly y: number;
  readonly labelY: number;
}

/** An exchange to scale: time runs downwards on two lanes. */
export interface SequenceLayout {
  readonly stamps: readonly Stamp[];
  readonly request: Arrow;
  readonly responses: readonly Arrow[];
  /** How many ms a unit of the drawing is; undefined without an answer, because then nothing has a length. */
  readonly msPerUnit: number | undefined;
  /** The scale: a time in ms, and its length in the drawing. */
  readonly scale: { readonly ms: number; readonly length: number } | undefined;
  /** The time from deviceSendTime to deviceRecvTime, and the claimed time from serverRecvTime to serverSendTime, in ms. */
  readonly elapsedMs: number | undefined;
  readonly processingMs: number | undefined;
  /** True if the server claims a processing time that is longer than the exchange, or negative. */
  readonly impossible: boolean;
  readonly height: number;
}

/** The answer that matters: a server's first answer; for a client the platform's last answer, which is the valid one. */
export function mainAnswer({ answers }: ExchangeRecord, role: Role): AnswerRecord | undefined {
  if (role === 'server') return answers[0];
  return answers.findLast(({ unheard }) => unheard !== true) ?? answers.at(-1);
}

/**
 * Places the parts of an exchange. The two clocks are aligned by the formula, which assumes that request and response take equally long.
 * For a client, the latencies are known, and are drawn as they were.
 */
export function layOut(exchange: ExchangeRecord, role: Role): SequenceLayout {
  const answer = mainAnswer(exchange, role);
  if (answer === undefined) return unanswered(exchange);
  const { deviceSendTime, forthMs } = exchange;
  const elapsed = elapsedOf(exchange, answer, role);
  const claimed = processingOf(answer);
  // Timestamps are whole milliseconds: a claimed time may exceed the real time by up to 1 ms.
  const impossible = claimed !== undefined && (claimed < 0 || claimed > elapsed + 1);
  const processing = impossible ? (claimed ?? 0) : Math.min(claimed ?? 0, elapsed);
  const rest = elapsed - processing;
  const known = role === 'client' && forthMs !== undefined && (forthMs > 0 || rest > 5) && forthMs <= rest;
  const received = known ? forthMs : rest / 2;
  const moments = [0, received, received + processing, elapsed] as const;
  const others = exchange.answers.filter((other) => other !== answer).slice(0, 3);
  const back = elapsed - (received + processing);
  const ends = others.map(({ afterMs }) => afterMs);
  const first = Math.min(...moments);
  const last = Math.max(...moments, ...ends);
  const msPerUnit = Math.max(last - first, 0.001) / frame.span;
  const y = (ms: number): number => frame.top + (ms - first) / msPerUnit;
  const [sent, come, gone, arrived] = moments.map(y) as [number, number, number, number];
  const [sentLabel, arrivedLabel] = spread([sent, arrived]);
  const [comeLabel, goneLabel] = spread([come, gone]);
  const step = niceStep(last - first, 3);
  const arrow = (other: AnswerRecord): Arrow => {
    return { from: Math.max(frame.top, y(other.afterMs - back)), to: y(other.afterMs), unheard: other.unheard === true };
  };
  return {
    stamps: [
      { name: 'deviceSendTime', digits: deviceSendTime, y: sent, labelY: sentLabel },
      { name: 'serverRecvTime', digits: answer.serverRecvTime, y: come, labelY: comeLabel },
      { name: 'serverSendTime', digits: answer.serverSendTime, y: gone, labelY: goneLabel },
      { name: 'deviceRecvTime', digits: answer.deviceRecvTime, y: arrived, labelY: arrivedLabel },
    ],
    request: { from: sent, to: come, unheard: false },
    responses: [...others.map(arrow), { from: gone, to: arrived, unheard: answer.unheard === true }],
    msPerUnit,
    scale: { ms: step, length: step / msPerUnit },
    elapsedMs: elapsed,
    processingMs: claimed,
    impossible,
    height: frame.top + frame.span + 46,
  };
}

function unanswered({ deviceSendTime }: ExchangeRecord): SequenceLayout {
  const top = frame.top;
  return {
    stamps: [{ name: 'deviceSendTime', digits: deviceSendTime, y: top, labelY: top }],
    request: { from: top, to: top + 36, unheard: false },
    responses: [],
    msPerUnit: undefined,
    scale: undefined,
    elapsedMs: undefined,
    processingMs: undefined,
    impossible: false,
    height: top + 110,
  };
}

/** The duration on the device's clock, in ms: for a client by its own timestamps, otherwise as the suite measured it, in µs. */
function elapsedOf({ deviceSendTime }: ExchangeRecord, { deviceRecvTime, afterMs }: AnswerRecord, role: Role): number {
  const [sent, arrived] = [whole(deviceSendTime), whole(deviceRecvTime)];
  if (role === 'server' || sent === undefined || arrived === undefined) return afterMs;
  const elapsed = Number(arrived - sent);
  // If a client reports a different clock from the one that it sends, there is no length to draw.
  return elapsed >= 0 && elapsed < 86_400_000 ? elapsed : afterMs;
}

function processingOf({ serverRecvTime, serverSendTime }: AnswerRecord): number | undefined {
  const [received, sent] = [whole(serverRecvTime), whole(serverSendTime)];
  return received === undefined || sent === undefined ? undefined : Number(sent - received);
}

/** Moves two labels apart by the same distance if they would overlap. */
function spread([a, b]: readonly [number, number]): readonly [number, number] {
  const apart = Math.abs(b - a);
  if (apart >= frame.label) return [a, b];
  const push = (frame.label - apart) / 2;
  return a <= b ? [a - push, b + push] : [a + push, b - push];
}
