import { Changes } from '../time/changes.ts';
import { KnownDevices } from './known-devices.ts';
import { ServerRun } from './server-run.ts';

/** When scenarios run: those of a lower number first, those of one number together. */
export interface Turn {
  readonly number: number;
  /** True for a scenario beside which no other one may run. */
  readonly alone: boolean;
}

/** A scenario that wants to run. */
export interface WaitingScenario extends Turn {
  readonly place: string;
  /** The devices that it names, as "productKey/deviceName". */
  readonly names: readonly string[];
}

/** From this round trip on, in ms, several scenarios run at once: below it, waiting takes less time than the rest. */
const farMs = 20;

/** The most scenarios that run at once. */
const mostLanes = 16;

/**
 * Has scenarios run at once in front of a server that is far away or slow. Each gets a lane with devices of its own, once those of an
 * earlier turn are over and nothing runs beside which it must not run.
 */
export class ServerLanes {
  readonly #lanes: readonly ServerRun[];
  readonly #running = new Map<ServerRun, WaitingScenario>();
  readonly #changes = new Changes();
  /** How many scenarios of each turn have not begun. */
  readonly #left = new Map<number, number>();
  readonly #revives: boolean;

  /**
   * @param how `turns` are those of all scenarios that will run: with one lane none of them waits; `revives` has a server that has ended
   *   started again before the next scenario, where the suite can
   */
  constructor(
    first: ServerRun,
    how: { readonly count?: number; readonly turns?: readonly Turn[]; readonly revives?: boolean } = {},
  ) {
    const { count = 1, turns = [], revives = false } = how;
    this.#revives = revives;
    first.state.lanes = count;
    this.#lanes = [first, ...Array.from({ length: count - 1 }, (_, index) => laneOf(first, index + 1))];
    for (const { number } of turns) this.#left.set(number, (this.#left.get(number) ?? 0) + 1);
  }

  /** How many scenarios are to run at once in front of this server, by its round trip and by what its target file allows. */
  static countFor({ state, started: { target }, pacing: { limits } }: ServerRun): number {
    if ((state.roundTripMs ?? 0) < farMs) return 1;
    const connections = Math.floor((limits.connections ?? Number.POSITIVE_INFINITY) / 4);
    return Math.max(1, Math.min(mostLanes, KnownDevices.lanes(target), connections));
  }

  /** How many scenarios run at once. */
  get count(): number {
    return this.#lanes.length;
  }

  /**
   * Waits until a scenario may run.
   *
   * @returns its lane, to be given back by {@link leave}
   * @throws EnvironmentError where the server does not come back
   */
  async enter(scenario: WaitingScenario): Promise<ServerRun> {
    // Taken at once when it is found: others that wait look at the same moment. Those that run have deadlines of their own.
    const lane = await this.#changes.until(() => this.#take(scenario));
    const { started } = lane;
    if (this.#revives && started.ended() !== undefined && started.restart !== undefined) await lane.restart('SIGKILL');
    return lane;
  }

  /** The scenario of a lane is over. */
  leave(lane: ServerRun): void {
    lane.beside.clear();
    this.#running.delete(lane);
    this.#changes.changed();
  }

  #take(scenario: WaitingScenario): ServerRun | undefined {
    const lane = this.#laneFor(scenario);
    if (lane === undefined) return undefined;
    for (const [other, { place }] of this.#running) {
      other.beside.add(scenario.place);
      lane.beside.add(place);
    }
    this.#running.set(lane, scenario);
    this.#left.set(scenario.number, (this.#left.get(scenario.number) ?? 1) - 1);
    return lane;
  }

  #laneFor(scenario: WaitingScenario): ServerRun | undefined {
    const free = this.#lanes.find((lane) => !this.#running.has(lane));
    if (this.#lanes.length === 1 || free === undefined) return free;
    const earlier = [...this.#left].some(([number, left]) => number < scenario.number && left > 0);
    const running = [...this.#running];
    const apart = running.some(
      ([lane, other]) =>
        other.number !== scenario.number ||
        other.alone ||
        scenario.alone ||
        scenario.names.some((name) => other.names.includes(name) || lane.devices.uses(name)) ||
        other.names.some((name) => free.devices.uses(name)),
    );
    return earlier || apart ? undefined : free;
  }
}

/** The same run, for scenarios that run at the same time. */
function laneOf(first: ServerRun, number: number): ServerRun {
  return new ServerRun(first.started, first.clock, first, { state: first.state, number });
}
