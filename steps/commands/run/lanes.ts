import type { Envelope } from '@cucumber/messages';

/** Messages that every lane sends for all scenarios, even for those that it does not run. */
const shared = new Set([
  'meta',
  'source',
  'gherkinDocument',
  'pickle',
  'stepDefinition',
  'hook',
  'parameterType',
  'undefinedParameterType',
]);

const kindOf = (envelope: Envelope): string => Object.keys(envelope)[0] ?? '';

/**
 * Merges the messages of several lanes into one stream. Each lane sends the same features with ids of its own. The ids of the first
 * lane replace those of the others.
 */
export class Lanes {
  readonly #first = new Map<string, Envelope[]>();
  readonly #seen: Map<string, number>[];
  readonly #ids: Map<string, string>[];
  readonly #waiting: Envelope[][];
  readonly #take: (envelope: Envelope) => void;
  #running: number;
  #success = true;

  /** @param take receives the messages of the merged stream */
  constructor(count: number, take: (envelope: Envelope) => void) {
    this.#running = count;
    this.#take = take;
    this.#seen = Array.from({ length: count }, () => new Map<string, number>());
    this.#ids = Array.from({ length: count }, () => new Map<string, string>());
    this.#waiting = Array.from({ length: count }, () => []);
  }

  /** Takes the next message of a lane. */
  add(lane: number, envelope: Envelope): void {
    if (lane === 0) {
      this.#pass(envelope);
      const kind = kindOf(envelope);
      if (!shared.has(kind) && kind !== 'testRunStarted') return;
      const known = this.#first.get(kind);
      if (known === undefined) this.#first.set(kind, [envelope]);
      else known.push(envelope);
      for (const other of this.#waiting.keys()) this.#catchUp(other);
      return;
    }
    this.#waiting[lane]?.push(envelope);
    this.#catchUp(lane);
  }

  /** Processes the messages of a lane, up to the first one that the first lane has not sent yet. */
  #catchUp(lane: number): void {
    const waiting = this.#waiting[lane] ?? [];
    const [seen, ids] = [this.#seen[lane], this.#ids[lane]];
    if (seen === undefined || ids === undefined) return;
    while (waiting[0] !== undefined) {
      const envelope = waiting[0];
      const kind = kindOf(envelope);
      if (shared.has(kind) || kind === 'testRunStarted') {
        const index = seen.get(kind) ?? 0;
        const counterpart = this.#first.get(kind)?.[index];
        if (counterpart === undefined) return;
        pair(counterpart, envelope, ids);
        seen.set(kind, index + 1);
      } else this.#pass(rename(envelope, ids));
      waiting.shift();
    }
  }

  #pass(envelope: Envelope): void {
    if (envelope.testRunFinished === undefined) {
      this.#take(envelope);
      return;
    }
    this.#running -= 1;
    this.#success &&= envelope.testRunFinished.success;
    // Any lane may end last; the stream ends with it.
    if (this.#running === 0) this.#take({ testRunFinished: { ...envelope.testRunFinished, success: this.#success } });
  }
}

/** Maps each id in `other` to the id at the same place in `first`. */
function pair(first: unknown, other: unknown, ids: Map<string, string>): void {
  if (typeof first !== 'object' || first === null || typeof other !== 'object' || other === null) return;
  for (const [name, value] of Object.entries(first)) {
    const counterpart = (other as Record<string, unknown>)[name];
    if (name === 'id' && typeof value === 'string' && typeof counterpart === 'string') ids.set(counterpart, value);
    else pair(value, counterpart, ids);
  }
}

/** Members with free text: they never change, even if the text looks like an id. */
const texts = new Set(['body', 'message', 'stackTrace']);

function rename<T>(value: T, ids: ReadonlyMap<string, string>): T {
  if (typeof value === 'string') return (ids.get(value) ?? value) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => rename(item, ids)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, texts.has(name) ? member : (rename(member, ids) as unknown)]),
  ) as T;
}
