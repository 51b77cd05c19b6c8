import { type DataTable, Then } from '@cucumber/cucumber';
import type { Response, Timestamp, TimestampType } from '../harness/message/exchange.ts';
import { isExactly, type Value } from '../harness/message/payload.ts';
import { type PayloadFault, responseFaults } from '../harness/message/payload-schema.ts';
import type { ServerWorld } from './server-scenario.ts';

const times = ['deviceSendTime', 'serverRecvTime', 'serverSendTime'] as const;

/** The times that a response holds; those that are missing are judged by requirements of their own. */
function timesOf(response: Response): (readonly [(typeof times)[number], Value])[] {
  return times.flatMap((name) => {
    const value = response[name];
    return value === undefined ? [] : [[name, value] as const];
  });
}

/** Those of the times that have a fault of this kind, by the schema for responses of a type. */
function withFault(response: Response, type: TimestampType, kind: PayloadFault['kind']): ReturnType<typeof timesOf> {
  const faults = responseFaults(response.payload, type).filter((fault) => fault.kind === kind);
  return timesOf(response).filter(([name]) => faults.some(({ at }) => at === `/${name}`));
}

const written = (values: readonly (readonly [string, Value])[]): string =>
  values.map(([name, { literal }]) => `${name} ${literal}`).join(', ');

Then('each response comes at QoS 0', function (this: ServerWorld) {
  for (const request of this.scenario.requests) {
    const wrong = request.responses.find(({ message }) => message.qos !== 0);
    if (wrong === undefined) continue;
    const { qos } = wrong.message;
    this.fail({
      expected: 'PUBLISH at QoS 0',
      received: `PUBLISH at QoS ${qos}`,
      likely:
        request.message.qos === qos
          ? 'the service publishes at the QoS of the request'
          : 'the service publishes at the QoS of the subscription',
      at: [wrong, 'qos'],
    });
  }
});

Then('the response comes without the RETAIN flag', async function (this: ServerWorld) {
  const { response } = await this.scenario.answer();
  if (response.message.retain) {
    this.fail({
      expected: 'PUBLISH without RETAIN',
      received: 'PUBLISH with RETAIN',
      likely: 'the service publishes with the RETAIN flag',
      at: [response, 'retain'],
    });
  }
});

Then('the response is a JSON object with the members:', async function (this: ServerWorld, table: DataTable) {
  const { response } = await this.scenario.answer();
  const { payload } = response;
  const names = table.raw().map(([name = '']) => name);
  const expected = `a JSON object with ${names.join(' and ')}`;
  if (payload.fault !== undefined)
    this.fail({
      expected,
      received: `${payload.fault}: ${payload.text}`,
      likely: likelyFault(payload.text),
      at: [response, 'payload'],
    });
  const faults = responseFaults(payload);
  const missing = names.filter((name) =>
    faults.some(({ at, kind }) => at === `/${name}` && (kind === 'missing' || kind === 'type')),
  );
  if (missing.length === 0) return;
  this.fail({
    expected,
    received: `no ${missing.join(' and no ')}: ${payload.text}`,
    likely: likelyName(missing, [...payload.members.keys()]),
    at: [response, 'payload'],
  });
});

function likelyFault(text: string): string | undefined {
  if (/,\s*}/.test(text)) return 'a comma after the last member, which is not JSON';
  return /'/.test(text) && !/"/.test(text) ? 'single quotes, which are not JSON' : undefined;
}

function likelyName(missing: readonly string[], present: readonly string[]): string | undefined {
  const plain = (name: string): string => name.toLowerCase().replace(/[^a-z]/g, '');
  for (const name of missing) {
    const other = present.find(
      (candidate) => plain(candidate) === plain(name) || plain(candidate) === plain(name).replace('recv', 'receive'),
    );
    if (other !== undefined) return other === name ? `${name} is neither a Long nor a String` : `${name} is written ${other}`;
  }
  return undefined;
}

Then(
  'the response returns deviceSendTime {timestamp} in {echoType}',
  async function (this: ServerWorld, { digits, type }: Timestamp, sameType: boolean) {
    const { response, echo } = await requireEcho(this, digits);
    if (!sameType || echo.type === (type === 'Long' ? 'number' : 'string')) return;
    this.fail({
      expected: `deviceSendTime ${digits} as a ${type}`,
      received: `deviceSendTime ${echo.literal}`,
      likely: type === 'Long' ? 'a Long above 2^53 is returned as a String' : undefined,
      at: [response, '/deviceSendTime'],
    });
  },
);

/** Requires the value of the echo; its type is left to the caller. */
async function requireEcho(world: ServerWorld, digits: string): Promise<{ response: Response; echo: Value }> {
  const { response } = await world.scenario.answer();
  const echo = response.deviceSendTime;
  if (echo !== undefined && isExactly(echo, BigInt(digits))) return { response, echo };
  return world.fail({
    expected: `deviceSendTime ${digits}`,
    received: echo === undefined ? `no deviceSendTime: ${response.payload.text}` : `deviceSendTime ${echo.literal}`,
    likely: echo === undefined ? 'the echo is missing' : (likelySearch(world, echo) ?? likelyEcho(world, digits, echo.number)),
    at: [response, echo === undefined ? 'payload' : '/deviceSendTime'],
  });
}

/** The echo is a number that stands beside the same name elsewhere in the request: inside another member. */
function likelySearch({ scenario: { request } }: ServerWorld, { literal }: Value): { kind: string; text: string } | undefined {
  const text = 'the request is searched as text instead of parsed';
  const elsewhere = /deviceSendTime\\?":"?(\d+)/g;
  const [first, ...others] = [...request.payload.text.matchAll(elsewhere)].map(([, digits]) => digits);
  const found = others.length > 0 && [first, ...others].includes(literal.replaceAll('"', ''));
  return found ? { kind: text, text } : undefined;
}

/** An echo may be that of the request before, or what is left of this one: where both fit, neither is said. */
function likelyEcho({ scenario }: ServerWorld, digits: string, echo: bigint | undefined): string | undefined {
  const before = scenario.serverRun.ledger.run.order.before(scenario.request)?.timestamp?.digits;
  const loss = likelyLoss(BigInt(digits), echo);
  if (before === undefined || before !== String(echo)) return loss;
  return loss === undefined ? 'the echo is of an earlier request' : undefined;
}

function likelyLoss(sent: bigint, echo: bigint | undefined): string | undefined {
  if (echo === undefined) return undefined;
  if (echo === BigInt(Number(sent))) return 'the echo went through a double';
  if (echo === BigInt.asIntN(32, sent) || echo === BigInt.asUintN(32, sent)) return 'the echo went through a 32-bit integer';
  if (echo === 2147483647n || echo === 4294967295n) return 'the echo is saturated at 32 bits';
  return undefined;
}

Then('each time in the response is a {timeType}', async function (this: ServerWorld, type: TimestampType) {
  const { response } = await this.scenario.answer();
  requireType(this, response, type);
  // How a Long is written is a requirement of its own.
  const wrong = type === 'String' ? withFault(response, type, 'notation') : [];
  if (wrong.length === 0) return;
  this.fail({
    expected: 'Strings of decimal digits',
    received: written(timesOf(response)),
    at: [response, ...wrong.map(([name]) => `/${name}`)],
  });
});

Then('each response has the type of its request', async function (this: ServerWorld) {
  for (const request of this.scenario.requests) {
    const { response } = await this.scenario.answered(this.scenario.askerOf(request), request);
    requireType(this, response, request.timestamp?.type ?? 'Long');
  }
});

/** A Long is any JSON number here: how it is written is a requirement of its own. */
function requireType(world: ServerWorld, response: Response, type: TimestampType): void {
  const present = timesOf(response);
  const wrong = withFault(response, type, 'type');
  if (present.length === 0)
    world.fail({ expected: `three ${type}s`, received: response.payload.text, at: [response, 'payload'] });
  if (wrong.length === 0) return;
  const onlyEcho = wrong.length < present.length && wrong.every(([name]) => name !== 'deviceSendTime');
  const never = type === 'Long' ? 'the server always answers with Strings' : 'the server always answers with Longs';
  world.fail({
    expected: `three ${type}s, as the request has a ${type}`,
    received: written(present),
    likely: onlyEcho ? 'only the echo keeps its type' : never,
    at: [response, ...wrong.map(([name]) => `/${name}`)],
  });
}

Then('each Long in the response is written as an integer', async function (this: ServerWorld) {
  const { response } = await this.scenario.answer();
  const longs = timesOf(response).filter(([, { type }]) => type === 'number');
  if (longs.length === 0) {
    this.fail({
      expected: 'Longs',
      received: response.payload.text,
      at: [response, 'payload'],
    });
  }
  const wrong = withFault(response, 'Long', 'notation');
  if (wrong.length > 0)
    this.fail({
      expected: 'JSON integers',
      received: written(wrong),
      likely: 'times are doubles, and printed as such',
      at: [response, ...wrong.map(([name]) => `/${name}`)],
    });
});

Then('the response holds:', async function (this: ServerWorld, table: DataTable) {
  const { response } = await this.scenario.answer();
  for (const [name = '', literal = ''] of table.raw()) {
    const received = response.payload.members.get(name)?.literal;
    if (received !== literal)
      this.fail({
        expected: `${name} ${literal}`,
        received: received === undefined ? `no ${name}` : `${name} ${received}`,
        at: [response, received === undefined ? 'payload' : `/${name}`],
      });
  }
});
