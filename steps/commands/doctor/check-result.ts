import { Deadline } from '../../harness/time/deadline.ts';

/** The result of one check of `doctor`. `not needed`: it is missing or was not tried, and this run does not need it. */
export interface CheckResult {
  readonly name: string;
  readonly status: 'ok' | 'not needed' | 'problem';
  /** What was seen, in words. */
  readonly seen: string;
  /** What to do about a problem. */
  readonly advice?: string;
}

/** The result of a check without its name. */
export type CheckOutcome = Omit<CheckResult, 'name'>;

/**
 * Runs a check, and always returns a result. An exception is a problem; so is a check that takes too long, whose result is then ignored.
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

/** The result for what is there. */
export function ok(seen: string): CheckOutcome {
  return { status: 'ok', seen };
}

/** The result for what this run does not need. */
export function notNeeded(seen: string): CheckOutcome {
  return { status: 'not needed', seen };
}

/** The result for what is missing or wrong. */
export function problem(seen: string, advice = ''): CheckOutcome {
  return { status: 'problem', seen, ...(advice === '' ? {} : { advice }) };
}
