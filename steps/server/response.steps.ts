import { type DataTable, Then } from '@cucumber/cucumber';
import { type Request, type Response, type Timestamp, type TimestampType, toJson } from '../harness/message/exchange.ts';
import { isExactly, type Value } from '../harness/message/payload.ts';
import { type PayloadFault, responseFaults } from '../harness/message/payload-schema.ts';
import type { NtpWorld } from '../support/world.ts';

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

Then('the response comes at QoS 0', async function (this: NtpWorld) {
  const { response } = await this.answer();
  requireQos0(this, response, this.request);
});

Then('the response, if one comes, comes at QoS 0', async function (this: NtpWorld) {
  await this.fence();
  for (const { responses } of this.requests) for (const response of responses) requireQos0(this, response, this.request);
});

function requireQos0(world: NtpWorld, response: Response, request: Request): void {
  const { message } = response;
  if (message.qos === 0) return;
  world.fail({
    expected: 'PUBLISH at QoS 0',
    received: `PUBLISH at QoS ${message.qos}`,
    likely:
      request.message.qos > 0 && request.message.qos === message.qos
        ? 'the service publishes at the QoS of the request'
        : 'the service publishes at the QoS of the subscription',
    at: [response, 'qos'],
  });
}

Then('the response comes without the RETAIN flag', async function (this: NtpWorld) {
  const { response } = await this.answer();
  if (response.message.retain) {
    this.fail({
      expected: 'PUBLISH without RETAIN',
      received: 'PUBLISH with RETAIN',
      likely: 'the service publishes with the RETAIN flag',
      at: [response, 'retain'],
    });
  }
});

Then('the response is a JSON object with the members:', async function (this: NtpWorld, table: DataTable) {
  const { response } = await this.answer();
  const { payload } = response;
  const names = table.raw().map(([name = '']) => name);
  const expected = `a JSON object with ${names.join(' and ')}`;
  const faults = responseFaults(payload);
  if (payload.fault !== undefined)
    this.fail({
      expected,
      received: `${payload.fault}: ${payload.text}`,
      likely: likelyFault(payload.text),
      at: [response, 'payload'],
    });
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

Then('the response returns deviceSendTime {timestamp}', async function (this: NtpWorld, { digits }: Timestamp) {
  const { response } = await this.answer();
  const echo = response.deviceSendTime;
  if (echo !== undefined && isExactly(echo, BigInt(digits))) return;
  this.fail({
    expected: `deviceSendTime ${digits}`,
    received: echo === undefined ? `no deviceSendTime: ${response.payload.text}` : `deviceSendTime ${echo.literal}`,
    likely: echo === undefined ? 'the echo is missing' : likelyLoss(BigInt(digits), echo.number),
    at: [response, echo === undefined ? 'payload' : '/deviceSendTime'],
    needs:
      this.requirement.id === 'server-echoes-send-time'
        ? ['server-response-members']
        : ['server-echoes-send-time', 'server-response-members'],
  });
});

function likelyLoss(sent: bigint, echo: bigint | undefined): string | undefined {
  if (echo === undefined) return undefined;
  if (echo === BigInt(Number(sent))) return 'the echo went through a double';
  if (echo === BigInt.asIntN(32, sent) || echo === BigInt.asUintN(32, sent)) return 'the echo went through a 32-bit integer';
  if (echo === 2147483647n || echo === 4294967295n) return 'the echo is saturated at 32 bits';
  return undefined;
}

Then('each time in the response is a {type}', async function (this: NtpWorld, type: TimestampType) {
  requireType(this, (await this.answer()).response, type);
});

Then('each time in the response is a String of decimal digits', async function (this: NtpWorld) {
  const { response } = await this.answer();
  requireType(this, response, 'String');
  const wrong = withFault(response, 'String', 'notation');
  if (wrong.length === 0) return;
  this.fail({
    expected: 'Strings of decimal digits',
    received: written(timesOf(response)),
    needs: ['server-echoes-send-time'],
    at: [response, ...wrong.map(([name]) => `/${name}`)],
  });
});

Then('each response has the type of its request', async function (this: NtpWorld) {
  for (const request of this.requests) {
    const device = request.responseTopic === this.device.responseTopic ? this.device : this.other;
    const { response } = await this.answered(device, request);
    requireType(this, response, request.timestamp?.type ?? 'Long');
  }
});

/** A Long is any JSON number here: how it is written is a requirement of its own. */
function requireType(world: NtpWorld, response: Response, type: TimestampType): void {
  const present = timesOf(response);
  const wrong = withFault(response, type, 'type');
  const needs = typeNeeds(world);
  if (present.length === 0)
    world.fail({ expected: `three ${type}s`, received: response.payload.text, needs, at: [response, 'payload'] });
  if (wrong.length === 0) return;
  const onlyEcho = wrong.length < present.length && wrong.every(([name]) => name !== 'deviceSendTime');
  const never = type === 'Long' ? 'the server always answers with Strings' : 'the server always answers with Longs';
  world.fail({
    expected: `three ${type}s, as the request has a ${type}`,
    received: written(present),
    likely: onlyEcho ? 'only the echo keeps its type' : never,
    needs,
    at: [response, ...wrong.map(([name]) => `/${name}`)],
  });
}

/** The type requirements do not excuse each other; only the one about changing types leans on them. */
function typeNeeds({ requirement }: NtpWorld): string[] {
  const changing = ['server-long-stays-long', 'server-string-stays-string', 'server-answers-the-asker'];
  return requirement.id === 'server-type-per-request' ? ['server-response-members', ...changing] : ['server-response-members'];
}

Then('each Long in the response is written as an integer', async function (this: NtpWorld) {
  const { response } = await this.answer();
  const longs = timesOf(response).filter(([, { type }]) => type === 'number');
  if (longs.length === 0) {
    this.fail({
      expected: 'Longs',
      received: response.payload.text,
      needs: ['server-long-stays-long', 'server-response-members'],
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

Then('the response holds:', async function (this: NtpWorld, table: DataTable) {
  const { response } = await this.answer();
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

Then('two responses return that deviceSendTime, and no more', async function (this: NtpWorld) {
  const [first, second] = this.requests;
  if (first === undefined || second === undefined) throw new Error('this sentence needs two requests');
  await this.answer();
  await this.fence();
  const wanted = second.timestamp === undefined ? '' : toJson(second.timestamp);
  const count = first.responses.length + second.responses.length;
  if (count !== 2) this.fail({ expected: `2 responses with deviceSendTime ${wanted}`, received: `${count} responses` });
});
