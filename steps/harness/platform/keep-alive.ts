import { Deadline } from '../time/deadline.ts';
import { standstills } from '../time/standstill.ts';

/** How much longer than the keep-alive of its CONNECT a client may be silent: MQTT 3.1.1, section 3.1.2.10, and MQTT 5. */
const grace = 1.5;

/** Watches that a client is never silent for longer than its CONNECT allows, in time in which the suite ran. */
export class KeepAlive {
  readonly #silent: (forS: number) => void;
  #mostMs = 0;
  #heardMs = standstills.ranMs();
  #deadline: Deadline | undefined;

  /** @param silent called once when the client has been silent for so many seconds */
  constructor(silent: (forS: number) => void) {
    this.#silent = silent;
  }

  /** A packet of the client has come. */
  heard(): void {
    this.#heardMs = standstills.ranMs();
  }

  /** @param keepAliveS as its CONNECT says, in s; 0 allows any silence */
  start(keepAliveS: number): void {
    this.#mostMs = keepAliveS * grace * 1000;
    if (keepAliveS > 0) this.#wait(this.#mostMs);
  }

  stop(): void {
    this.#deadline?.clear();
  }

  #wait(ms: number): void {
    this.#deadline = new Deadline(ms, () => this.#look());
  }

  #look(): void {
    const leftMs = this.#heardMs + this.#mostMs - standstills.ranMs();
    if (leftMs > 0) this.#wait(leftMs);
    else this.#silent(this.#mostMs / 1000);
  }
}
