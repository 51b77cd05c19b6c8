import { Then } from '@cucumber/cucumber';
import type { Target } from '../harness/implementation/target.ts';
import { serverTimesOf } from '../harness/message/exchange.ts';
import type { ClientRun } from '../harness/platform/client-run.ts';
import { plainSetup } from '../harness/platform/client-setup.ts';
import { type ExpectedTime, expectedTimes, isRight } from '../harness/platform/expected-time.ts';
import type { ReportedTime } from '../harness/platform/reported-time.ts';
import { counted } from '../harness/text/counted.ts';
import { laterTimes, near } from './client-diagnosis.ts';
import type { ClientWorld, Starter } from './client-scenario.ts';
import { untilCertain } from './until-certain.ts';

/** How often a client is started again where the machine was too busy to judge it. */
const mostAgain = 2;

/** Judges the last start, or another one in its place where the machine was too busy. */
async function judged<T>(world: ClientWorld, judge: (world: ClientWorld) => T | Promise<T>): Promise<T> {
  return untilCertain(
    () => judge(world),
    () => world.scenario.performAgain(),
    () => mostAgain,
  );
}

Then('every time that the client reports is the right one', async function (this: ClientWorld) {
  await judged(this, requireEveryRight);
});

function requireEveryRight(world: ClientWorld): void {
  world.scenario.firstReport();
  const { clientRun, target } = world.scenario;
  for (const report of clientRun.reports) {
    const times = timesAfterLastRequest(clientRun, report, target);
    if (!isRight(report, times)) {
      world.fail({
        expected: `no time, or the right one${times.at(-1) === undefined ? '' : `, ${times.at(-1)?.text}`}`,
        received: report.literal,
        likely: keptMember(clientRun, report, times),
      });
    }
  }
}

/** What a client does whose report is what the formula gives with one of the server's times taken from the response before. */
function keptMember({ requests }: ClientRun, { twice, atUs }: ReportedTime, times: readonly ExpectedTime[]): string | undefined {
  const before = requests
    .filter(({ message }) => message.atUs <= atUs)
    .at(-2)
    ?.responses.at(-1);
  const earlier = before === undefined ? undefined : serverTimesOf(before);
  const kept = times.some(({ response, elapsed: [least, most] }) => {
    const own = serverTimesOf(response);
    if (twice === undefined || earlier === undefined || own === undefined) return false;
    return [earlier[0] + own[1], own[0] + earlier[1]].some((sum) => {
      const over = Number(twice - sum);
      return over >= least - 2 * near && over <= most + 2 * near;
    });
  });
  return kept ? 'a member of an earlier response is used where the response has none' : undefined;
}

/**
 * What a report may be: the time of the last request before it, or of one whose response came after the report before. On a busy machine a
 * response may come after the next request.
 */
function timesAfterLastRequest({ setup, requests, reports }: ClientRun, report: ReportedTime, target: Target): ExpectedTime[] {
  const last = requests.findLast(({ message }) => message.atUs <= report.atUs);
  const sinceUs = reports.findLast(({ atUs }) => atUs < report.atUs)?.atUs ?? 0;
  const possible = requests.filter(
    (request) => request === last || request.responses.some(({ preliminary, message }) => !preliminary && message.atUs > sinceUs),
  );
  return expectedTimes({ setup, requests: possible }, report, target.result?.unit === 's');
}

/** The runs in which the client hung in a start of the whole `within`: what shorter ones show as well is not looked at again. */
const hung = new WeakSet<Starter>();

Then('the client exits or gets its time', async function (this: ClientWorld) {
  return judged(this, requireRecovery);
});

async function requireRecovery(world: ClientWorld): Promise<'skipped' | undefined> {
  world.scenario.requireOwnTopic();
  const { clientRun, starter } = world.scenario;
  const known = starter !== undefined && hung.has(starter);
  if (clientRun.hurriedMs !== undefined && clientRun.overdue && !known) {
    world.scenario.setup = { ...world.scenario.setup, unhurried: true };
    world.scenario.clientRuns.pop();
    await world.scenario.perform();
  }
  const { reports, requests, ended, overdue } = world.scenario.clientRun;
  const { sync, withinMs } = world.scenario.target;
  const next = requests[1]?.responses[0];
  const after = next === undefined ? undefined : reports.find(({ atUs }) => atUs >= next.message.atUs);
  const report = sync.kind === 'start' ? reports[0] : after;
  if (report !== undefined) {
    // A time before the next request is another requirement's subject.
    if (report !== after) return undefined;
    const times = timesAfterLastRequest(world.scenario.clientRun, report, world.scenario.target);
    if (isRight(report, times)) return undefined;
    return world.fail({
      expected: `the right time at the next request${times[0] === undefined ? '' : `, ${times[0].text}`}`,
      received: report.literal,
      likely: {
        kind: laterTimes,
        text: 'something of the request with the malformed response is kept and used in the next calculation',
      },
    });
  }
  world.scenario.requireHeard();
  if (ended !== undefined || !overdue) return undefined;
  if (sync.kind === 'start' && (await world.scenario.staysAfterAnswer()))
    return world.inapplicable('the client keeps running after a valid response too, and never asks again (sync)');
  const asks = sync.kind !== 'start';
  if (asks && reports.length > 0 && (await neverAsksAgain(world)))
    return world.inapplicable(
      'the client never asks again after a valid response either, other than the target file says (sync)',
    );
  if (starter !== undefined) hung.add(starter);
  return world.fail({
    expected: asks ? 'the right time at a later request' : 'an exit, as after a valid response, or a time',
    received: `neither an exit nor a time within ${(world.scenario.clientRun.hurriedMs ?? withinMs).toFixed(0)} ms, ${counted(requests.length, 'request')}`,
    likely: likelyHang(asks, requests.length, reports.length),
    cause: 'silence',
  });
}

/** Whether a client asks only once in a start in which it gets no malformed response. */
async function neverAsksAgain({ scenario }: ClientWorld): Promise<boolean> {
  const usual = await scenario.starter?.perform({ ...plainSetup(scenario.setup.type), rounds: { times: 3, overMs: 1000 } });
  return usual !== undefined && usual.requests.length < 2;
}

function likelyHang(asks: boolean, requests: number, reports: number): string {
  if (asks && requests > 1) return 'the client no longer hears its responses';
  return asks && reports > 0 ? 'the client never asks again' : 'the client hangs in the malformed response';
}

Then('the client is not killed by a signal', function (this: ClientWorld) {
  this.scenario.requireOwnTopic();
  const { ended, reports } = this.scenario.clientRun;
  if (reports.length === 0) this.scenario.requireHeard();
  if (ended?.killed !== true) return;
  this.fail({
    expected: 'a client that keeps running or exits normally',
    received: `the client ${ended.words}`,
    likely: 'an uncaught exception, or an access through a null pointer',
  });
});
