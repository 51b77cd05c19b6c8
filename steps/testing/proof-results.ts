import { readRequirements } from '../requirements/requirement.ts';
import type { ImplementationProof, Proof } from '../tools/prove/proof.ts';

/** A proof with one faulty and one unusual implementation of each role, and one that the suite judges wrongly. */
export function madeUpProof(): Proof {
  const one = (name: string, more: Partial<ImplementationProof>): ImplementationProof => ({
    name,
    kind: name.startsWith('unusual') ? 'unusual' : 'faulty',
    role: name.includes('/client/') ? 'client' : 'server',
    about: 'Does something otherwise.',
    seen: '',
    fails: [],
    warns: [],
    failed: [],
    warned: [],
    untested: [],
    mistakes: [],
    durationMs: 1,
    ...more,
  });
  const implementations = [
    one('faulty/server/silent', {
      about: 'Answers <nobody>.',
      fails: ['server-answers-request'],
      failed: ['server-answers-request'],
      untested: ['server-answers-once'],
    }),
    one('unusual/server/slow', {}),
    one('faulty/client/twice', { warns: ['client-request-not-retained'], warned: ['client-request-not-retained'] }),
    one('unusual/client/odd', {
      mistakes: [
        {
          kind: 'missing failure',
          implementation: 'unusual/client/odd',
          requirement: 'client-request-qos0',
          text: 'client-request-qos0 was not failed',
        },
      ],
    }),
  ];
  return {
    finished: '2026-01-02T03:04:05.000Z',
    durationMs: 1000,
    whole: true,
    proven: false,
    implementations,
    requirements: readRequirements().map(({ id, level, role, sentence, scenarios }) => ({
      id,
      level,
      role,
      sentence,
      caught: [],
      scenarios: scenarios.map(({ place, title }) => ({ requirement: id, place, title, failedBy: [] })),
    })),
    gaps: ['server-answers-once: no implementation breaks it'],
  };
}
