import type { Role } from '../../requirements/requirement.ts';
import type { Part } from './specification.ts';

/**
 * Every fixed text of the specification's pages. What the features say stands in the features, in whatever language they are; another
 * language of the pages is another of these.
 */
export const texts = {
  /** BCP 47. */
  language: 'en',
  title: 'The specification, as it is judged',
  kind: 'Conformance of NTP over MQTT',
  skip: 'To the text',
  pages: {
    index: 'Overview',
    server: 'Servers',
    client: 'Clients',
    words: 'Words',
    proof: 'Proof',
  },
  heading: {
    server: 'What a server must do',
    client: 'What a client must do',
  } satisfies Record<Role, string>,
  lead: {
    server:
      'A server offers the NTP service. The suite plays devices in front of it, and judges what it answers by these requirements.',
    client:
      'A client asks for the time. The suite plays the platform in front of it, and judges what it asks and reports by these requirements.',
  } satisfies Record<Role, string>,
  introduction: [
    'A device asks the platform for the time over MQTT: it publishes its own time, the server answers with two of its own, and from four timestamps the device calculates what time it is. These pages say what a server and a client of that service must do for it, where the specification says so, and how the suite tries it.',
    'Each requirement is one sentence with MUST or SHOULD, and has an address of its own, to which every failure in a report leads. Below it stands what is done to judge it: each scenario is tried as it is written here, with the values of its table.',
  ],
  drawing: 'The specification’s own example',
  contents: 'Requirements',
  level: { must: 'MUST', should: 'SHOULD' },
  levelMeaning: {
    must: 'decides: an implementation that does not do it does not conform',
    should: 'is a recommendation: not to follow it is a warning, and decides only in a strict run',
  },
  source: 'source',
  mistakes: 'usual mistakes',
  applies: 'applies',
  appliesWhere: 'where the target file declares',
  try: 'try it alone',
  caught: (count: number): string =>
    `${count} ${count === 1 ? 'implementation' : 'implementations'} that the suite catches by it`,
  address: 'address of this requirement',
  parts: { setUp: 'set-up', deed: 'what happens', demand: 'what is demanded', other: '' } satisfies Record<Part, string>,
  scenario: 'scenario',
  scenarios: (count: number): string => `${count} ${count === 1 ? 'scenario' : 'scenarios'}`,
  requirements: (count: number): string => `${count} ${count === 1 ? 'requirement' : 'requirements'}`,
  tried: (count: number): string => `tried ${count} ${count === 1 ? 'time' : 'times'}`,
  only: (capabilities: string): string => `only with the capability ${capabilities}`,
  find: 'Find a requirement',
  found: 'of',
  unfold: 'Unfold all scenarios',
  fold: 'Fold all',
  wordsHeading: 'The words used',
  roleWords: [
    ['server', 'offers the NTP service; in front of it the suite plays devices'],
    ['client', 'asks for the time, as the program in a device does; in front of it the suite plays the platform'],
    ['device', 'asks a server for the time, and has a product key and a name, which stand in its topics'],
    ['platform', 'what the suite plays in front of a client: an MQTT server with the NTP service'],
    ['requirement', 'a sentence with MUST or SHOULD, by which an implementation is judged'],
    ['scenario', 'one way to try a requirement; all that apply must go as they must'],
    ['target file', 'says what is tested: how it is started, which devices it knows, what it offers'],
    ['capability', 'something that an implementation offers and its target file declares'],
  ],
  levels: 'Levels',
  results: 'Results',
  verdicts: 'Verdicts',
  verdictWords: [
    ['conforms', 'every requirement that applies was tested, and every MUST is met'],
    ['does not conform', 'a requirement that decides has failed'],
    ['incomplete', 'anything else: something was not tested, or proved nothing; such a run certifies nothing'],
  ],
  sources: 'Where a requirement comes from',
  sourceWords: [
    ['stated', 'a sentence of the specification says it; it is quoted'],
    ['derived from', 'it follows from a sentence of the specification'],
    ['documented', 'another document of the same platform, or what was recorded from the real one, says it'],
    ['practice', 'nobody says it, and installations break without it: such a requirement is a recommendation'],
  ],
  capabilities: 'Capabilities',
  capabilityWords: [
    ['clock', 'the suite can set its clock, so that every number is exact'],
    ['auto-subscription', 'responses come without a SUBSCRIBE'],
    ['aliyun-hmac', 'devices sign their CONNECT as the platform documents it'],
    ['tls', 'it speaks TLS'],
    ['authentication', 'a server that refuses wrong credentials'],
    ['access-control', 'a server that keeps devices to their own topics'],
  ],
  outline: 'The page, statement by statement',
  outlineLead: 'Each statement is given in our own words, with the requirements that judge it.',
  untestable: 'Cannot be tested.',
  misprint: 'Misprint:',
  lesson: {
    heading: 'The exchange',
    steps: [
      'The device publishes a request at QoS 0 on its request topic. It holds the device’s own time, deviceSendTime.',
      'The server publishes a response at QoS 0 on the response topic of the same device. It repeats deviceSendTime and adds serverRecvTime and serverSendTime.',
      'When the response comes, the device reads its clock again: deviceRecvTime. This time is never sent.',
      'From the four times the device calculates what time it is on the server.',
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
      'All times are in milliseconds. The server’s times count from 1970-01-01T00:00:00Z; the device’s clock may count from anything, such as power-on. The device chooses the type, Long (a JSON integer) or String (decimal digits), and the server answers in the same type.',
    payloads: 'The payloads, as Longs and as Strings',
    formula: 'The calculation',
    why: 'In the example the device’s clock is 100 ms behind the server’s, the link takes 10 ms each way and the server 5 ms. When the response arrives, the server’s clock shows 1571724098125: serverSendTime plus the 10 ms of the way back.',
  },
  proofHeading: 'Does the suite catch what it claims?',
  proofLead:
    'The suite is run on implementations that break something on purpose, and on others that are unusual and correct. It has to find exactly what is broken, and to let pass what is correct.',
  proofAbsent:
    'No proof was there when these pages were made. In a checkout of the suite, “npm run prove” makes one, and “npm run docs” then shows it here.',
  proofPartly: 'Only some of the implementations were tried in the last proof: what is not marked here may not have been tried.',
  proofOpen: 'In the last proof something was not as it has to be:',
  proven: 'Every requirement is broken by an implementation that is caught by it.',
  proofMade: 'Made',
  figures: {
    caught: 'faulty implementations found out exactly',
    certified: 'unusual implementations let pass',
    requirements: 'requirements that something breaks',
    scenarios: 'scenarios that something fails',
  },
  of: 'of',
  faulty: 'Faulty implementations, and the requirements that they fail',
  unusual: 'Unusual and correct implementations, which conform',
  implementation: 'implementation',
  cells: { failed: 'failed', warned: 'warning', untested: 'not judged because of these', wrong: 'the suite is wrong' },
  legend: 'Marks',
  footer: (suite: string): string => `Made from the features of ${suite}, which is what the suite runs.`,
  beside: 'These are the requirements by which the report beside this page was judged.',
} as const;
