import { existsSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { stringify } from 'yaml';
import { root } from '../../requirements/requirement.ts';
import type { WrittenTarget } from './answers.ts';

/** The schema in the installed package, relative to the folder that contains `node_modules`. */
const installed = 'node_modules/iot-ntp-conformance/schemas/target.schema.json';

/**
 * The text of a target file in YAML, with comments on further members.
 *
 * @param schema the schema's path that the file names for editors; absent: it names none
 * @param program how the suite is called here
 * @param file the file's name, for the commands that the comments suggest
 */
export function targetText(content: WrittenTarget, { schema, program, file }: TextOptions): string {
  const { name, version, role, container, process: own, address } = content;
  const first = schema === undefined ? '' : `# yaml-language-server: $schema=${schema}\n`;
  return `${first}# The implementation under test, and how the suite starts it. schemas/target-files.md in the suite explains every member.
#   ${program} validate ${file}
#   ${program} run ${file}

# Its name in reports.
${members({ name })}${version === undefined ? '# version: 1.0.0\n' : members({ version })}
# Its role in the NTP service, server or client. The suite plays the other one.
${members({ role })}
${container === undefined ? '' : containerText(container, role)}${own === undefined ? '' : processText(own, role)}${
  address === undefined ? '' : addressText(address)
}${role === 'client' ? clientText(content) : serverText(content)}`;
}

/** How a text is written beside its content. */
interface TextOptions {
  readonly schema?: string;
  readonly program: string;
  readonly file: string;
}

/** The schema's path for a file in this folder, in the installed package or in a checkout; undefined if there is neither. */
export function schemaFor(folder: string): string | undefined {
  for (let above = folder; ; above = dirname(above)) {
    if (existsSync(join(above, installed))) return relative(folder, join(above, installed)).replaceAll(sep, '/');
    if (dirname(above) === above) break;
  }
  if (!`${folder}${sep}`.startsWith(root)) return undefined;
  return relative(folder, join(root, 'schemas/target.schema.json')).replaceAll(sep, '/');
}

function containerText(
  { image, dockerfile, port, env }: NonNullable<WrittenTarget['container']>,
  role: WrittenTarget['role'],
): string {
  const way = image === undefined ? 'The suite builds this Dockerfile, and starts' : 'The suite starts';
  const reached =
    role === 'client' ? 'and starts another one for each scenario.' : 'and reaches the server at this port inside of it.';
  return `# ${way} a container, ${reached}
# It reaches only the suite, unless network is open.
container:
${members({ image, dockerfile, port }, 2)}${envText(env, role)}  # command: [serve, --verbose]
  # files: [{ source: ./acme.conf, path: /etc/acme.conf }]
  # network: open
${readyText(role)}`;
}

function processText({ command, env }: NonNullable<WrittenTarget['process']>, role: WrittenTarget['role']): string {
  return `# The suite starts this command, without a shell, in the folder of this file, and ends it with its children. It has to stay in the
# foreground. ${filled}
process:
${members({ command }, 2)}${envText(env, role)}  # cwd: ./hub
${readyText(role)}`;
}

function addressText(address: string): string {
  return `# It runs already; the suite neither starts nor stops it. With mqtts:// or wss:// the suite has to trust its certificate.
${members({ address })}# tls: { ca: ./ca.pem }

# How far its clock may be from the clock of this machine, and whether it is the same one.
# clockTolerance: 5s
# sharedClock: true

# The build that runs there. Without it there is no certificate, because the suite cannot see what it has judged.
# build: { name: hub-1.0.0.jar, digest: "sha256:${'0'.repeat(64)}" }

`;
}

const filled = '{host}, {port}, {productKey}, {deviceName} and {deviceSecret} are filled in, in command and env.';

function envText(env: Readonly<Record<string, string>> | undefined, role: WrittenTarget['role']): string {
  if (env !== undefined) return `  # ${filled} The names are those that it reads.\n${members({ env }, 2)}`;
  return role === 'client' ? '' : `  # ${filled}\n  # env: { DEVICES: "{productKey}/{deviceName}" }\n`;
}

function readyText(role: WrittenTarget['role']): string {
  return role === 'client'
    ? '\n'
    : `
# It is ready when its port accepts a connection and, with this member, a line of its output matches.
# ready: { log: "listening on", within: 30s }

`;
}

const exampleDevice = `# device: { productKey: a1PkTest01, deviceName: dev01, deviceSecret: "\${env:DEVICE_SECRET}" }\n`;

function serverText({ device, onlyThese }: WrittenTarget): string {
  const known =
    device === undefined
      ? exampleDevice
      : `${members({ device })}${onlyThese === true ? '' : '# onlyThese: true\n'}${members({ onlyThese })}`;
  return `# A device that it knows. If a scenario needs more devices, the suite invents them, unless the server accepts only these.
${known}
# The credentials of devices. By default they have only a client id. The value aliyun-hmac is the platform's signature.
# auth: { username: "{deviceName}&{productKey}", password: "\${env:HUB_PASSWORD}" }
# clientId: "{productKey}.{deviceName}"
# mqttVersion: 5

# How long an answer may take.
# responseDeadline: 2s

# What it offers beyond the specification. Requirements that need anything else are inapplicable. Values: auto-subscription, tls, clock; with
# auth also authentication, access-control, aliyun-hmac.
# capabilities: [auto-subscription]
`;
}

function clientText({ device, result }: WrittenTarget): string {
  const own = device === undefined ? exampleDevice : members({ device });
  return `# Where the suite reads its calculated time. unit: s is for a client that shows seconds.
${members({ result })}
# When it asks for the time. By default it asks when it starts. Members: every, exec, signal, stdin, publish.
# sync: { every: 10s }
# How long it may take from then to its calculated time.
# within: 10s

# The type of its timestamps: long, string, or both if {timestampType} tells it which one to send.
# timestampType: string

# Its device, which is always the same. A client that gets {productKey} and {deviceName} is another device at each start.
${own}
# What it offers beyond the specification. clock: the suite can set its wall clock, which makes the judgement exact.
# capabilities: [clock]
`;
}

/** Members in YAML, a line each; those without a value are left out. */
function members(values: Readonly<Record<string, unknown>>, indent = 0): string {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => {
      // On one line: several lines would have to be indented.
      const oneLine = { blockQuote: false, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER, lineWidth: 0 } as const;
      const text = stringify(value, { collectionStyle: 'flow', defaultKeyType: 'PLAIN', ...oneLine });
      return `${' '.repeat(indent)}${name}: ${text.trimEnd()}\n`;
    })
    .join('');
}
