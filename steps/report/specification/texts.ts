import { counted } from '../../harness/text/counted.ts';
import type { Role } from '../../requirements/requirement.ts';
import type { LinePurpose } from './specification.ts';

/**
 * Every fixed text of the specification's pages. All other texts come from the features. To translate the pages, write another object
 * with the same members.
 */
export const texts = {
  /** BCP 47. */
  language: 'en',
  title: 'The specification and its requirements',
  kind: 'Conformance of NTP over MQTT',
  skip: 'Skip to the text',
  pages: {
    index: 'Overview',
    server: 'Servers',
    client: 'Clients',
    words: 'Glossary',
    proof: 'Proof',
  },
  heading: {
    server: 'What a server must do',
    client: 'What a client must do',
  } satisfies Record<Role, string>,
  lead: {
    server:
      'A server offers the NTP service. The suite acts as devices that connect to the server, and judges its responses by these requirements.',
    client:
      'A client asks for the time. The suite acts as the platform that the client connects to, and judges its requests and reported times by these requirements.',
  } satisfies Record<Role, string>,
  introduction: [
    'A device asks the platform for the time over MQTT. It publishes its own time, and the server answers with two times of its own. From four times, the device calculates the time of the server. These pages list what a server and a client of this service must do, where the specification says so, and how the suite tests it.',
    'Each requirement is one sentence with MUST or SHOULD. It has an address of its own, and every failure in a report links to it. The scenarios below a requirement are exactly what the suite runs, once for each row of their tables.',
  ],
  drawing: 'The specification’s own example',
  contents: 'Requirements',
  level: { must: 'MUST', should: 'SHOULD' },
  levelMeaning: {
    must: 'affects the verdict: an implementation that does not meet it does not conform',
    should: 'is a recommendation: an implementation that does not meet it gets a warning; affects the verdict only with --strict',
  },
  source: 'source',
  mistakes: 'usual mistakes',
  applies: 'applies',
  appliesWhere: 'if the target file declares',
  try: 'run only this',
  caught: (count: number): string => `${counted(count, 'implementation')} that the suite finds faulty by it`,
  address: 'link to this requirement',
  parts: { setUp: 'set-up', deed: 'what happens', demand: 'expected behaviour', other: '' } satisfies Record<LinePurpose, string>,
  scenario: 'scenario',
  scenarios: (count: number): string => counted(count, 'scenario'),
  requirements: (count: number): string => counted(count, 'requirement'),
  tried: (count: number): string => `run ${counted(count, 'time')}`,
  only: (capabilities: string): string => `only with the capability ${capabilities}`,
  find: 'Find a requirement',
  found: 'of',
  unfold: 'Unfold all scenarios',
  fold: 'Fold all',
  wordsHeading: 'Glossary',
  roleWords: [
    ['server', 'offers the NTP service; the suite tests it by acting as devices'],
    ['client', 'asks for the time, like the program in a device; the suite tests it by acting as the platform'],
    ['device', 'asks a server for the time; its topics contain its product key and its device name'],
    ['platform', 'an MQTT server with the NTP service; the suite acts as one to test a client'],
    ['requirement', 'a sentence with MUST or SHOULD that an implementation has to meet'],
    ['scenario', 'one test of a requirement; a requirement passes if all its scenarios that apply pass'],
    ['target file', 'describes the implementation under test: how to start it, which devices it knows, what it offers'],
    ['capability', 'an optional feature of an implementation, which its target file declares'],
  ],
  levels: 'Levels',
  results: 'Results',
  verdicts: 'Verdicts',
  verdictWords: [
    ['conforms', 'the suite tested every requirement that applies, and the implementation meets every MUST'],
    ['does not conform', 'at least one requirement that affects the verdict failed'],
    ['incomplete', 'any other run: a requirement was not tested or was inconclusive; such a run certifies nothing'],
  ],
  sources: 'Where a requirement comes from',
  sourceWords: [
    ['stated', 'a sentence of the specification says it; the suite quotes the sentence'],
    ['derived from', 'it follows from a sentence of the specification'],
    ['documented', 'another document of the same platform says it, or recordings of the real platform show it'],
    ['practice', 'no document says it, but installations fail without it; such a requirement is a recommendation'],
  ],
  capabilities: 'Capabilities',
  capabilityWords: [
    ['clock', 'the suite can set the clock of the implementation, so that every number is exact'],
    ['auto-subscription', 'responses arrive without a SUBSCRIBE'],
    ['aliyun-hmac', 'devices sign their CONNECT as the platform documents'],
    ['tls', 'the implementation supports TLS'],
    ['authentication', 'the server rejects wrong credentials'],
    ['access-control', 'the server allows devices only their own topics'],
  ],
  outline: 'The page, statement by statement',
  outlineLead: 'Each statement is given in our own words, with the requirements that judge it.',
  untestable: 'Cannot be tested.',
  misprint: 'Misprint:',
  lesson: {
    heading: 'The exchange',
    steps: [
      'The device publishes a request at QoS 0 on its request topic. It contains the device’s own time, deviceSendTime.',
      'The server publishes a response at QoS 0 on the response topic of the same device. It repeats deviceSendTime and adds serverRecvTime and serverSendTime.',
      'When the response arrives, the device reads its clock again: deviceRecvTime. The device never sends this time.',
      'From the four times, the device calculates the time of the server.',
    ],
    topics: 'The two topics',
    request: 'request',
    response: 'response',
    members: 'The members',
    columns: ['member', 'in', 'meaning', 'example'],
    memberRows: [
      ['deviceSendTime', 'request and response', 'the device’s time when it sends the request; the server returns it unchanged'],
      ['serverRecvTime', 'response', 'the server’s time when it receives the request'],
      ['serverSendTime', 'response', 'the server’s time when it sends the response'],
      ['deviceRecvTime', 'not sent', 'the device’s time when it receives the response'],
    ],
    types:
      'All times are in milliseconds. The server’s times count from 1970-01-01T00:00:00Z; the device’s clock may count from any moment, such as power-on. The device chooses the type, Long (a JSON integer) or String (decimal digits), and the server answers in the same type.',
    payloads: 'The payloads, as Longs and as Strings',
    formula: 'The calculation',
    why: 'In the example, the device’s clock is 100 ms behind the server’s, the link takes 10 ms each way and the server 5 ms. When the response arrives, the server’s clock shows 1571724098125: serverSendTime plus the 10 ms that the response takes.',
  },
  proofHeading: 'Does the suite catch what it claims?',
  proofLead:
    'The suite runs on faulty implementations, which break requirements on purpose, and on unusual implementations, which are correct. It must find exactly the broken requirements, and must pass the correct implementations.',
  proofAbsent:
    'No results available. In a checkout of the suite, “npm run prove” creates them, and “npm run docs” then shows them here.',
  proofPartly: 'The last proof ran only some of the implementations. A requirement without a mark may not have been tested.',
  proofOpen: 'The last proof found these errors:',
  proven: 'For every requirement, an implementation breaks it, and the suite finds that.',
  proofMade: 'Created',
  figures: {
    caught: 'faulty implementations found exactly',
    certified: 'unusual implementations passed',
    requirements: 'requirements that an implementation breaks',
    scenarios: 'scenarios that an implementation fails',
  },
  of: 'of',
  faulty: 'Faulty implementations and the requirements that they fail',
  unusual: 'Unusual and correct implementations, which conform',
  implementation: 'implementation',
  cells: { failed: 'failed', warned: 'warning', untested: 'not judged because of these failures', wrong: 'the suite is wrong' },
  legend: 'Marks',
  footer: (suite: string): string => `Generated from the features of ${suite}, which the suite runs.`,
  beside: 'The report in the same folder was judged by these requirements.',
} as const;
