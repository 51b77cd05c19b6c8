import { Then } from '@cucumber/cucumber';
import { canHaveElapsed, claimedElapsed, expectedTimes, isRight } from '../harness/platform/expected-time.ts';
import type { ReportedTime } from '../harness/platform/reported-time.ts';
import { halved } from '../harness/time/formula.ts';
import type { SilencePhrase } from '../support/client-parameter-types.ts';
import { claimedWrongly, diagnoseClientTime } from './client-diagnosis.ts';
import type { ClientWorld } from './client-scenario.ts';
import { printedLater } from './printed-time.ts';

Then('the client reports a time( in each start)', async function (this: ClientWorld) {
  await this.scenario.requireUnderstood({ order: true });
  for (const clientRun of this.scenario.clientRuns) this.scenario.firstReport(clientRun);
});

Then('the client reports the time that the formula gives{silence}', async function (this: ClientWorld, silence: SilencePhrase) {
  if (silence === ', as in any other order') await this.scenario.requireUnderstood({ order: true });
  if (silence === ', where it waits so long') {
    await this.scenario.times();
    const [request, next] = this.scenario.clientRun.requests;
    // Which request it combines a late response with is another requirement's.
    if (next !== undefined && next.message.atUs < (request?.responses[0]?.message.atUs ?? Number.POSITIVE_INFINITY))
      return this.inapplicable('the client does not wait as long for a response as this one takes, and asked again');
    if (request !== undefined && this.scenario.clientRun.reports.length === 0)
      return this.inapplicable('the client does not wait as long for a response as this one takes, and reported no time');
  }
  await requireRight(this);
  return undefined;
});

/** Fails the client where its first report is not the time that the formula gives for the true answer. */
async function requireRight(world: ClientWorld): Promise<void> {
  const times = await world.scenario.times();
  await world.scenario.requireUnderstood({ order: false });
  const report = world.scenario.firstReport();
  requireTrueClaim(world, report);
  const [expected] = times;
  if (expected === undefined) throw new Error('the client reported a time, and no true answer was delivered');
  world.inform(`reported ${report.literal}; the formula gives ${expected.text}`);
  if (isRight(report, times)) return;
  world.fail({
    expected: `the time that the formula gives, ${expected.text}`,
    received: report.twice === undefined ? `"${report.literal}", which is no number` : halved(report.twice),
    likely: diagnoseClientTime(world.scenario.clientRun, report, expected),
  });
}

/** Fails the client where it says that the response came at a time at which it did not come. */
function requireTrueClaim(world: ClientWorld, report: ReportedTime): void {
  const { clientRun } = world.scenario;
  const pairs = clientRun.requests.flatMap((request) =>
    request.responses
      .filter(({ preliminary, unsent, message }) => !preliminary && !unsent && message.atUs <= report.atUs)
      .map((response) => [request, response] as const),
  );
  const [first] = pairs;
  if (first === undefined || pairs.some(([request, response]) => canHaveElapsed(clientRun, request, response, report))) return;
  const claimed = claimedElapsed(first[0], report) ?? 0;
  const ms = (first[1].message.atUs - first[0].message.atUs) / 1000;
  world.fail({
    expected: `a deviceRecvTime that agrees with the trace: the response arrived ${ms.toFixed(1)} ms after the request`,
    received: `deviceRecvTime - deviceSendTime = ${claimed} ms`,
    likely: claimed === 0 ? { kind: claimedWrongly, text: claimedWrongly } : undefined,
  });
}

Then('the client reports {times}', async function (this: ClientWorld, times: readonly [number, number?]): Promise<
  'skipped' | undefined
> {
  const later = await requireExactly(this, times);
  if (later === undefined) return undefined;
  this.inform(later);
  if (times.length === 1) return undefined;
  return this.inapplicable('half a millisecond cannot be seen in a result that contains the time until the report');
});

/**
 * Under the controlled clock every number is known, so nothing is uncertain; a half millisecond between the two is as good.
 *
 * @returns why a later time is right all the same, in words
 */
async function requireExactly(world: ClientWorld, times: readonly [number, number?]): Promise<string | undefined> {
  const report = world.scenario.firstReport();
  const [low, high = low] = times;
  const twice = report.twice ?? -1n;
  const display = world.scenario.target.result?.unit === 's' ? 2000n : 0n;
  world.inform(`reported ${report.literal}`);
  const twiceHigh = BigInt(high) * 2n + display;
  if (twice >= BigInt(low) * 2n - display && twice <= twiceHigh) return undefined;
  const later = await printedLater(world.scenario.clientRun, twiceHigh, world.scenario.starter);
  if (later !== undefined) return later;
  const [expected] = expectedTimes(world.scenario.clientRun, report, false);
  return world.fail({
    expected: times.join(' or '),
    received: report.literal,
    likely: diagnoseClientTime(world.scenario.clientRun, report, expected),
  });
}

Then('the client reports no time', function (this: ClientWorld) {
  const [report] = this.scenario.clientRun.reports;
  if (report === undefined) return this.scenario.requireRefused();
  this.fail({
    expected: 'no calculated time',
    received: report.line,
    likely: diagnoseClientTime(this.scenario.clientRun, report, undefined),
  });
});

Then('the client reports the right time or none', async function (this: ClientWorld) {
  this.scenario.requireOwnTopic();
  const times = await this.scenario.times();
  const [report] = this.scenario.clientRun.reports;
  const [first] = this.scenario.clientRun.request?.responses ?? [];
  if (first?.unsent === true) this.inform('the client had subscribed no filter that covers this message, so it was not sent');
  if (report === undefined) {
    this.scenario.requireHeard();
    this.inform(
      `no time was reported: the client ${this.scenario.clientRun.ended?.words ?? 'was still waiting at its deadline'}`,
    );
    return;
  }
  if (isRight(report, times)) return;
  const [expected] = times;
  this.fail({
    expected: `no time, or the right one${expected === undefined ? '' : `, ${expected.text}`}`,
    received: report.literal,
    likely: diagnoseClientTime(this.scenario.clientRun, report, expected),
  });
});

/** How far a clock that is printed again may be from real time, in ms. The Rule says so. */
const mostAdriftMs = 10;

/** Whether a later report is the time of an earlier one, or what a clock shows by then that was set by it. */
function repeats(earlier: ReportedTime, later: ReportedTime): boolean {
  if (earlier.twice === undefined || later.twice === undefined) return earlier.literal === later.literal;
  const advancedMs = Number(later.twice - earlier.twice) / 2;
  return advancedMs === 0 || Math.abs(advancedMs - (later.atUs - earlier.atUs) / 1000) <= mostAdriftMs;
}

Then('the client does not report another time', function (this: ClientWorld) {
  const first = this.scenario.firstReport();
  const [, ...more] = this.scenario.clientRun.reports;
  const nextAskedUs = this.scenario.clientRun.requests[1]?.message.atUs ?? Number.POSITIVE_INFINITY;
  const second = more.find((report) => report.atUs < nextAskedUs && !repeats(first, report));
  if (second === undefined) return;
  this.fail({
    expected: `one time, ${first.literal}`,
    received: `${first.literal}, and then ${second.literal}`,
    likely: 'the second copy is calculated like a new response',
  });
});
