/**
 * The devices that the suite plays beside MQTT tools that can be had from the registries, with the same work on the same server, in
 * turn. A tool that is not installed is left out, and said to be missing.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { embeddedTarget } from '../../commands/run/reference-target.ts';
import { startTarget } from '../../harness/implementation/start-target.ts';
import { root } from '../../requirements/requirement.ts';
import { programPath } from './child.ts';
import type { Done, Kind } from './exchange-work.ts';
import { median, table } from './lines.ts';
import { burstByPair, processForEach } from './outside.ts';

const call = promisify(execFile);

/** How often each tool does each work, in turn. Odd, so that the median is one of them. */
const rounds = 3;

/** Each kind of work: how often, and for how long, in ms. */
const works: readonly { readonly kind: Kind; readonly title: string; readonly count: number; readonly ms?: number }[] = [
  { kind: 'anew', title: 'connect, subscribe, ask, be answered, disconnect: 300 times in a row', count: 300 },
  // No device of a scenario takes more than 5,000 packets.
  { kind: 'turns', title: 'one connection, 4,000 times asked when the last answer has come', count: 4_000 },
  { kind: 'many', title: '100 connections, each asking again as soon as it is answered, for 3 s', count: 100, ms: 3_000 },
  { kind: 'burst', title: '20,000 requests back to back', count: 20_000 },
];

interface Server {
  readonly host: string;
  readonly port: number;
}

interface Tool {
  readonly name: string;
  /** What it does otherwise than the others, in words. */
  readonly remark: string;
  /** How it does each work that it can do. */
  readonly does: Partial<Record<Kind, (count: number, ms: number) => Promise<Done>>>;
}

/** Runs the tools, and prints what came of it. */
export async function benchTools(): Promise<void> {
  const server = await startTarget(await embeddedTarget('server'));
  try {
    const { tools, missing } = await toolsFor(server);
    console.log(`MQTT tools beside the suite, on the embedded reference; ${rounds} rounds in turn, the median\n`);
    for (const { kind, title, count, ms = 0 } of works) {
      const able = tools.flatMap(({ name, does }) => (does[kind] === undefined ? [] : [{ name, run: does[kind] }]));
      const done = new Map<string, Done[]>();
      for (let round = 0; round < rounds; round += 1)
        for (const { name, run } of able) done.set(name, [...(done.get(name) ?? []), await run(count, ms)]);
      print(title, done);
    }
    for (const { name, remark } of tools) console.log(`  ${name}: ${remark}`);
    for (const text of missing) console.log(`  left out: ${text}`);
    console.log();
  } finally {
    await server.stop();
  }
}

async function toolsFor(server: Server): Promise<{ readonly tools: Tool[]; readonly missing: string[] }> {
  const { host } = server;
  const port = String(server.port);
  const program = (command: string, ...before: readonly string[]) => {
    const run = (kind: Kind) => async (count: number, ms: number) =>
      JSON.parse((await call(command, [...before, host, port, kind, String(count), String(ms)])).stdout) as Done;
    return { anew: run('anew'), turns: run('turns'), many: run('many'), burst: run('burst') };
  };
  const at = ['-h', host, '-p', port] as const;
  const request = '/ext/ntp/benchmark/tool/request';
  const response = '/ext/ntp/benchmark/tool/response';
  const tools: Tool[] = [
    {
      name: bare,
      remark: 'one process; judges and records nothing',
      does: program(process.execPath, programPath('./bare-exchanges.ts')),
    },
  ];
  const { anew, turns, many, burst } = program(process.execPath, programPath('./suite-exchanges.ts'));
  tools.push(
    {
      name: 'the suite, device of a scenario',
      remark: 'records each packet with its time, bounds what comes, and gives each answer to its request',
      does: { anew, turns },
    },
    {
      name: 'the suite, device of load',
      remark: 'sees to it that each gets its own answer, once; measures latency',
      does: { many, burst },
    },
  );
  const mqtt = `${root}node_modules/.bin/mqtt`;
  tools.push({
    name: 'mqtt pub, mqtt sub (mqtt.js)',
    remark: 'two processes, one asks and one hears; processor time with their starts; nothing is matched',
    does: {
      burst: async (count) =>
        burstByPair(
          { hears: [mqtt, 'sub', ...at, '-t', response], asks: [mqtt, 'pub', ...at, '-t', request, '-s', '-M'] },
          count,
        ),
    },
  });
  const missing: string[] = [];
  if (await answers('mosquitto_rr', '--help'))
    tools.push(
      {
        name: 'mosquitto_rr',
        remark: 'a process for each exchange, which Node starts; prints the first message on the response topic, whatever it is',
        does: {
          anew: async (count) =>
            processForEach(
              ['mosquitto_rr', '-V', 'mqttv311', ...at, '-t', request, '-e', response, '-m', '{"deviceSendTime":1}', '-W', '5'],
              count,
            ),
        },
      },
      {
        name: 'mosquitto_pub, mosquitto_sub',
        remark: 'two processes, one asks and one hears; processor time with their starts; nothing is matched',
        does: {
          burst: async (count) =>
            burstByPair(
              { hears: ['mosquitto_sub', ...at, '-t', response], asks: ['mosquitto_pub', ...at, '-t', request, '-l'] },
              count,
            ),
        },
      },
    );
  else missing.push('mosquitto_rr, mosquitto_pub and mosquitto_sub (apt-get install mosquitto-clients)');
  const paho = programPath('./paho-exchanges.py');
  const python = await firstOf(['python3', '/usr/bin/python3'], async (command) => answers(command, paho, '--version'));
  if (python === undefined) missing.push('Eclipse Paho for Python (apt-get install python3-paho-mqtt)');
  else
    tools.push({ name: 'Eclipse Paho, Python', remark: 'one process; judges and records nothing', does: program(python, paho) });
  return { tools, missing };
}

const bare = 'bare mqtt.js loop';

/** Whether a command is there and does not fail. */
async function answers(command: string, ...args: readonly string[]): Promise<boolean> {
  return call(command, args).then(
    () => true,
    // Help that is asked for is a failure to some.
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT' && args[0] === '--help',
  );
}

async function firstOf<T>(values: readonly T[], test: (value: T) => Promise<boolean>): Promise<T | undefined> {
  for (const value of values) if (await test(value)) return value;
  return undefined;
}

function print(title: string, done: ReadonlyMap<string, readonly Done[]>): void {
  const of = (runs: readonly Done[]) => ({
    perSecond: median(runs.map(({ exchanges, ms }) => (exchanges / ms) * 1000)),
    cpuUs: median(runs.map(({ exchanges, cpuMs }) => (cpuMs / exchanges) * 1000)),
    peakBytes: median(runs.map(({ peakBytes }) => peakBytes)),
  });
  const base = of(done.get(bare) ?? []);
  console.log(`${title}\n`);
  table([
    ['', 'a second', 'to bare', 'ms each', 'CPU ms each', 'to bare', 'peak'],
    ...[...done].map(([name, runs]) => {
      const { perSecond, cpuUs, peakBytes } = of(runs);
      return [
        name,
        perSecond.toFixed(0),
        (perSecond / base.perSecond).toFixed(2),
        (1000 / perSecond).toFixed(3),
        (cpuUs / 1000).toFixed(3),
        (cpuUs / base.cpuUs).toFixed(2),
        `${Math.round(peakBytes / 2 ** 20)} MiB`,
      ];
    }),
  ]);
  console.log();
}
