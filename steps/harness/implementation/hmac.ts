import { createHmac } from 'node:crypto';
import type { IConnectPacket } from 'mqtt-packet';
import type { Identity, SignMethod } from './target.ts';

/** The methods by the platform's names, with those of node:crypto. */
const digests: Readonly<Record<SignMethod, string>> = { hmacmd5: 'md5', hmacsha1: 'sha1', hmacsha256: 'sha256' };

/** What a device signs. */
export interface Signed {
  /** The device's own client id, which is only a part of the MQTT client id. */
  readonly clientId: string;
  readonly deviceName: string;
  readonly productKey: string;
  readonly deviceSecret: string;
  /** Part of what is signed when it is sent. */
  readonly timestamp?: string;
  readonly method: SignMethod;
}

/** The platform's signature of a CONNECT, in upper case hex digits. The platform takes either case. */
export function sign({ clientId, deviceName, productKey, deviceSecret, timestamp, method }: Signed): string {
  const content = `clientId${clientId}deviceName${deviceName}productKey${productKey}`;
  const stamped = timestamp === undefined ? content : `${content}timestamp${timestamp}`;
  return createHmac(digests[method], deviceSecret).update(stamped).digest('hex').toUpperCase();
}

/** Every signature that a device may make for an MQTT client id, in upper case hex digits: by each method, with its timestamp and without. */
export function signaturesOf(mqttClientId: string, { productKey, deviceName, deviceSecret }: Identity): string[] {
  if (deviceSecret === undefined) return [];
  const { clientId = mqttClientId, attributes } = parseMqttClientId(mqttClientId) ?? {};
  const timestamp = attributes?.get('timestamp');
  const stamps = timestamp === undefined ? [{}] : [{}, { timestamp }];
  return methods.flatMap((method) =>
    stamps.map((stamp) => sign({ clientId, productKey, deviceName, deviceSecret, method, ...stamp })),
  );
}

/** An MQTT client id in its parts: `{clientId}|securemode=3,signmethod=hmacsha256,timestamp=…,_ss=1|`. */
export interface MqttClientId {
  readonly clientId: string;
  /** The attributes between the bars, in their order. */
  readonly attributes: ReadonlyMap<string, string>;
}

/** The parts of an MQTT client id, or undefined when it has no attributes between two bars. */
export function parseMqttClientId(text: string): MqttClientId | undefined {
  const [, clientId, list] = /^([^|]*)\|([^|]*)\|$/.exec(text) ?? [];
  if (clientId === undefined || list === undefined) return undefined;
  const attributes = new Map<string, string>();
  for (const attribute of list.split(',').filter((part) => part !== '')) {
    const [name = '', ...value] = attribute.split('=');
    attributes.set(name.trim(), value.join('=').trim());
  }
  return { clientId, attributes };
}

/**
 * What is wrong with the signature of a CONNECT, a sentence each; nothing when it is as the platform wants it. No sentence holds
 * the secret, the password that would be right, or the one that came.
 *
 * @param transport what the CONNECT came on, when `securemode` is to say so: 2 for TLS, 3 for TCP
 * @throws TypeError when the identity has no deviceSecret
 */
export function signatureFaults(packet: IConnectPacket, identity: Identity, transport?: 'tcp' | 'tls'): string[] {
  const { productKey, deviceName, deviceSecret } = identity;
  if (deviceSecret === undefined)
    throw new TypeError(`the device ${deviceName} has no deviceSecret, so no signature can be checked`);
  const faults: string[] = [];
  const userName = `${deviceName}&${productKey}`;
  if (packet.username === undefined) faults.push(`there is no user name; it must be "${userName}"`);
  else if (packet.username !== userName) faults.push(`the user name is "${packet.username}"; it must be "${userName}"`);

  const parsed = parseMqttClientId(packet.clientId);
  if (parsed === undefined) {
    faults.push(`the MQTT client id is "${packet.clientId}"; it must be a client id followed by |securemode=…,signmethod=…|`);
    return withoutSecret(faults, deviceSecret);
  }
  faults.push(...secureModeFaults(parsed.attributes.get('securemode'), transport));
  const method = parsed.attributes.get('signmethod');
  if (method === undefined) faults.push('the MQTT client id has no signmethod; it must be hmacmd5, hmacsha1 or hmacsha256');
  else if (!isMethod(method)) faults.push(`signmethod is "${method}"; it must be hmacmd5, hmacsha1 or hmacsha256`);
  else {
    const timestamp = parsed.attributes.get('timestamp');
    const signed = {
      clientId: parsed.clientId,
      deviceName,
      productKey,
      deviceSecret,
      method,
      ...(timestamp === undefined ? {} : { timestamp }),
    };
    const fault = passwordFault(packet, signed);
    if (fault !== undefined) faults.push(fault);
  }
  return withoutSecret(faults, deviceSecret);
}

function secureModeFaults(mode: string | undefined, transport: 'tcp' | 'tls' | undefined): string[] {
  if (mode === undefined) return ['the MQTT client id has no securemode; it must be 2 for TLS or 3 for TCP'];
  if (mode !== '2' && mode !== '3') return [`securemode is "${mode}"; it must be 2 for TLS or 3 for TCP`];
  if (transport === 'tls' && mode !== '2')
    return ['securemode is 3, for TCP, but the connection uses TLS, for which it must be 2'];
  if (transport === 'tcp' && mode !== '3')
    return ['securemode is 2, for TLS, but the connection uses plain TCP, for which it must be 3'];
  return [];
}

function passwordFault({ clientId, password }: IConnectPacket, signed: Signed): string | undefined {
  if (password === undefined) return 'there is no password; it must be the signature';
  const received = password.toString('latin1').toUpperCase();
  const expected = sign(signed);
  if (received === expected) return undefined;
  if (!/^[0-9A-F]*$/.test(received)) return 'the password has other characters than hexadecimal digits';
  if (received.length !== expected.length) {
    const other = methods.find((method) => sign({ ...signed, method }).length === received.length);
    const hint = other === undefined ? '' : `, as many as ${other} gives`;
    return `the password has ${received.length} hexadecimal digits${hint}; ${signed.method} gives ${expected.length}`;
  }
  const { timestamp: _, ...unstamped } = signed;
  if (received === sign(unstamped)) return 'the password signs no timestamp, though the MQTT client id holds one';
  if (received === sign({ ...signed, clientId }))
    return 'the password signs the whole MQTT client id instead of the part before the first bar';
  if (received === sign({ ...signed, deviceName: signed.productKey, productKey: signed.deviceName })) {
    return 'the password signs the product key as the device name, and the other way round';
  }
  const content = `clientId, deviceName, productKey${'timestamp' in signed ? ' and timestamp' : ''}`;
  return `the password is not the ${signed.method} of ${content} under the device secret`;
}

const methods = Object.keys(digests) as SignMethod[];

const isMethod = (text: string): text is SignMethod => Object.hasOwn(digests, text);

/** Values that came from the client are quoted above, and it may have sent its secret in the open: no report shows that. */
function withoutSecret(faults: string[], secret: string): string[] {
  return secret === '' ? faults : faults.map((fault) => fault.replaceAll(secret, '(the device secret)'));
}
