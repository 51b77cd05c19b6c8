import { setTimeout as sleep } from 'node:timers/promises';
import { Then, When } from '@cucumber/cucumber';
import { oneWayMs } from '../harness/device/one-way.ts';
import { claimedProcessing } from '../harness/device/server-time.ts';
import { type Exchange, roundTrip } from '../harness/message/exchange.ts';
import { nowUs, wallMsAt } from '../harness/time/now.ts';
import { diagnoseServerTime } from './server-diagnosis.ts';
import type { ServerWorld } from './server-scenario.ts';
import { stamps, timeOf, toWithin } from './stamp.ts';

Then(
  'no exchange took less than the server claims, to within {duration} or one step of the clock',
  function (this: ServerWorld, ms: number) {
    // A tick of the clock may fall into an exchange, and is then claimed whole. A server may also round its two stamps in different directions,
    // in every exchange, so the sum of all claims proves nothing.
    const spare = toWithin(this, ms);
    for (const exchange of this.scenario.exchanges)
      requireTrueClaim(this, exchange, claimOf(this, exchange), roundTrip(exchange), spare);
    if (this.scenario.exchanges.length === 0) throw new Error('no exchange was made');
  },
);

/** How long the server claims to have taken, in ms, or a failure for a time that cannot be read. */
function claimOf(world: ServerWorld, exchange: Exchange): number {
  timeOf(world, exchange, 'serverSendTime');
  timeOf(world, exchange, 'serverRecvTime');
  return claimedProcessing(exchange) ?? 0;
}

/** All in ms. */
function requireTrueClaim(world: ServerWorld, { response }: Exchange, claimed: number, took: number, spare: number): void {
  if (claimed <= took + spare) return;
  world.fail({
    expected: `a processing time of ${took.toFixed(3)} ms at the most, as long as the exchange took`,
    received: `${claimed} ms: ${response.payload.text}`,
    likely: 'the processing time is made up, or serverRecvTime belongs to an earlier exchange',
    at: [response, ...stamps.map((name) => `/${name}`)],
  });
}

/** When the device published and heard, in ms since 1970, and the server's times between them. */
interface Moments {
  readonly published: number;
  readonly received: number;
  readonly sent: number;
  /** When the first byte of the response came: a server may write one in several pieces. */
  readonly began: number;
  readonly arrived: number;
}

function momentsOf(world: ServerWorld, exchange: Exchange): Moments {
  const { atUs, beganUs = atUs } = exchange.response.message;
  return {
    published: wallMsAt(exchange.request.message.atUs),
    received: Number(timeOf(world, exchange, 'serverRecvTime')),
    sent: Number(timeOf(world, exchange, 'serverSendTime')),
    began: wallMsAt(beganUs),
    arrived: wallMsAt(atUs),
  };
}

/** How late serverRecvTime was at least, and how early serverSendTime, in ms: what each exchange shows besides is the link. */
function smallest(all: readonly Moments[]): { readonly late: number; readonly early: number } {
  return {
    late: Math.min(...all.map(({ published, received }) => received - published)),
    early: Math.min(...all.map(({ sent, began }) => began - sent)),
  };
}

When(
  'after {duration} the device asks until both ends of an exchange are seen to within {duration}, at most {int} times in {duration}',
  async function (this: ServerWorld, after: number, ms: number, times: number, limit: number) {
    const { exchanges, device } = this.scenario;
    await sleep(after);
    // What belongs to an earlier exchange is so much older.
    exchanges.push(...(await this.scenario.series((one) => one.length > 0, device.deadline)));
    const end = nowUs() + limit * 1000;
    const all = exchanges.map((exchange) => momentsOf(this, exchange));
    let seen = smallest(all);
    const open = (): boolean => Math.max(seen.late, seen.early) > toWithin(this, ms);
    // A machine that has much to do takes longer to pass a message on, now and then: what counts is the quickest of them.
    for (let asked = 0; asked < times && nowUs() < end && open(); asked += 1) {
      const [exchange] = await this.scenario.series((one) => one.length > 0, limit);
      if (exchange === undefined) return;
      exchanges.push(exchange);
      const { late, early } = smallest([momentsOf(this, exchange)]);
      seen = { late: Math.min(seen.late, late), early: Math.min(seen.early, early) };
    }
  },
);

Then(
  'both server times lie between publish and arrival, to within {duration} or one step of the clock',
  function (this: ServerWorld, ms: number) {
    const spare = toWithin(this, ms);
    for (const exchange of this.scenario.exchanges) {
      const moments = momentsOf(this, exchange);
      const { published, arrived } = moments;
      for (const [name, time] of [
        ['serverRecvTime', moments.received],
        ['serverSendTime', moments.sent],
      ] as const) {
        const early = published - time;
        const late = time - arrived;
        if (early <= spare && late <= spare) continue;
        this.fail({
          expected: `${name} between publish, ${published.toFixed(1)}, and arrival, ${arrived.toFixed(1)}, to within ${spare} ms`,
          received: `${name} ${time}, ${early > 0 ? `${early.toFixed(1)} ms before publish` : `${late.toFixed(1)} ms after arrival`}`,
          likely:
            diagnoseServerTime(BigInt(time), arrived) ??
            (early > 0 ? 'the stamp is older than the request' : 'the stamp lies in the future'),
          at: [exchange.response, `/${name}`],
        });
      }
    }
  },
);

Then(
  'the quickest show both ends of an exchange within what the link takes one way + {duration} or one step of the clock',
  function (this: ServerWorld, ms: number) {
    const all = this.scenario.exchanges.map((exchange) => momentsOf(this, exchange));
    const last = this.scenario.exchanges.at(-1);
    if (last === undefined) throw new Error('no exchange was made');
    const { late, early } = smallest(all);
    const shown = [late, early].map((ms) => Math.max(0, ms).toFixed(1));
    this.inform(
      `in ${all.length} exchanges serverRecvTime was at least ${shown[0]} ms after publish, and serverSendTime at least ` +
        `${shown[1]} ms before arrival`,
    );
    // What a message needs to get to the service and back, through a broker and on a busy machine, is not the server's processing.
    const onLink = Math.max(
      0,
      Math.min(...all.map(({ published, received, sent, arrived }) => arrived - published - (sent - received))),
    );
    const spare = Number((toWithin(this, ms) + oneWayMs(onLink, this.scenario.serverRun.trace)).toFixed(1));
    const [isLate, isEarly] = [late > spare, early > spare];
    if (!isLate && !isEarly) return;
    const taken = all.reduce((sum, { received, sent }) => sum + sent - received, 0) / all.length;
    this.fail({
      expected:
        `in one exchange at least, serverRecvTime within ${spare} ms of publish, and in one serverSendTime within ` +
        `${spare} ms of arrival`,
      received:
        `serverRecvTime ${shown[0]} ms after publish or more, serverSendTime ${shown[1]} ms before arrival or more, in ` +
        `${all.length} exchanges`,
      likely: likelyMoment(isLate, isEarly, taken),
      at: [last.response, ...(isLate ? ['/serverRecvTime'] : []), ...(isEarly ? ['/serverSendTime'] : [])],
    });
  },
);

/** @param taken how long the server claims to take, in ms, on the average */
function likelyMoment(isLate: boolean, isEarly: boolean, taken: number): string | undefined {
  if (isLate && isEarly) return undefined;
  if (taken < 1) return `both timestamps are taken when the ${isLate ? 'response is sent' : 'request is received'}`;
  return isLate
    ? 'serverRecvTime is not the moment at which the request came'
    : 'serverSendTime is not the moment at which the response left';
}
