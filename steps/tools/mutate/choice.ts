import type { Implementation } from '../prove/proof-implementation.ts';

/** A generator of numbers from 0 up to 1 that gives the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The items in an order of chance. */
export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, rank: random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}

/** Who is to notice a change in what judges these requirements. */
export interface Jury {
  /** Names of a few: each requirement's most specific faulty implementation, and a correct one of each role. */
  readonly few: readonly string[];
  /** Names of more that may notice where these did not. */
  readonly more: readonly string[];
}

/** So many faulty implementations are tried at first, and so many of each kind where these notice nothing. */
const most = { few: 4, moreFaulty: 14, moreCorrect: 4 };

/** The jury for these requirements; empty where no implementation breaks any of them. */
export function juryFor(ids: ReadonlySet<string>, implementations: readonly Implementation[], random: () => number): Jury {
  const breaks = ({ fails, warns }: Implementation): string[] => [...fails, ...warns].filter((id) => ids.has(id));
  const faulty = implementations.filter((one) => one.kind === 'faulty' && breaks(one).length > 0);
  const roles = new Set(faulty.map(({ role }) => role));
  const correct = shuffled(
    implementations.filter(({ kind, role }) => kind === 'unusual' && roles.has(role)),
    random,
  );
  const specific = shuffled(faulty, random).sort((a, b) => a.fails.length + a.warns.length - (b.fails.length + b.warns.length));
  const judged = new Set<string>();
  const first = specific.filter((one) => {
    const fresh = breaks(one).filter((id) => !judged.has(id));
    for (const id of fresh) judged.add(id);
    return fresh.length > 0;
  });
  const few = [...first, ...specific.filter((one) => !first.includes(one))].slice(0, most.few);
  const one = [...roles].flatMap((role) => correct.filter((implementation) => implementation.role === role).slice(0, 1));
  const names = (of: readonly Implementation[]): string[] => of.map(({ name }) => name);
  const others = (of: readonly Implementation[]): Implementation[] => of.filter((other) => ![...one, ...few].includes(other));
  const more = [...others(specific).slice(0, most.moreFaulty), ...others(correct).slice(0, most.moreCorrect)];
  return { few: names([...one, ...few]), more: names(more) };
}
