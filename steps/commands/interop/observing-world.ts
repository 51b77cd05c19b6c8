import type { ClientScenario } from '../../client/client-scenario.ts';
import { printable } from '../../harness/text/printable.ts';
import { conceal } from '../../harness/text/secrets.ts';
import type { Requirement } from '../../requirements/requirement.ts';
import type { ServerScenario } from '../../server/server-scenario.ts';
import { NtpWorld } from '../../support/world.ts';
import { concealEvidence, readEvidence } from '../../verdict/attachment.ts';
import type { Evidence, LateFinding } from '../../verdict/evidence.ts';

type Options = ConstructorParameters<typeof NtpWorld>[0];

/** A World without an implementation of its own: in it, the sentences of the features judge recorded messages. */
export class ObservingWorld extends NtpWorld<ServerScenario | ClientScenario> {
  readonly evidence: Exclude<Evidence, LateFinding>[];

  /** @param secrets of both sides: reports must not show them */
  constructor(requirement: Requirement, secrets: readonly string[]) {
    const evidence: Exclude<Evidence, LateFinding>[] = [];
    const clean = (text: string): string => printable(conceal(text, secrets));
    const attach = (text: unknown): void => {
      evidence.push(concealEvidence(readEvidence(String(text)), clean) as Exclude<Evidence, LateFinding>);
    };
    super({ attach: attach as Options['attach'], log: () => {}, link: () => {}, parameters: {} });
    this.evidence = evidence;
    this.requirement = requirement;
  }
}
