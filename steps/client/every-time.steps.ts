import { Then } from '@cucumber/cucumber';
import type { Response } from '../harness/message/exchange.ts';
import type { ClientRun } from '../harness/platform/client-run.ts';
import { type ExpectedTime, isRight, possibleTimes } from '../harness/platform/expected-time.ts';
import type { ReportedTime } from '../harness/platform/reported-time.ts';
import { halved } from '../harness/time/formula.ts';
import type { Diagnosis } from '../verdict/evidence.ts';
import { diagnoseClientTime, laterTimes, rightOf } from './client-diagnosis.ts';
import type { ClientWorld } from './client-scenario.ts';

Then('each time that the client reports first after a response is the one that the formula gives', function (this: ClientWorld) {
  this.scenario.firstReport();
  const wrong = firstWrong(this.scenario.clientRun, this.scenario.target.result?.unit === 's');
  const { clientRun } = this.scenario;
  const judged = judgedReports(clientRun).length;
  this.inform(`${judged} reported ${judged === 1 ? 'time was' : 'times were'} judged`);
  if (wrong === undefined) return;
  const { report, number, times } = wrong;
  const [expected] = times;
  this.fail({
    expected: `the time that the formula gives, ${expected?.text ?? 'which no response was delivered for'}`,
    received: `${report.twice === undefined ? `"${report.literal}", which is no number` : halved(report.twice)}, as time number ${number}`,
    likely: diagnoseLaterTime(wrong, clientRun) ?? diagnoseClientTime(clientRun, report, expected),
  });
});

/** A report that is wrong, and what it may have been. */
interface WrongReport {
  readonly report: ReportedTime;
  readonly number: number;
  readonly times: readonly ExpectedTime[];
}

/** A later time that is off by more than the link can explain; undefined for the first time. */
function diagnoseLaterTime({ report, number, times: [expected] }: WrongReport, { setup }: ClientRun): Diagnosis | undefined {
  if (number === 1 || expected === undefined || report.twice === undefined) return undefined;
  const off = Math.abs(Number(report.twice) / 2 - rightOf(expected));
  const link = setup.forthMs + setup.backMs + (setup.later === undefined ? 0 : setup.later.forthMs + setup.later.backMs);
  return off > link ? { kind: laterTimes, text: laterTimes } : undefined;
}

/** The first wrong one of the reports that are judged. */
function firstWrong(clientRun: ClientRun, seconds: boolean): WrongReport | undefined {
  for (const [index, { report, responses }] of judgedReports(clientRun).entries()) {
    const requests = clientRun.requests.filter((request) => request.responses.some((response) => responses.has(response)));
    const times = possibleTimes({ setup: clientRun.setup, requests }, report, seconds);
    if (!isRight(report, times)) return { report, number: index + 1, times };
  }
  return undefined;
}

/**
 * The first report after each response, or after several that came between two reports, with these responses. What a client reports
 * again without another response is not judged.
 */
function judgedReports({ requests, reports }: ClientRun): { readonly report: ReportedTime; readonly responses: Set<Response> }[] {
  const open = requests
    .flatMap(({ responses }) => responses)
    .filter(({ preliminary, unsent }) => preliminary !== true && unsent !== true);
  const judged: { readonly report: ReportedTime; readonly responses: Set<Response> }[] = [];
  for (const report of reports) {
    const responses = new Set(open.filter(({ message }) => message.atUs <= report.atUs));
    if (responses.size === 0) continue;
    judged.push({ report, responses });
    open.splice(0, open.length, ...open.filter((response) => !responses.has(response)));
  }
  return judged;
}
