import { TooUncertain } from '../harness/platform/expected-time.ts';

/**
 * Judges, and measures again where the machine was too busy to judge.
 *
 * @param most how often it measures again; looked up at each time
 * @param again measures again @throws what it throws
 * @throws TooUncertain where it stays so
 */
export async function untilCertain<T>(
  judge: () => T | Promise<T>,
  again: (why: TooUncertain) => Promise<void>,
  most: () => number,
): Promise<T> {
  for (let times = 0; ; times += 1) {
    try {
      return await judge();
    } catch (error) {
      if (!(error instanceof TooUncertain) || times >= most()) throw error;
      await again(error);
    }
  }
}
