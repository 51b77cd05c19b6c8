// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that notation belongs to target files
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import {
  BUILD,
  CLIENT,
  CONTAINED,
  folder,
  messageOf,
  PROCESS,
  RESULT,
  SERVER,
  withoutOpenssl,
} from '../../testing/target-file-folder.ts';
import { loadTarget } from './target-file.ts';

describe('a mistake in a target file is answered with place, member and expectation:', () => {
  const cases: [string, string, ...string[]][] = [
    ['an unknown member', `${SERVER}redy: {}`, 'target.yaml:4:1: redy: is not a known member (did you mean "ready"?)'],
    ['an unknown member inside', `${SERVER}tls: { cert: x }`, '4:8: tls.cert: is not a known member', 'certificate'],
    ['no name', `role: server\n${PROCESS}`, '1:1: name: is missing'],
    ['no role', `name: A\n${PROCESS}`, '1:1: role: is missing; expected server or client'],
    ['a wrong role', `name: A\nrole: Sever\n${PROCESS}`, '2:7: role: is "Sever" (did you mean "server"?)'],
    ['no start', 'name: A\nrole: server', 'has none of container, process, address; expected exactly one'],
    ['two starts', `${SERVER}address: mqtt://h`, 'has process and address; expected exactly one'],
    [
      'image and Dockerfile',
      'name: A\nrole: server\ncontainer: { image: a, dockerfile: Dockerfile, port: 1 }',
      '3:12: container: has image and dockerfile',
    ],
    ['a container that is none', 'name: A\nrole: server\ncontainer: 5', '3:12: container: is 5; expected a container'],
    ['no image', 'name: A\nrole: server\ncontainer: { port: 1 }', '3:12: container: has none of image, dockerfile'],
    [
      'args without Dockerfile',
      'name: A\nrole: server\ncontainer: { image: a, port: 1, args: {} }',
      'container.dockerfile: is missing; it goes with args',
    ],
    [
      'a server container without port',
      'name: A\nrole: server\ncontainer:\n  image: a',
      '4:3: container.port: is missing; expected the port inside',
    ],
    [
      'a port out of range',
      'name: A\nrole: server\ncontainer: { image: a, port: 70000 }',
      '3:30: container.port: is 70000; expected a port number, 1 to 65535',
    ],
    [
      'a server process that never hears its port',
      'name: A\nrole: server\nprocess: { command: [serve] }',
      '3:21: process.command: nowhere contains {port}',
    ],
    [
      'an unknown placeholder',
      'name: A\nrole: server\nprocess:\n  command: [a, "{prot}", "{port}"]',
      '4:16: process.command[1]: has the unknown placeholder {prot} (did you mean {port}?)',
    ],
    [
      'a placeholder for clients',
      'name: A\nrole: server\nprocess: { command: ["{port}", "{timestampType}"] }',
      'unknown placeholder {timestampType}',
    ],
    [
      'a placeholder in the client id',
      `${SERVER}clientId: "{devicename}"`,
      '4:11: clientId: has the unknown placeholder {devicename} (did you mean {deviceName}?)',
    ],
    [
      'an empty command',
      'name: A\nrole: server\nprocess: { command: [] }',
      '3:21: process.command: is empty; expected a list of texts',
    ],
    ['an empty member', `${SERVER}ready:`, '4:1: ready: is empty; expected a sign of readiness'],
    [
      'an environment variable that is not set',
      `${SERVER}version: "\${env:NOPE}"`,
      '4:10: version: refers to ${env:NOPE}',
      'NOPE is not set',
    ],
    [
      'a duration without unit',
      `${SERVER}responseDeadline: 20`,
      '4:19: responseDeadline: is 20; expected a duration such as 500ms',
    ],
    ['a duration of nothing', `${SERVER}responseDeadline: 0s`, 'responseDeadline: is "0s"'],
    [
      'a device whose name does not exist there',
      `${SERVER}deviceNames: "^[a-z]+$"\ndevices: [{ productKey: a1, deviceName: dev }, { productKey: a1, deviceName: dev.1 }]`,
      '5:78: devices[1].deviceName: is "dev.1", which deviceNames does not match',
    ],
    [
      'a device that matches a pattern without ^ and $ only in part',
      `${SERVER}deviceNames: "[a-z]+"\ndevice: { productKey: a1, deviceName: dev.1 }`,
      '5:39: device.deviceName: is "dev.1", which deviceNames does not match',
    ],
    [
      'an alias of what contains it',
      `name: &a [*a]\nrole: server\n${PROCESS}`,
      '1:11: *a stands for what contains it; expected a value',
    ],
    ['a pattern without any device', `${SERVER}deviceNames: "^dev$"`, '4:14: deviceNames: matches no name such as probe'],
    ['a pattern of device names that is none', `${SERVER}deviceNames: "(a"`, '4:14: deviceNames: is not a regular expression'],
    ['limits that limit nothing', `${SERVER}limits: {}`, '4:9: limits: '],
    ['a limit of nothing', `${SERVER}limits: { requestsPerSecond: 0 }`, '4:30: limits.requestsPerSecond: is 0'],
    ['limits of a client', `${CLIENT}${RESULT}limits: { preset: aliyun }`, '5:1: limits: is for servers only'],
    ['clocks that are more than a day apart', `${SERVER}clockTolerance: 25h`, 'clockTolerance: is "25h"; expected at most 24h'],
    ['a duration beyond an hour', `${SERVER}ready: { within: 999m }`, 'ready.within: is "999m"; expected at most 60m'],
    [
      'a pattern that is none',
      `${SERVER}ready: { log: "(a" }`,
      '4:15: ready.log: is not a regular expression: missing closing ): `(a`',
    ],
    ['a health check without container', `${SERVER}ready: { health: true }`, '4:10: ready.health: is for containers only'],
    ['no sign of readiness', `${SERVER}ready: { port: false }`, '4:16: ready.port: leaves no sign of readiness'],
    ['output of an address', 'name: A\nrole: server\naddress: mqtt://h\nready: { log: x }', '4:10: ready.log: cannot be seen'],
    [
      'an address of another protocol',
      'name: A\nrole: server\naddress: tcp://h:1',
      '3:10: address: is "tcp://h:1"; expected an address such as mqtt://127.0.0.1:1883',
    ],
    ['an address with a password', 'name: A\nrole: server\naddress: mqtt://u:p@h', 'expected an address such as'],
    [
      'an address with a port out of range',
      'name: A\nrole: server\naddress: mqtt://h:99999',
      'has port 99999; expected 1 to 65535',
    ],
    [
      'tls beside mqtt://',
      'name: A\nrole: server\naddress: mqtt://h\ntls: { selfSigned: true }',
      '4:1: tls: needs TLS, and the address is mqtt://; expected mqtts://',
    ],
    [
      'transport of an address',
      'name: A\nrole: server\naddress: ws://h/x\ntransport: websocket',
      '4:1: transport: is said by the',
    ],
    ['a path without WebSocket', `${SERVER}path: /x`, '4:1: path: is that of MQTT over WebSocket; expected transport: websocket'],
    [
      'tls files that are none',
      `${SERVER}tls: { ca: empty.pem, certificate: Dockerfile, key: ca.pem }`,
      '4:12: tls.ca: "empty.pem" is not a certificate in PEM',
      '4:36: tls.certificate: "Dockerfile" is not a certificate',
      '4:53: tls.key: "ca.pem" is not a private key in PEM',
    ],
    [
      'the key of another certificate',
      `${SERVER}tls: { certificate: ca.pem, key: other.key }`,
      '4:34: tls.key: does not belong to tls.certificate',
    ],
    ['ca beside selfSigned', `${SERVER}tls: { ca: ca.pem, selfSigned: true }`, '4:20: tls.selfSigned: accepts any certificate'],
    ['a kind of auth that is none', `${SERVER}auth: aliyun-hmca`, '4:7: auth: is "aliyun-hmca" (did you mean "aliyun-hmac"?)'],
    ['auth that is no text and no map', `${SERVER}auth: 5`, '4:7: auth: is 5; expected none, aliyun-hmac, or a user name'],
    [
      'a member of auth that is none',
      `${SERVER}auth: { usernam: a, username: b }`,
      '4:9: auth.usernam: is not a known member (did you mean "username"?)',
    ],
    ['a password without user name', `${SERVER}auth: { password: a }`, 'auth.username: is missing; it goes with password'],
    [
      'a user name beside a signature',
      `${SERVER}auth: { username: a, aliyun-hmac: {} }`,
      '4:7: auth: has username and aliyun-hmac; expected exactly one',
    ],
    [
      'a sign method that is none',
      `${SERVER}auth: { aliyun-hmac: { signMethod: sha256 } }`,
      'auth.aliyun-hmac.signMethod: is "sha256" (did you mean "hmacsha256"?)',
    ],
    [
      'an unknown placeholder in a password',
      `${SERVER}auth: { username: a, password: "{devicesecret}" }`,
      'auth.password: has the unknown placeholder {devicesecret} (did you mean {deviceSecret}?)',
    ],
    [
      'a signature without devices',
      `${SERVER}auth: aliyun-hmac`,
      '4:1: auth: signs with the secrets of devices, but there are none',
    ],
    [
      'a signature without secret',
      `${SERVER}auth: aliyun-hmac\ndevice: { productKey: p, deviceName: d }`,
      '5:9: device.deviceSecret: is missing; auth: aliyun-hmac signs with it',
    ],
    [
      'a password made of a secret that is not there',
      `${SERVER}auth: { username: a, password: "{deviceSecret}" }\ndevices: [{ productKey: p, deviceName: d }]`,
      'devices[0].deviceSecret: is missing; the user name or the password is made of {deviceSecret}',
    ],
    [
      'a signature and a client id that is signed already',
      `${SERVER}auth: aliyun-hmac\ndevice: { productKey: p, deviceName: d, deviceSecret: s }\nclientId: "{deviceName}|securemode=3|"`,
      '6:11: clientId: holds a bar',
    ],
    [
      'a device with a password beside a signature',
      `${SERVER}auth: aliyun-hmac\ndevice: { productKey: p, deviceName: d, deviceSecret: s, password: x }`,
      'device.password: cannot be combined with auth: aliyun-hmac',
    ],
    [
      'a device with a password beside no auth',
      `${SERVER}auth: none\ndevice: { productKey: p, deviceName: d, username: x }`,
      'device.username: contradicts auth: none',
    ],
    [
      'a device without user name among others',
      `${SERVER}devices: [{ productKey: p, deviceName: d, username: x }, { productKey: p, deviceName: e }]`,
      'devices[1].username: is missing, and auth has none for all',
    ],
    [
      'made-up devices that cannot sign',
      `${SERVER}auth: aliyun-hmac\ndevice: { productKey: p, deviceName: d, deviceSecret: s }\nonlyThese: false`,
      '6:12: onlyThese: is false, and devices that the suite makes up have no secret',
    ],
    [
      'authentication by nothing',
      `${SERVER}capabilities: [tls, authentication]`,
      '4:21: capabilities[1]: is authentication, but the target file has no right credentials; expected auth',
    ],
    ['a signature that is declared and not made', `${SERVER}capabilities: [aliyun-hmac]`, 'expected auth: aliyun-hmac'],
    ['auth of a client', `${CLIENT}${RESULT}auth: none`, '5:1: auth: is for servers only, and this is a client'],
    [
      'a user name of a client',
      `${CLIENT}${RESULT}device: { productKey: p, deviceName: d, username: x }`,
      'device.username: is for servers only, and this is a client',
    ],
    ['a build beside a container', `${CONTAINED('')}\nbuild: ${BUILD}`, '4:1: build: is not needed with container', 'remove it'],
    ['a build without digest', `${SERVER}build: { name: hub.jar }`, '4:8: build.digest: is missing'],
    [
      'a digest of another algorithm',
      `${SERVER}build: { name: hub.jar, digest: "md5:0" }`,
      'build.digest: is "md5:0"; expected a digest: sha256: and 64',
    ],
    ['a certificate without key', `${SERVER}tls: { certificate: ca.pem }`, 'tls.key: is missing; it goes with certificate'],
    [
      'device and devices',
      `${SERVER}device: { productKey: p, deviceName: d }\ndevices: [{ productKey: p, deviceName: e }]`,
      '5:1: devices: cannot be combined with device',
    ],
    [
      'a product key of other characters',
      `${SERVER}device: { productKey: a/b, deviceName: d }`,
      '4:23: device.productKey: is "a/b"; expected letters and digits',
    ],
    [
      'a device that is listed twice',
      `${SERVER}devices: [{ productKey: p, deviceName: d }, { productKey: p, deviceName: d }]`,
      '4:45: devices[1]: is listed twice',
    ],
    ['onlyThese without devices', `${SERVER}onlyThese: true`, '4:1: onlyThese:', 'expected device or devices'],
    [
      'an unknown capability',
      `${SERVER}capabilities: [clock, tsl]`,
      '4:23: capabilities[1]: is "tsl" (did you mean "tls"?); expected one of clock,',
    ],
    ['an unknown MQTT version', `${SERVER}mqttVersion: 3.1`, '4:14: mqttVersion: is "3.1" (did you mean "3.1.1"?)'],
    [
      'a Dockerfile that does not exist',
      'name: A\nrole: server\ncontainer: { dockerfile: Nope, port: 1 }',
      '3:26: container.dockerfile: "Nope" does not exist; expected a file',
    ],
    [
      'a context that is a file',
      'name: A\nrole: server\ncontainer: { dockerfile: Dockerfile, context: ca.pem, port: 1 }',
      'container.context: "ca.pem" is a file; expected a folder',
    ],
    [
      'a Dockerfile outside its context',
      'name: A\nrole: server\ncontainer: { dockerfile: Dockerfile, context: context, port: 1 }',
      '"Dockerfile" is outside the context',
    ],
    [
      'a file to copy that does not exist',
      'name: A\nrole: server\ncontainer: { image: a, port: 1, files: [{ source: x, path: /x }] }',
      'container.files[0].source: "x" does not exist',
    ],
    ['a ca that does not exist', `${SERVER}tls: { ca: nope.pem }`, '4:12: tls.ca: "nope.pem" does not exist'],
    [
      'a working directory that does not exist',
      'name: A\nrole: server\nprocess: { command: ["{port}"], cwd: nope }',
      'process.cwd: "nope" does not exist; expected a folder',
    ],
    ['a member of clients', `${SERVER}within: 5s`, '4:1: within: is for clients only, and this is a server'],
    [
      'an address of a client',
      `name: A\nrole: client\naddress: mqtt://h\n${RESULT}`,
      '3:1: address: is for servers only',
      'must start a client itself',
    ],
    [
      'a client that is never told which device it is',
      `name: A\nrole: client\nprocess: { command: [sync, "{port}"] }\n${RESULT}`,
      '3:21: process.command: nowhere contains {productKey} and {deviceName}',
      'or the member device',
    ],
    ['a client without result', CLIENT, '1:1: result: is missing; expected where the calculated time is read'],
    [
      'a result without the group time',
      `${CLIENT}result: { log: "(?<Time>.)" }`,
      '4:16: result.log: has no group named time (it has Time)',
    ],
    ['a result by topic without pointer', `${CLIENT}result: { topic: /t }`, 'result.pointer: is missing; it goes with topic'],
    [
      'two kinds of sync',
      `${CLIENT}${RESULT}sync: { on: start, every: 1s }`,
      '5:7: sync: has on and every; expected one of on, every',
    ],
    [
      'a client that never hears the port',
      `name: A\nrole: client\nprocess: { command: [sync] }\n${RESULT}`,
      'nowhere contains {port}',
      '{host} and {port}',
    ],
    [
      'an unknown timestamp type',
      `${CLIENT}${RESULT}timestampType: [long, strng]`,
      '5:23: timestampType[1]: is "strng" (did you mean "string"?)',
    ],
    ['the same member twice', `${SERVER}name: B`, '4:1: is not YAML: Map keys must be unique'],
    ['a bad indent', 'name: A\n role: server', 'target.yaml:1:7: is not YAML'],
    ['two documents', `${SERVER}---\nname: B`, '4:1: a second document begins'],
    ['a tag of YAML', `${SERVER}version: !x 1`, '4:10: is not YAML: Unresolved tag: !x'],
    [
      'too many references',
      `a: &a [1]\nb: &b [${'*a,'.repeat(20)}]\nc: [${'*b,'.repeat(20)}]`,
      'cannot be read: Excessive alias count',
    ],
    [
      'too many anchors',
      Array.from({ length: 30_000 }, (_, n) => `a${n}: &x${n} 1`).join('\n'),
      '51:',
      'has more than 50 anchors',
    ],
    ['lists in lists', `name: ${'['.repeat(100_000)}`, '1:38: is nested too deeply for a target file'],
    ['maps in maps', '{a: '.repeat(100_000), 'is nested too deeply for a target file'],
    ['lists in lists by dashes', '- '.repeat(100_000), 'is nested too deeply for a target file'],
    [
      'a map without end',
      Array.from({ length: 60_000 }, (_, n) => `k${n}: 1`).join('\n'),
      'has a list or map of more than 10000 items',
    ],
    [
      'a pattern that can take for ever',
      `${SERVER}ready: { log: "(?<=a)b" }`,
      '4:15: ready.log: is a regular expression with look-ahead, look-behind',
    ],
    [
      'a pattern of any length',
      `${SERVER}ready: { log: ${'a'.repeat(1_001)} }`,
      'ready.log: has 1001 characters; expected a regular expression, of at most 1000',
    ],
    ['memory for nothing', CONTAINED('memory: 1m'), 'container.memory: is "1m"; expected 8m to 64g'],
    ['memory without a unit', CONTAINED('memory: 5'), 'container.memory: is 5; expected a size such as 512m or 2g'],
    ['no processes', CONTAINED('pids: 0'), 'container.pids: is 0; expected a number of processes, 1 to 100000'],
    ['a network of another kind', CONTAINED('network: host'), 'container.network: is "host"', 'expected one of closed, open'],
    [
      'all Linux capabilities',
      CONTAINED('linuxCapabilities: [ALL]'),
      'container.linuxCapabilities[0]: is "ALL"; expected a Linux capability such as NET_RAW',
    ],
    ['nothing at all', '', 'target.yaml: is empty'],
    ['a list', '- a', 'target.yaml: is empty or not a mapping'],
  ];
  for (const [title, text, ...parts] of cases) {
    test(title, { skip: withoutOpenssl(text) }, async () => {
      const message = await messageOf(text);
      for (const part of parts) assert.ok(message.includes(part), `expected "${part}" in:\n${message}`);
    });
  }

  test('all at once, in the order of the file', async () => {
    const message = await messageOf(
      `${SERVER}ready: { within: 5 }\nrol: x\ncapabilities: [tsl]\nresponseDeadline: "\${env:NOPE}"`,
    );
    assert.deepEqual(
      message.split('\n').map((line) => /^target.yaml:(\d+):\d+: ([\w.[\]]+): /.exec(line)?.slice(1).join(' ')),
      ['4 ready.within', '5 rol', '6 capabilities[0]', '7 responseDeadline', '7 responseDeadline'],
    );
  });

  test('without showing a secret', async () => {
    const message = await messageOf(`${SERVER}device: { productKey: "\${env:SECRET}-", deviceName: d }`);
    assert.match(message, /productKey: is "\(secret\)-"/);
  });

  test('nothing else is said of a file that cannot be read', async () => {
    await assert.rejects(loadTarget(join(folder, 'nope.yaml')), {
      name: 'TargetFileError',
      message: /nope\.yaml: there is no such file$/,
    });
    await assert.rejects(loadTarget(folder), { name: 'TargetFileError', message: /is a folder; expected a target file$/ });
    assert.match(await messageOf(Buffer.from([0x6e, 0xff, 0xfe])), /^target\.yaml: is not text in UTF-8$/);
    assert.match(
      await messageOf(`#${'x'.repeat(1_200_000)}`),
      /^target\.yaml: has 1200001 bytes; expected a target file of at most 1048576$/,
    );
  });
});
