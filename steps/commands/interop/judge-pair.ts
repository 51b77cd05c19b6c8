import { ClientScenario } from '../../client/client-scenario.ts';
import { ServerRun } from '../../harness/device/server-run.ts';
import type { StartedTarget, Target } from '../../harness/implementation/target.ts';
import type { Exchange, Request } from '../../harness/message/exchange.ts';
import { mistakesOf, type Requirement, type Role } from '../../requirements/requirement.ts';
import { ServerScenario } from '../../server/server-scenario.ts';
import type { Say } from '../../support/sentences.ts';
import { becauseOf, type JudgedRequirement } from '../../verdict/consequences.ts';
import { NonConformance } from '../../verdict/evidence.ts';
import { concludeRequirements } from '../../verdict/judge.ts';
import { type JudgedScenario, judgeScenario } from '../../verdict/judged-scenario.ts';
import type { RequirementResult } from '../../verdict/report.ts';
import type { Execution } from '../../verdict/transcript.ts';
import {
  answeredClient,
  askingClient,
  calculation,
  calculationsOf,
  requirementsSaying,
  server as serverTable,
  tooEarly,
} from './judgeable.ts';
import { ObservedDevice } from './observed-device.ts';
import { ObservingWorld } from './observing-world.ts';
import type { ClientEvidence, Judgeable, ServerEvidence } from './pair-evidence.ts';
import type { PairRun } from './pair-run.ts';
import { preventedBy, titleOf, unheardBy } from './start-outcome.ts';

/** A client that was started against a server some times. */
export interface Pair {
  readonly server: StartedTarget;
  readonly client: Target;
  readonly pairRuns: readonly PairRun[];
  /** Of both roles. */
  readonly requirements: readonly Requirement[];
  readonly say: Say;
}

/** The most requests of a start that are judged each by itself. */
const mostRequests = 20;

const onlyListens: Readonly<Record<Role, string>> = {
  server: 'nothing that this client does shows it: interop only records, and "run" tests it',
  client: 'nothing that this server does shows it: interop only records, and "run" tests it',
};

/**
 * The results of client and server by the messages of both, each requirement judged by the sentences of the features. A requirement
 * that the messages do not show is untested, and neither side is judged by the other side's mistakes.
 */
export async function judgePair(pair: Pair): Promise<RequirementResult[]> {
  return new PairJudge(pair).judge();
}

class PairJudge {
  readonly #pair: Pair;
  readonly #secrets: readonly string[];
  readonly #scenarios = new Map<string, JudgedScenario[]>();

  constructor(pair: Pair) {
    this.#pair = pair;
    this.#secrets = [...pair.client.secrets, ...pair.server.target.secrets];
  }

  async judge(): Promise<RequirementResult[]> {
    const { pairRuns, requirements } = this.#pair;
    for (const judgeable of askingClient)
      await this.#judgeClient(judgeable, (started) => started.map(preventedBy).find((why) => why !== undefined));
    const proper = askingClient.filter(({ proper }) => proper === true).map((judgeable) => this.#requirementOf(judgeable).id);
    const improper = pairRuns.map((_, index) => this.#failed(proper, index + 1));
    for (const judgeable of serverTable) await this.#judgeServer(judgeable, improper);
    const servers = requirements.filter(({ role, level }) => role === 'server' && level === 'must').map(({ id }) => id);
    const hindrance = (_: unknown, number: number): string | undefined => hinderedBy(this.#failed(servers, number));
    for (const judgeable of answeredClient) await this.#judgeClient(judgeable, hindrance);
    for (const requirement of calculationsOf(requirements)) await this.#judgeClient(calculation, hindrance, requirement);
    return concludeRequirements(requirements.map((requirement) => this.#case(requirement)));
  }

  #case(requirement: Requirement): JudgedRequirement {
    const { id, role, capabilities } = requirement;
    const own = role === 'server' ? this.#pair.server.target : this.#pair.client;
    const missing = capabilities.filter((name) => !own.capabilities.has(name));
    if (missing.length > 0) {
      const reason = `the target file does not declare the capability ${missing.join(', ')}`;
      return { requirement, scenarios: [without(requirement, 'all starts', 'inapplicable', reason)] };
    }
    const scenarios = this.#scenarios.get(id) ?? [];
    return {
      requirement,
      scenarios: scenarios.length > 0 ? scenarios : [without(requirement, 'all starts', 'untested', onlyListens[role])],
    };
  }

  /** The first of these requirements that failed in a start, or in all of them together. */
  #failed(ids: readonly string[], number: number): string | undefined {
    return ids.find((id) =>
      this.#scenarios
        .get(id)
        ?.some(({ result: { status, place } }) => status === 'failed' && [placeOf(number), together].includes(place)),
    );
  }

  async #judgeClient(
    judgeable: Judgeable<ClientEvidence>,
    hindrance: (pairRuns: readonly PairRun[], number: number) => string | undefined,
    requirement: Requirement = this.#requirementOf(judgeable),
  ): Promise<void> {
    const { client, pairRuns } = this.#pair;
    const all = judgeable.together === true ? [pairRuns] : pairRuns.map((pairRun) => [pairRun]);
    for (const [index, started] of all.entries()) {
      const evidence: ClientEvidence = { target: client, pairRuns: started };
      // What prevents one start does not prevent the others.
      const able = judgeable.together === true ? started.filter((pairRun) => pairRun.clientRun.request !== undefined) : started;
      const why =
        judgeable.together === true && able.length < started.length
          ? 'the client did not ask in every start'
          : hindrance(started, index + 1);
      await this.#scenario(requirement, judgeable, evidence, index + 1, why, async (world) => {
        world.scenario = new ClientScenario(world, client);
        world.scenario.clientRuns.push(...started.map(({ clientRun }) => clientRun));
        await this.#say(world, judgeable, evidence);
      });
    }
  }

  async #judgeServer(judgeable: Judgeable<ServerEvidence>, improper: readonly (string | undefined)[]): Promise<void> {
    const { server, pairRuns } = this.#pair;
    const numbers = pairRuns.map((_, index) => index + 1);
    for (const [index, chosen] of (judgeable.together === true ? [numbers] : numbers.map((number) => [number])).entries()) {
      const { evidence, why } = this.#observe(new ServerRun(server), chosen, improper);
      await this.#scenario(this.#requirementOf(judgeable), judgeable, evidence, index + 1, why, async (world) => {
        // A run of its own for each World: what one took in must not be seen by another.
        const serverRun = new ServerRun(server);
        serverRun.begin('interop');
        const { evidence: fresh } = this.#observe(serverRun, chosen, improper);
        const scenario = new ServerScenario(world, serverRun);
        world.scenario = scenario;
        scenario.join(fresh.devices);
        const [device] = fresh.devices;
        if (device === undefined) throw new Error('a start without a device');
        scenario.device = device;
        scenario.exchanges = [...fresh.exchanges];
        const each = judgeable.together === true ? [fresh.requests] : fresh.requests.map((request) => [request]);
        for (const requests of each) {
          scenario.requests = [...requests];
          await this.#say(world, judgeable, fresh, requests[0]);
        }
      });
    }
  }

  /** What a server is judged by in these starts, taken into a session, and why there is nothing where there is not. */
  #observe(
    serverRun: ServerRun,
    numbers: readonly number[],
    improper: readonly (string | undefined)[],
  ): { readonly evidence: ServerEvidence; readonly why: string | undefined } {
    const { server, pairRuns } = this.#pair;
    serverRun.begin('interop');
    const seen = numbers.flatMap((number) => {
      const pairRun = pairRuns[number - 1];
      if (pairRun === undefined) return [];
      const device = new ObservedDevice(serverRun, pairRun, numbers.length > 1 ? placeOf(number) : 'client');
      return [{ number, pairRun, device, broken: improper[number - 1] }];
    });
    const why: string[] = [];
    const requests = seen.flatMap(({ device, pairRun, broken }) => {
      if (broken !== undefined) {
        why.push(becauseOf(broken));
        return [];
      }
      const proper = device.requests.filter(({ message }) => message.qos === 0).slice(0, mostRequests);
      if (proper.length === 0) why.push(preventedBy(pairRun) ?? 'the client did not ask');
      return proper.filter((request) => {
        const unheard = request.responses.length > 0 ? undefined : unheardBy(pairRun);
        const early = unheard ?? tooEarly(device, request);
        if (early !== undefined) why.push(early);
        return early === undefined;
      });
    });
    const exchanges = requests.flatMap((request): Exchange[] => {
      // A retained response says nothing of the server's clock now.
      const response = request.responses.find(({ message }) => !message.retain);
      return response === undefined ? [] : [{ request, response }];
    });
    const before = seen[0] === undefined ? [] : pairRuns.slice(0, seen[0].number - 1);
    const servedBefore =
      before.length > 0 &&
      before.every(
        ({ clientRun }) => clientRun.requests.every(({ responses }) => responses.length > 0) && clientRun.request !== undefined,
      );
    const devices = seen.map(({ device }) => device);
    const number = seen[0]?.number ?? 1;
    const evidence = { target: server.target, devices, requests, exchanges, number, starts: pairRuns.length, servedBefore };
    return { evidence, why: requests.length > 0 ? undefined : why[0] };
  }

  /** @throws Error where no requirement has the sentence */
  #requirementOf({ about }: { readonly about: string }): Requirement {
    const [requirement] = requirementsSaying(this.#pair.requirements, about);
    if (requirement === undefined) throw new Error(`no requirement is judged by "${about}"`);
    return requirement;
  }

  async #say<Evidence>(
    world: ObservingWorld,
    judgeable: Judgeable<Evidence>,
    evidence: Evidence,
    request?: Request,
  ): Promise<void> {
    const { about, rows } = judgeable;
    const all = this.#pair.requirements.flatMap(({ sentences }) => sentences);
    for (const text of judgeable.sentences?.(evidence, request) ?? [about]) {
      // The limits of a sentence stand in the features only; what it says of a deviceSendTime need not stand there.
      const whole = all.includes(text) ? text : (all.find((sentence) => sentence.startsWith(text)) ?? text);
      await this.#pair.say(world, whole, rows);
    }
  }

  async #scenario<Evidence>(
    requirement: Requirement,
    judgeable: Judgeable<Evidence>,
    evidence: Evidence,
    number: number,
    why: string | undefined,
    act: (world: ObservingWorld) => Promise<void>,
  ): Promise<void> {
    const { id } = requirement;
    const { part } = judgeable;
    if (judgeable.applies?.(evidence) === false) return;
    const pairRun = this.#pair.pairRuns[number - 1];
    const place = judgeable.together === true ? together : placeOf(number);
    const whole = judgeable.together === true || pairRun === undefined ? 'all starts' : titleOf(pairRun, number);
    const title = part === undefined ? whole : `${whole}, ${part}`;
    const own = this.#scenarios.get(id) ?? [];
    this.#scenarios.set(id, own);
    const declared = judgeable.inapplicable?.(evidence);
    const reason = declared ?? (judgeable.always === true ? undefined : why) ?? judgeable.hindered?.(evidence);
    if (reason !== undefined) {
      own.push(without(requirement, title, declared === undefined ? 'untested' : 'inapplicable', reason, place));
      return;
    }
    const judged = await judgedBy(requirement, { title, place, capabilities: [] }, this.#secrets, act);
    // A mistake that belongs to another requirement is reported there.
    const other = judged.result.failure !== undefined && judgeable.recognised === true && !isRecognised(judged, requirement);
    const passed = judged.result.status === 'passed';
    if (other || (passed && judgeable.proves?.(evidence) === false)) return;
    const unproven = passed ? judgeable.unproven?.(evidence) : undefined;
    own.push(unproven === undefined ? judged : without(requirement, title, 'untested', unproven, place));
  }
}

const together = 'all starts';
const placeOf = (number: number): string => `start ${number}`;
const hinderedBy = (id: string | undefined): string | undefined => (id === undefined ? undefined : becauseOf(id));

/** Whether a wrong time was recognised as a mistake that its requirement is about. */
function isRecognised({ finding }: JudgedScenario, requirement: Requirement): boolean {
  return finding?.mistake !== undefined && mistakesOf(requirement).includes(finding.mistake);
}

/** A scenario that was not judged. */
function without(
  requirement: Requirement,
  title: string,
  status: 'untested' | 'inapplicable',
  reason: string,
  place = title,
): JudgedScenario {
  return judgeScenario(requirement, { title, place }, [], () => ({ status, reason }));
}

async function judgedBy(
  requirement: Requirement,
  scenario: { readonly title: string; readonly place: string; readonly capabilities: readonly string[] },
  secrets: readonly string[],
  act: (world: ObservingWorld) => Promise<void>,
): Promise<JudgedScenario> {
  const world = new ObservingWorld(requirement, secrets);
  const execution = async (): Promise<Pick<Execution, 'outcome' | 'trouble'>> => {
    try {
      await act(world);
      return { outcome: 'PASSED' };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { outcome: 'FAILED', ...(error instanceof NonConformance ? {} : { trouble: { outcome: 'FAILED', message } }) };
    }
  };
  const ended = await execution();
  const { title, place } = scenario;
  const { evidence } = world;
  return judgeScenario(requirement, scenario, [
    { place, title, ...ended, finished: true, retried: false, evidence, unreadable: [], durationMs: 0 },
  ]);
}
