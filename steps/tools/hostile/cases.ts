import { join } from 'node:path';
import { root } from '../../requirements/requirement.ts';
import type { HostileCase } from './hostile-case.ts';

/** Short deadlines: several cases are silent, so that a run waits for each deadline. */
const impatient = { responseDeadline: '300ms', lateAnswers: '100ms' };

/** One second is enough to show that a client does nothing. */
const within = { within: '1s' };

const broken = { code: 1, verdict: 'does not conform' } as const;
/** Long deadlines, because the machine may be slow. */
const sound = { code: 0, verdict: 'conforms', target: { responseDeadline: '10s', lateAnswers: '100ms' } } as const;
/** The server rejects every device, so there is no verdict. That is known after `ready.within`, which is short because it starts at once. */
const unreachable = { code: 3, verdict: 'incomplete', target: { ...impatient, ready: { within: '5s' } } } as const;
const incomplete = { code: 4, verdict: 'incomplete' } as const;

const server = (name: string, program: string, rest: Omit<HostileCase, 'name' | 'role' | 'program'>): HostileCase => ({
  name: `a server that ${name}`,
  role: 'server',
  program: `server/${program}`,
  target: impatient,
  ...rest,
});

const client = (name: string, program: string, rest: Omit<HostileCase, 'name' | 'role' | 'program'>): HostileCase => ({
  name: `a client that ${name}`,
  role: 'client',
  program: `client/${program}`,
  target: within,
  ...rest,
});

/** Servers that send hostile packets. */
const servers: readonly HostileCase[] = [
  server('accepts TCP and says nothing', 'says-nothing', { ...unreachable, says: /does not let the device/ }),
  server('sends its CONNACK one byte a minute', 'connack-byte-a-minute', {
    ...unreachable,
    says: /does not let the device/,
  }),
  server('floods with 1 GB of PUBLISH', 'floods-1-gb', { ...broken, says: /the server sent more than \d+ (packets|bytes)/ }),
  server('sends malformed MQTT', 'malformed-frames', { ...broken, says: /malformed|[Ii]nvalid|[Cc]annot parse|[Hh]eader flag/ }),
  server('announces a packet of 256 MB', 'announces-256-mb', {
    ...incomplete,
    quick: true,
    // the packet answers a request, so it is no flood: it only exceeds a limit of the suite
    says: /inconclusive/,
  }),
  server('sends every type of packet in every state', 'every-packet-in-every-state', {
    ...broken,
    says: /is not met|are not met/,
  }),
  server('answers with JSON bombs', 'json-bombs', {
    ...broken,
    says: /is not met|are not met/,
  }),
  server('answers into the next scenario', 'answers-into-the-next-scenario', {
    ...broken,
    // Every scenario waits for it in vain, and so does the wait for a server that is ready.
    target: { responseDeadline: '100ms', lateAnswers: '100ms', ready: { within: '5s' } },
    says: /no response/,
  }),
  server('crashes at the 7th request', 'crashes-at-the-7th-request', { ...broken, says: /exited with code 1/ }),
  server('restarts itself at every 7th request', 'restarts-itself', { ...broken, says: /exited with code 0/ }),
  server('forges reports in its log and its responses', 'forges-reports', { ...broken, says: /server-response-members|server-/ }),
];

/** Servers that harm the machine. */
const processes: readonly HostileCase[] = [
  server('forks children that stay', 'forks-children-that-stay', { ...sound, says: /every MUST|conforms|met/ }),
  server('ignores SIGTERM', 'ignores-sigterm', { ...sound, says: /met/ }),
  server('fills its log with 1 GB', 'logs-1-gb', { ...sound, says: /met/ }),
  server('exits at once, with forged reports for last words', 'forges-last-words', {
    code: 3,
    verdict: 'incomplete',
    quick: true,
    says: /did not start/,
  }),
  server('is too slow for the deadline of the run', 'answers-into-the-next-scenario', {
    ...incomplete,
    target: { responseDeadline: '60s', deadline: '3s' },
    says: /interrupted \(its deadline of 3 s has passed\)/,
  }),
];

const result = { result: { log: String.raw`NTP local time: (?<time>\d+)` } };

/** Hostile clients. Those that the suite ends for their behaviour have enough time to show it. */
const clients: readonly HostileCase[] = [
  client('never connects', 'never-connects', { ...broken, says: /no connection/ }),
  client('connects and says nothing', 'says-nothing', { ...broken, says: /no connection|a connection and no request/ }),
  client('floods', 'floods', { ...broken, target: { within: '5s' }, says: /asked without end/ }),
  client('prints 100 MB', 'prints-100-mb', { ...broken, says: /no connection/ }),
  client('reports without end', 'reports-without-end', { ...broken, target: { within: '5s' }, says: /NTP local time/ }),
  client('sends garbage', 'sends-garbage', { ...broken, says: /no connection|no request/ }),
  client('reconnects in a busy loop', 'reconnects', { ...broken, says: /connection/ }),
  client('sends every type of packet in every state', 'every-packet-in-every-state', {
    ...broken,
    says: /connection|request/,
  }),
  client('announces a packet of 256 MB', 'announces-256-mb', {
    ...broken,
    quick: true,
    says: /268435460 bytes|no request/,
  }),
  client('asks with JSON bombs and forged reports', 'json-bombs', { ...broken, says: /JSON|deviceSendTime/ }),
  client('forks children that stay and ignores SIGTERM', 'forks-children-that-stay', { ...broken, says: /no connection/ }),
].map((one) => ({ ...one, target: { ...result, ...one.target } }));

/** Disturbances of the suite itself, while it tests a process whose children do not end. */
const ends: readonly HostileCase[] = (['SIGINT', 'SIGTERM', 'SIGKILL'] as const).map((disturbance) => ({
  ...server('forks children', 'forks-children-that-stay', {
    ...(disturbance === 'SIGKILL' ? { code: undefined, verdict: 'incomplete' as const } : incomplete),
    says: disturbance === 'SIGKILL' ? /the run did not finish/ : new RegExp(`interrupted \\(${disturbance}\\)`),
  }),
  name: `${disturbance} to the suite, the server a process with children`,
  ...(disturbance === 'SIGKILL' ? { quick: true } : {}),
  disturbance,
}));

/** Standstills, of the suite alone or with the reference implementation: never a failure of the reference. */
const stalls: readonly HostileCase[] = (
  [
    ['server', { stops: 'the suite', seconds: 3, after: [3] }],
    ['server', { stops: 'the suite and the implementation', seconds: 12, after: [20] }],
    ['server', { stops: 'the suite and the implementation', seconds: 3, after: [8, 30, 60] }],
    ['client', { stops: 'the suite', seconds: 12, after: [3] }],
    ['client', { stops: 'the suite and the implementation', seconds: 3, after: [3, 12] }],
  ] as const
).map(([role, disturbance]): HostileCase => {
  const times = disturbance.after.length === 1 ? '' : `, ${disturbance.after.length} times`;
  const stopped =
    disturbance.stops === 'the suite' ? `the suite, the reference ${role} under test,` : `the suite and the reference ${role}`;
  return {
    name: `${stopped} stopped for ${disturbance.seconds} s${times}`,
    role,
    file: `reference-${role}`,
    code: 0,
    verdict: 'conforms',
    says: /the suite stood still for \d+\.\d s/,
    disturbance,
    ...(disturbance.after[0] === 3 && role === 'server' ? { quick: true } : {}),
  };
});

/** Problems in the environment of a run. */
const surroundings: readonly HostileCase[] = [
  {
    name: 'a broker that listens for a second before it serves',
    role: 'server',
    target: {
      process: {
        command: ['node', join(root, 'fixtures/support/start.ts'), 'unusual/server/boots-for-a-second', '--port', '{port}'],
      },
      lateAnswers: '100ms',
    },
    code: 0,
    verdict: 'conforms',
    says: /every requirement that applies/,
  },
  {
    name: 'another run into the same report folder',
    role: 'server',
    file: 'reference-server',
    code: 0,
    verdict: 'conforms',
    says: /every requirement that applies/,
    quick: true,
    disturbance: 'another run into its folder',
  },
  ...(
    [
      ['empty', '', /config\.json is empty/],
      ['not JSON', '{"auths": ', /config\.json is not JSON/],
    ] as const
  ).map(
    ([what, dockerConfig, says]): HostileCase => ({
      name: `a configuration of the Docker client that is ${what}`,
      role: 'server',
      file: 'reference-on-broker',
      docker: true,
      dockerConfig,
      code: 3,
      verdict: 'incomplete',
      says,
    }),
  ),
];

const container = (name: string, start: object): HostileCase => ({
  name,
  role: 'server',
  target: { container: { port: 1883, ...start } },
  docker: true,
  code: 3,
  verdict: 'incomplete',
  says: /did not start/,
});

/** Containers that never get ready. */
const images: readonly HostileCase[] = [
  container('an image that exits at once', { image: 'local/base:latest', command: ['node', '-e', 'process.exit(7)'] }),
  { ...container('an image that does not exist', { image: 'local/no-such-image:1' }), quick: true },
  {
    ...container('an image for another architecture', { image: 'local/iot-ntp-hostile:s390x' }),
    image: 'of another architecture',
  },
];

/** Disturbances of the suite or the engine, while a container is tested. */
const containers: readonly HostileCase[] = [
  ...(['SIGINT', 'SIGTERM', 'SIGKILL'] as const).map(
    (disturbance): HostileCase => ({
      name: `${disturbance} to the suite, the server in a container`,
      role: 'server',
      file: 'reference-on-broker',
      docker: true,
      disturbance,
      ...(disturbance === 'SIGTERM' ? { quick: true } : {}),
      code: disturbance === 'SIGKILL' ? undefined : 4,
      verdict: 'incomplete',
      says: disturbance === 'SIGKILL' ? /the run did not finish/ : new RegExp(`interrupted \\(${disturbance}\\)`),
    }),
  ),
  {
    name: 'a Docker engine that dies in mid-run',
    role: 'server',
    file: 'reference-on-broker',
    docker: true,
    disturbance: 'the Docker engine dies',
    ...incomplete,
    says: /the Docker engine no longer answers/,
  },
];

/** All cases, in the order of the table. */
export const cases: readonly HostileCase[] = [
  ...servers,
  ...processes,
  ...clients,
  ...ends,
  ...stalls,
  ...surroundings,
  ...images,
  ...containers,
];
