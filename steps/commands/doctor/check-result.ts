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
export type CheckOutcome = Omit<CheckResult, 'name'>;

/**
 * Looks, and comes back with a finding in any case: whatever is thrown is a problem, and so is what takes too long, which goes on unheard.
 *
 * @param withinMs how long it may take
 */
export async function runCheck(
  name: string,
  withinMs: number,
  at: () => CheckOutcome | Promise<CheckOutcome>,
): Promise<CheckResult> {
  const late = Promise.withResolvers<CheckOutcome>();
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
export function ok(seen: string): CheckOutcome {
  return { status: 'ok', seen };
}

/** A finding about something that this run does not need. */
export function notNeeded(seen: string): CheckOutcome {
  return { status: 'not needed', seen };
}

/** What is missing or wrong. */
export function problem(seen: string, advice = ''): CheckOutcome {
  return { status: 'problem', seen, ...(advice === '' ? {} : { advice }) };
}
