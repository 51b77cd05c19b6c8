import { Given, Then } from '@cucumber/cucumber';
import type { Target } from '../harness/implementation/target.ts';
import { serverTimesOf } from '../harness/message/exchange.ts';
import type { ClientRun } from '../harness/platform/client-run.ts';
import { trueAnswer } from '../harness/platform/client-setup.ts';
import { type ExpectedTime, expectedTimes, isRight, TooUncertain } from '../harness/platform/expected-time.ts';
import type { ReportedTime } from '../harness/platform/reported-time.ts';
import { claimsTime } from '../harness/platform/reported-time.ts';
import { counted } from '../harness/text/counted.ts';
import { near } from './client-diagnosis.ts';
import type { ClientWorld } from './client-scenario.ts';

/** How the end of a process is described that a signal killed, also where a shell or a container reports it as its exit code. */
const killed = /killed by SIG|exited with code 13[24569]\b/;

Given('the platform first answers with:', function (this: ClientWorld, payload: string) {
  this.scenario.setup = { ...this.scenario.setup, answers: [{ ...trueAnswer(payload), request: 1 }, trueAnswer()] };
});

Given('the platform first answers the second request with:', function (this: ClientWorld, payload: string) {
  this.scenario.setup = { ...this.scenario.setup, answers: [{ ...trueAnswer(payload), request: 2 }, trueAnswer()] };
});

/** How often a client is started again where the machine was too busy to judge it. */
const mostAgain = 2;

Then('every time that the client reports is the right one', async function (this: ClientWorld) {
  for (let again = 0; ; again += 1) {
    try {
      requireEveryRight(this);
      return;
    } catch (error) {
      if (!(error instanceof TooUncertain) || again === mostAgain) throw error;
      await this.scenario.performAgain();
    }
  }
});

function requireEveryRight(world: ClientWorld): void {
  world.scenario.firstReport();
  const { clientRun, target } = world.scenario;
  for (const report of clientRun.reports) {
    const times = timesAfterLastRequest(clientRun, report, target);
    if (claimsTime(report) && !isRight(report, times)) {
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

/** What a report may be: the time of the last request before it. */
function timesAfterLastRequest({ setup, requests }: ClientRun, report: ReportedTime, target: Target): ExpectedTime[] {
  const last = requests.findLast(({ message }) => message.atUs <= report.atUs);
  return expectedTimes({ setup, requests: last === undefined ? [] : [last] }, report, target.result?.unit === 's');
}

/** Clients that hung in a start of the whole `within`: what shorter ones show of them as well is not looked at again. */
const hung = new WeakSet<Target>();

Then('the client exits or gets its time', async function (this: ClientWorld) {
  this.scenario.requireOwnTopic();
  const { hurriedMs } = this.scenario.clientRun;
  if (hurriedMs !== undefined && this.scenario.clientRun.overdue && !hung.has(this.scenario.target)) {
    this.scenario.setup = { ...this.scenario.setup, unhurried: true };
    this.scenario.clientRuns.pop();
    await this.scenario.perform();
  }
  const { reports, requests, ended, overdue } = this.scenario.clientRun;
  const { sync, withinMs } = this.scenario.target;
  const [report] = reports;
  if (report !== undefined) {
    const next = requests[1]?.responses[0];
    // A time before the next request is another requirement's subject.
    if (next === undefined || report.atUs < next.message.atUs) return undefined;
    const times = timesAfterLastRequest(this.scenario.clientRun, report, this.scenario.target);
    if (isRight(report, times)) return undefined;
    return this.fail({
      expected: `the right time at the next request${times[0] === undefined ? '' : `, ${times[0].text}`}`,
      received: report.literal,
      likely: 'something of the request with the malformed response is kept and used in the next calculation',
    });
  }
  this.scenario.requireHeard();
  if (ended !== undefined || !overdue) return undefined;
  if (sync.kind === 'start' && (await this.scenario.staysAfterAnswer()))
    return this.inapplicable('the client keeps running after a valid response too, and never asks again (sync)');
  const asks = sync.kind !== 'start';
  hung.add(this.scenario.target);
  return this.fail({
    expected: asks ? 'the right time at a later request' : 'an exit, as after a valid response, or a time',
    received: `neither an exit nor a time within ${(this.scenario.clientRun.hurriedMs ?? withinMs).toFixed(0)} ms, ${counted(requests.length, 'request')}`,
    likely:
      asks && requests.length > 1 ? 'the client no longer hears its responses' : 'the client hangs in the malformed response',
    cause: 'silence',
  });
});

Then('the client is not killed by a signal', function (this: ClientWorld) {
  this.scenario.requireOwnTopic();
  const { ended, reports } = this.scenario.clientRun;
  if (reports.length === 0) this.scenario.requireHeard();
  if (ended === undefined || !killed.test(ended)) return;
  this.fail({
    expected: 'a client that keeps running or exits normally',
    received: `the client ${ended}`,
    likely: 'an uncaught exception, or an access through a null pointer',
  });
});
