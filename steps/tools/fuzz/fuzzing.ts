import type { CaseTally, FuzzedPart } from './fuzzed-part.ts';

/** How a part is fuzzed. */
export interface FuzzSettings {
  /** The least number of mutated packets and payloads. */
  readonly runs: number;
  readonly seed: number;
  /** The path of a finding by fast-check, to repeat that case alone. */
  readonly path?: string | undefined;
  readonly onCase?: () => void;
}

/** The result of fuzzing a part. */
export interface FuzzOutcome {
  readonly cases: number;
  readonly tally: CaseTally;
  readonly seconds: number;
  /** The first finding, reduced by fast-check, and how to repeat it. */
  readonly finding: string | undefined;
}

/** The most cases from one seed. */
const batch = 10_000;

/** Fuzzes one part until there were so many inputs, or until a finding. An unhandled exception is a finding as well. */
export async function fuzz(kind: FuzzedPart, { runs, seed, path, onCase = () => {} }: FuzzSettings): Promise<FuzzOutcome> {
  const tally: CaseTally = { inputs: 0, conforming: 0, failed: 0 };
  const start = performance.now();
  const strays: unknown[] = [];
  const onStray = (error: unknown): void => {
    strays.push(error);
  };
  const after = (): void => {
    const [cause] = strays.splice(0);
    if (cause !== undefined) throw new Error('an unhandled exception', { cause });
  };
  process.on('uncaughtException', onStray);
  process.on('unhandledRejection', onStray);
  try {
    const work = await kind.begin(tally);
    let finding: string | undefined;
    let cases = 0;
    for (let round = seed; tally.inputs < runs && finding === undefined; round += 1) {
      const wanted = Math.min(batch, runs - tally.inputs);
      const { cases: tried, failure } = await work({ seed: round, cases: wanted, path, before: onCase, after });
      cases += tried;
      if (failure !== undefined) {
        const repeat = `npm run fuzz -- --kind ${kind.name} --seed ${round} --path "${failure.path}"`;
        finding = `${inWords(failure.error)}\n  case    ${failure.example}\n  repeat  ${repeat}`;
      }
      if (path !== undefined) break;
    }
    return { cases, tally, seconds: (performance.now() - start) / 1000, finding };
  } finally {
    process.off('uncaughtException', onStray);
    process.off('unhandledRejection', onStray);
  }
}

function inWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'FuzzFinding') return error.message;
  const cause = error.cause === undefined ? '' : `\ncaused by ${inWords(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
