import type { ClientRun } from '../harness/platform/client-run.ts';
import type { ClientRunner } from '../harness/platform/client-runner.ts';
import { counted } from '../harness/text/counted.ts';

/** How many times as fast the client's monotonic clock runs in the start that tells. The features say so. */
const hastened = 10;

/** How often the client is started with a hastened clock, until its time has grown. The features say so. */
const mostStarts = 3;

/**
 * How much of a client's first time is the time from the response to the report, in ms. A client that reports its corrected clock adds that
 * time; on a stopped wall clock it measures it with its monotonic clock. The suite hastens the monotonic clock: the result of the formula
 * stays the same, and the added part grows.
 *
 * @param twice what the formula gives at most, in ms, doubled
 * @returns in words; undefined where the time is not late, later than that can explain, or late for another reason
 */
export async function printedLater(
  clientRun: ClientRun,
  twice: bigint,
  starter: Pick<ClientRunner, 'perform'> | undefined,
): Promise<string | undefined> {
  const late = lateBy(clientRun, twice);
  if (late === undefined || starter === undefined) return undefined;
  for (let start = 1; start <= mostStarts; start += 1) {
    const again = await starter.perform({ ...clientRun.setup, hastened, start });
    const more = lateBy(again, twice, hastened);
    if (more === undefined) return undefined;
    if (more > late)
      return `it reports the corrected clock at the moment of printing: ${late} ms more than the formula gives, and ${more} ms where its monotonic clock runs ${counted(hastened, 'time')} as fast`;
  }
  return undefined;
}

/** How many ms late a first time is; undefined where it is not late, or later than the time until the report can be on its clock. */
function lateBy({ request, reports }: ClientRun, twice: bigint, factor = 1): number | undefined {
  const [report] = reports;
  const response = request?.responses.find(({ preliminary, unsent }) => !preliminary && !unsent);
  if (report?.twice === undefined || response === undefined) return undefined;
  const lateMs = Number(report.twice - twice) / 2;
  const untilReportMs = (report.atUs - response.message.atUs) / 1000;
  return lateMs > 0 && lateMs <= Math.ceil(untilReportMs * factor) ? lateMs : undefined;
}
