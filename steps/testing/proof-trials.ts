import type { Requirement } from '../requirements/requirement.ts';
import type { Implementation } from '../tools/prove/proof-implementation.ts';
import type { Trial } from '../tools/prove/trial.ts';
import type { Failure, Report, ScenarioResult, Status } from '../verdict/report.ts';

/** A requirement of two scenarios. */
export function requirement(id: string, level: 'must' | 'should' = 'must'): Requirement {
  const scenario = (n: number) => ({ title: `${id} ${n}`, place: `features/server/${id}.feature:${n}`, capabilities: [] });
  return {
    id,
    level,
    role: 'server',
    capabilities: [],
    feature: 'A subject of the server',
    sentence: `the server ${level.toUpperCase()} do ${id}`,
    description: '',
    source: 'made up',
    dependsOn: [],
    sentences: [],
    mistakes: '',
    place: `features/server/${id}.feature:0`,
    scenarios: [scenario(1), scenario(2)],
    digest: '',
  };
}

export function implementation(claim: Partial<Implementation> = {}): Implementation {
  const name = 'faulty/server/made-up';
  return { name, kind: 'faulty', role: 'server', about: '', seen: '', fails: [], warns: [], target: {}, ...claim };
}

const failure: Failure = { expected: 'this', received: 'that', trace: [] };

/** A scenario's result; a failed scenario or one with a warning has a failure. */
export function scenario(place: string, status: Status, trace: readonly string[] = ['a packet']): ScenarioResult {
  const failed = status === 'failed' || status === 'warning';
  return { title: place, place, status, ...(failed ? { failure } : {}), information: [], trace, durationMs: 1 };
}

/** A report in which every scenario of a requirement has one status. */
export function report(statuses: Readonly<Record<string, Status>>, rest: Partial<Report> = {}): Report {
  const requirements = Object.entries(statuses).map(([id, status]) => ({
    ...requirement(id),
    status,
    scenarios: requirement(id).scenarios.map(({ place }) => scenario(place, status)),
  }));
  const failed = Object.values(statuses).includes('failed');
  return { requirements, faults: [], because: 'made up', exitCode: failed ? 1 : 0, ...rest } as unknown as Report;
}

export function trial(claim: Partial<Implementation>, own: Report | undefined, crash?: string): Trial {
  return { implementation: implementation(claim), report: own, crash, durationMs: 1 };
}
