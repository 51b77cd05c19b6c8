import type { Level, Requirement, Role } from '../../requirements/requirement.ts';
import { compare, type ProofMistake } from './comparison.ts';
import { gaps, proveScenarios, type ScenarioProof } from './coverage.ts';
import { faultsOfClaim, type Implementation } from './proof-implementation.ts';
import type { Trial } from './trial.ts';

/** What the suite said of one implementation, beside what is true of it. */
export interface ImplementationProof extends Omit<Implementation, 'target'> {
  readonly failed: readonly string[];
  readonly warned: readonly string[];
  /** Ids that the suite left unjudged because of what failed. */
  readonly untested: readonly string[];
  readonly mistakes: readonly ProofMistake[];
  readonly durationMs: number;
}

/** One requirement, and the implementations by which it is proven. */
export interface RequirementProof {
  readonly id: string;
  readonly level: Level;
  readonly role: Role;
  readonly sentence: string;
  /** Names of the faulty implementations that the suite caught by it. */
  readonly caught: readonly string[];
  readonly scenarios: readonly ScenarioProof[];
}

/** `proof.json`: what the suite catches, and what it lets through. */
export interface Proof {
  /** ISO 8601. */
  readonly finished: string;
  readonly durationMs: number;
  /** False when only some implementations were tried: then gaps are not looked for. */
  readonly whole: boolean;
  readonly proven: boolean;
  readonly implementations: readonly ImplementationProof[];
  readonly requirements: readonly RequirementProof[];
  /** What no implementation proves, in words. */
  readonly gaps: readonly string[];
}

/** Puts together what the trials show. */
export function conclude(
  requirements: readonly Requirement[],
  trials: readonly Trial[],
  { whole, durationMs }: { readonly whole: boolean; readonly durationMs: number },
): Proof {
  const implementations = trials.map((trial) => proveImplementation(trial, requirements));
  const scenarios = proveScenarios(requirements, trials);
  const open = whole
    ? gaps(
        requirements,
        trials.map(({ implementation }) => implementation),
        scenarios,
      )
    : [];
  return {
    finished: new Date().toISOString(),
    durationMs,
    whole,
    proven: open.length === 0 && implementations.every(({ mistakes }) => mistakes.length === 0),
    implementations,
    requirements: requirements.map(({ id, level, role, sentence }) => ({
      id,
      level,
      role,
      sentence,
      caught: implementations
        .filter(({ kind, failed, warned }) => kind === 'faulty' && [...failed, ...warned].includes(id))
        .map(({ name }) => name),
      scenarios: scenarios.filter(({ requirement }) => requirement === id),
    })),
    gaps: open,
  };
}

function proveImplementation(trial: Trial, requirements: readonly Requirement[]): ImplementationProof {
  const { implementation, report, durationMs } = trial;
  // with paths of this machine
  const { target: _target, ...shown } = implementation;
  const having = (status: string): string[] =>
    report?.requirements.filter((result) => result.status === status).map(({ id }) => id) ?? [];
  const claim = faultsOfClaim(implementation, requirements).map(
    (text): ProofMistake => ({ kind: 'missing failure', implementation: implementation.name, text }),
  );
  return {
    ...shown,
    failed: having('failed'),
    warned: having('warning'),
    untested: having('untested'),
    mistakes: claim.length > 0 ? claim : compare(trial),
    durationMs,
  };
}

/** The figures that a reader wants first. */
export function figures({ implementations, requirements }: Proof): {
  readonly faulty: number;
  readonly caught: number;
  readonly unusual: number;
  readonly certified: number;
  readonly requirements: number;
  readonly proven: number;
  readonly scenarios: number;
  readonly failed: number;
} {
  const faulty = implementations.filter(({ kind }) => kind === 'faulty');
  const unusual = implementations.filter(({ kind }) => kind === 'unusual');
  const right = ({ mistakes }: ImplementationProof): boolean => mistakes.length === 0;
  const scenarios = requirements.flatMap((requirement) => requirement.scenarios);
  return {
    faulty: faulty.length,
    caught: faulty.filter(right).length,
    unusual: unusual.length,
    certified: unusual.filter(right).length,
    requirements: requirements.length,
    proven: requirements.filter(({ caught }) => caught.length > 0).length,
    scenarios: scenarios.length,
    failed: scenarios.filter(({ failedBy }) => failedBy.length > 0).length,
  };
}
