import type { FleetAnswer } from '../../harness/device/fleet.ts';
import { Durations } from './latency.ts';
import type { Course } from './load-document.ts';

/** The measurements of a load's requests. Times are monotonic, in µs. */
export class LoadMeasurements {
  /** The time from when a request was due to its answer. */
  readonly latency = Durations.none();
  /** The time from when a request was due to when the suite sent it: the suite's part of the latency. */
  readonly lateness = Durations.none();
  /** The time from when the suite sent a request to its answer: the part of the server and the network. */
  readonly response = Durations.none();
  readonly #stepMs: number;
  readonly #asked: number[] = [];
  readonly #answered: number[] = [];
  readonly #start: number;
  #last: number;

  constructor(stepMs: number, start: number) {
    this.#stepMs = stepMs;
    this.#start = start;
    this.#last = start;
  }

  asked(due: number, at: number): void {
    this.lateness.record(at - due);
    this.#count(this.#asked, at);
  }

  answered({ due, sent, at }: Pick<FleetAnswer, 'due' | 'sent' | 'at'>): void {
    this.latency.record(at - due);
    this.response.record(at - sent);
    this.#count(this.#answered, at);
  }

  /** From the beginning to the last request or answer, in ms. */
  get ms(): number {
    return (this.#last - this.#start) / 1000;
  }

  get course(): Course {
    const steps = Math.max(this.#asked.length, this.#answered.length);
    const filled = (counts: readonly number[]): number[] => Array.from({ length: steps }, (_, step) => counts[step] ?? 0);
    return { stepMs: this.#stepMs, asked: filled(this.#asked), answered: filled(this.#answered) };
  }

  #count(counts: number[], at: number): void {
    const step = Math.floor((at - this.#start) / 1000 / this.#stepMs);
    counts[step] = (counts[step] ?? 0) + 1;
    this.#last = at;
  }
}
