import { basename } from 'node:path';
import type { Turn } from '../harness/device/server-lanes.ts';
import { type Requirement, readRequirements, type Scenario, subjectRank } from './requirement.ts';

/** A scenario, and the requirement that it belongs to. */
export type Owned = readonly [requirement: Requirement, scenario: Scenario];

/** All scenarios of some requirements, in their order. */
export function scenariosOf(requirements: readonly Requirement[]): Owned[] {
  return requirements.flatMap((requirement) => requirement.scenarios.map((scenario): Owned => [requirement, scenario]));
}

/** By the name and the line of their file: a run of many scenarios does not look through all of them for each. */
let known: ReadonlyMap<string, readonly Owned[]> | undefined;

/**
 * The scenario that stands at a line of a feature file.
 *
 * @param uri the file; any path to it will do
 * @throws Error where none stands there
 */
export function scenarioAt(uri: string, line: number): Owned {
  known ??= Map.groupBy(scenariosOf(readRequirements()), ([, { place }]) => basename(place));
  const here = `${uri.replaceAll('\\', '/')}:${line}`;
  const found = known.get(basename(here))?.find(([, { place }]) => here.endsWith(place));
  if (found === undefined) throw new Error(`${here}: this scenario belongs to no requirement`);
  return found;
}

/**
 * When a scenario runs. First come the scenarios of what all others depend on. Last come those that the server may not survive, one subject
 * after the other: a later scenario could not tell what ended it. Where a scenario stops the server's clock, it stops it for all.
 */
export function turnOf([{ dependsOn, alone, last, place }, { capabilities }]: Owned): Turn {
  const single = alone === true || capabilities.includes('clock');
  if (dependsOn.length === 0) return { number: 0, alone: single };
  if (last === true) return { number: 3 + subjectRank(place.replace(/:\d+$/, '')), alone: single };
  return { number: single ? 2 : 1, alone: single };
}
