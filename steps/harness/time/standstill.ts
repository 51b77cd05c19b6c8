import { nowUs } from './now.ts';

/** How often the watch looks at the clocks, in ms. */
const beatMs = 100;

/** How late any machine may be with a timer, in ms: that is no standstill. */
const usualMs = 50;

/** From this length on a standstill may have decided what was measured, in ms. Ordinary load does not stop a process for so long. */
const leastMs = 1_000;

/** How long after a standstill nothing is begun that is measured, in ms: not everything goes on at the same moment. */
const settleMs = 1_000;

/** The most standstills that are kept. */
const mostKept = 1_000;

/** What the watch reads. */
export interface StandstillClocks {
  /** Monotonic time in µs. */
  nowUs(): number;
  /** Wall time in ms since 1970. */
  wallMs(): number;
  /** Processor time that this process has used, in ms. */
  processorMs(): number;
}

const ownClocks: StandstillClocks = {
  nowUs,
  wallMs: () => Date.now(),
  processorMs: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
};

/** A time in which the suite did not run, or in which the wall clock jumped. */
interface Standstill {
  readonly fromUs: number;
  readonly toUs: number;
  readonly kind: StandstillKind;
  readonly ms: number;
}

/** What is said of standstills of a kind, given how long they took together. */
const words = {
  stopped: (took: string) => `the suite stood still for ${took}`,
  ahead: (took: string) => `the machine stood still for ${took}, or its clock was set ahead`,
  back: (took: string) => `the clock of the machine was set back by ${took}`,
} as const;

type StandstillKind = keyof typeof words;

/**
 * Knows when the suite did not run: it was stopped by a signal, its container or its machine was suspended, or it got no processor time.
 * What was measured meanwhile says nothing about any implementation.
 */
export class StandstillWatch {
  readonly #clocks: StandstillClocks;
  readonly #standstills: Standstill[] = [];
  #seenUs: number;
  #seenProcessorMs: number;
  /** Wall time minus monotonic time, in ms. */
  #offsetMs: number;
  #stoodMs = 0;

  constructor(clocks: StandstillClocks = ownClocks) {
    this.#clocks = clocks;
    this.#seenUs = clocks.nowUs();
    this.#seenProcessorMs = clocks.processorMs();
    this.#offsetMs = clocks.wallMs() - this.#seenUs / 1000;
  }

  /** Watches until the process ends, and does not keep it alive. */
  start(): this {
    setInterval(() => {
      this.#look();
      this.#see(this.#clocks.nowUs());
    }, beatMs).unref();
    return this;
  }

  /** A monotonic time in ms that stands while the suite stands: for deadlines. */
  ranMs(): number {
    this.#look();
    return this.#clocks.nowUs() / 1000 - this.#stoodMs;
  }

  /**
   * Why a measurement between two monotonic times shows nothing, in words such as "the suite stood still for 12.0 s"; undefined where it
   * shows something. A standstill of less than a second counts for deadlines only.
   *
   * @param toUs now where it is left out
   */
  touched(fromUs: number, toUs = Number.POSITIVE_INFINITY): string | undefined {
    this.#look();
    const touching = this.#standstills.filter((one) => one.toUs >= fromUs && one.fromUs <= toUs);
    if (touching.length === 0) return undefined;
    const kinds = Map.groupBy(touching, ({ kind }) => kind);
    return [...kinds].map(([kind, all]) => words[kind](inSeconds(all.reduce((sum, { ms }) => sum + ms, 0)))).join(', ');
  }

  /** Waits until a second has passed since the last standstill: then everything that stood still with the suite runs again. */
  async settled(): Promise<void> {
    this.#look();
    const last = this.#standstills.at(-1);
    const leftMs = last === undefined ? 0 : settleMs - (this.#clocks.nowUs() - last.toUs) / 1000;
    if (leftMs > 0) await new Promise((resolve) => setTimeout(resolve, leftMs));
  }

  #look(): void {
    const atUs = this.#clocks.nowUs();
    const jumpMs = this.#clocks.wallMs() - atUs / 1000 - this.#offsetMs;
    if (Math.abs(jumpMs) >= leastMs) {
      this.#keep(atUs, jumpMs > 0 ? 'ahead' : 'back', Math.abs(jumpMs));
      this.#offsetMs += jumpMs;
    }
    const lateMs = (atUs - this.#seenUs) / 1000 - beatMs;
    if (lateMs <= usualMs) return;
    // What the suite computed itself is no standstill.
    const stoodMs = lateMs - (this.#clocks.processorMs() - this.#seenProcessorMs);
    if (stoodMs > usualMs) this.#stoodMs += stoodMs;
    if (stoodMs >= leastMs) this.#keep(atUs, 'stopped', stoodMs);
    this.#see(atUs);
  }

  #keep(toUs: number, kind: StandstillKind, ms: number): void {
    if (this.#standstills.length >= mostKept) this.#standstills.shift();
    this.#standstills.push({ fromUs: this.#seenUs, toUs, kind, ms });
  }

  #see(atUs: number): void {
    this.#seenUs = atUs;
    this.#seenProcessorMs = this.#clocks.processorMs();
    this.#offsetMs = this.#clocks.wallMs() - atUs / 1000;
  }
}

const inSeconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** The watch of this process. */
export const standstills: StandstillWatch = new StandstillWatch().start();
