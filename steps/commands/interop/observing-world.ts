import type { ServerRun } from '../../harness/device/server-run.ts';
import type { Target } from '../../harness/implementation/target.ts';
import { type ExpectedTime, expectedTimes } from '../../harness/platform/expected-time.ts';
import { printable } from '../../harness/text/printable.ts';
import { conceal } from '../../harness/text/secrets.ts';
import type { Requirement, Scenario } from '../../requirements/requirement.ts';
import { NtpWorld } from '../../support/world.ts';
import { concealEvidence, readEvidence } from '../../verdict/attachment.ts';
import type { Evidence, LateFinding } from '../../verdict/evidence.ts';

type Options = ConstructorParameters<typeof NtpWorld>[0];

/** Nothing is asked anew: what was overheard is all that there is. */
const onlyOnce = async (): Promise<never> => {
  throw new Error('interop starts nothing for the sake of a sentence');
};

/** Whom a world judges. */
export interface Accused {
  readonly target: Target;
  /** What must not be shown: of both sides. */
  readonly secrets: readonly string[];
  /** The server's; absent where the client is judged. */
  readonly serverRun?: ServerRun;
}

/** A world in which nothing happens any more: the sentences of the features judge in it what others did. */
export class ObservingWorld extends NtpWorld {
  readonly evidence: Exclude<Evidence, LateFinding>[];
  readonly #accused: Accused;

  constructor(requirement: Requirement, scenario: Scenario, accused: Accused) {
    const evidence: Exclude<Evidence, LateFinding>[] = [];
    const clean = (text: string): string => printable(conceal(text, accused.secrets));
    const attach = (text: unknown): void => {
      evidence.push(concealEvidence(readEvidence(String(text)), clean) as Exclude<Evidence, LateFinding>);
    };
    super({ attach: attach as Options['attach'], log: () => {}, link: () => {}, parameters: {} });
    this.evidence = evidence;
    this.#accused = accused;
    this.begin(requirement, scenario);
  }

  override get target(): Target {
    return this.#accused.target;
  }

  override get serverRun(): ServerRun {
    const { serverRun } = this.#accused;
    if (serverRun === undefined) throw new Error('no server is judged here');
    return serverRun;
  }

  override get runner(): NtpWorld['runner'] {
    return { target: this.target, mute: false, has: () => true, perform: onlyOnce, performAgain: onlyOnce };
  }

  /** @throws TooUncertain */
  override async times(): Promise<ExpectedTime[]> {
    const [report] = this.clientRun.reports;
    return report === undefined ? [] : expectedTimes(this.clientRun, report, this.target.result?.unit === 's');
  }

  /** The server chose the order of the members, and there is no other to compare with. */
  override async requireOtherOrder(): Promise<void> {}
}
