import { Deadline } from '../../harness/time/deadline.ts';

/** What a look at the surroundings of a run came to. `not needed` is said of what is missing, or was not tried, and not missed either. */
export interface CheckResult {
  readonly name: string;
  readonly status: 'ok' | 'not needed' | 'problem';
  /** What was seen, in words. */
  readonly seen: string;
  /** What to do about a problem. */
  readonly advice?: string;
}

/** A finding without its name. */
export type Seen = Omit<CheckResult, 'name'>;

/**
 * Looks, and comes back with a finding in any case: whatever is thrown is a problem, and so is what takes too long, which goes on unheard.
 *
 * @param withinMs how long it may take
 */
export async function look(name: string, withinMs: number, at: () => Seen | Promise<Seen>): Promise<CheckResult> {
  const late = Promise.withResolvers<Seen>();
  using _deadline = new Deadline(withinMs, () =>
    late.resolve(problem(`no answer within ${withinMs / 1000} s`, 'See what keeps it from answering, and try again.')),
  );
  try {
    return { name, ...(await Promise.race([Promise.resolve().then(at), late.promise])) };
  } catch (error) {
    const [seen = '', ...advice] = (error instanceof Error ? error.message : String(error)).split('\n');
    return { name, ...problem(seen, advice.map((line) => line.trim()).join(' ')) };
  }
}

/** What is there. */
export function ok(seen: string): Seen {
  return { status: 'ok', seen };
}

/** A finding about something that this run does not need. */
export function notNeeded(seen: string): Seen {
  return { status: 'not needed', seen };
}

/** What is missing or wrong. */
export function problem(seen: string, advice = ''): Seen {
  return { status: 'problem', seen, ...(advice === '' ? {} : { advice }) };
}
