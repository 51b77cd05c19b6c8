import type { Packet } from 'mqtt-packet';
import { connackCode } from '../mqtt/mqtt-version.ts';
import type { TlsCause, TlsFault } from '../mqtt/tls-fault.ts';

/** A server refused a device by a code that says why, or TLS failed. */
export interface Refusal {
  /** The member of the target file that would mend it. */
  readonly member: 'auth' | 'clientId' | 'limits' | 'mqttVersion' | 'tls' | 'address';
  /** What to change, after what the server sent where that is a code. */
  readonly words: string;
}

const advice: Readonly<Record<'auth' | 'clientId' | 'limits' | 'mqttVersion', string>> = {
  auth: 'the credentials are not those that the server knows: see auth and devices in the target file',
  clientId: 'the server does not take this client id: see clientId in the target file',
  limits: 'the server has a limit that the run exceeds: declare it in the target file (limits)',
  mqttVersion: 'the server does not speak this version of MQTT: see mqttVersion in the target file',
};

/** Codes of CONNACK, and in MQTT 5 of DISCONNECT, that name a cause: those of MQTT 3.1.1 are below 6, those of MQTT 5 above 127. */
const causes: ReadonlyMap<number, keyof typeof advice> = new Map([
  [1, 'mqttVersion'],
  [2, 'clientId'],
  [3, 'limits'],
  [4, 'auth'],
  [5, 'auth'],
  [0x84, 'mqttVersion'],
  [0x85, 'clientId'],
  [0x86, 'auth'],
  [0x87, 'auth'],
  [0x88, 'limits'],
  [0x89, 'limits'],
  [0x8c, 'auth'],
  [0x96, 'limits'],
  [0x97, 'limits'],
  [0x9f, 'limits'],
]);

/** Codes that name a limit by themselves. The others of their kind say "unavailable", which a broken server says as well. */
const limits: ReadonlySet<number> = new Set([0x96, 0x97, 0x9f]);

/** Codes that say that a server is unavailable or busy. */
const unavailable: ReadonlySet<number> = new Set([3, 0x88, 0x89]);

/** The code with which a packet of the server accepts or refuses; undefined for any other packet. */
function codeOf(packet: Packet): number | undefined {
  if (packet.cmd === 'connack') return connackCode(packet);
  return packet.cmd === 'disconnect' ? (packet.reasonCode ?? 0) : undefined;
}

/** What to change in the target file of a server where TLS fails, or WebSocket. */
const tlsAdvice: Readonly<Record<TlsCause, string>> = {
  tls: 'The server speaks TLS there: let its address begin with mqtts:// (or wss://), or add tls to the target file',
  plain: 'A server without TLS has an address that begins with mqtt:// (or ws://), and no tls in the target file',
  untrusted: 'Name the authority of its certificate by tls.ca, or accept any certificate by tls.selfSigned: true',
  name: 'Say by tls.serverName which name the certificate bears',
  date: 'Renew the certificate of the server, see the clock of this machine, or accept any certificate by tls.selfSigned: true',
  'no certificate': 'Name the certificate of a device by tls.certificate, and its key by tls.key',
  version: 'Let the server support TLS 1.2 or 1.3',
  cipher: 'Name the certificate of a device by tls.certificate and tls.key where the server asks for one; else see its ciphers',
  ended: 'See tls in the target file; a server without TLS has an address that begins with mqtt:// (or ws://), and no tls',
  websocket:
    'It may have MQTT over WebSocket there: let its address begin with ws:// or wss:// and end with its path, or say transport: websocket',
  'no websocket':
    'It speaks MQTT there without WebSocket: let its address begin with mqtt:// or mqtts://, or leave out transport',
  other: 'See tls in the target file',
};

/** Advice where it is the suite's certificate that the server does not accept. */
const ownCertificate = 'Name a certificate that the server accepts by tls.certificate, and its key by tls.key';

/** The causes that another address mends. */
const ofAddress: ReadonlySet<TlsCause> = new Set(['plain', 'tls', 'websocket', 'no websocket']);

/** What to change where a TLS handshake failed, or one side speaks WebSocket and the other does not. */
export function refusalOfTls({ cause, by }: TlsFault): Refusal {
  const own = by === 'peer' && (cause === 'untrusted' || cause === 'date');
  return { member: ofAddress.has(cause) ? 'address' : 'tls', words: own ? ownCertificate : tlsAdvice[cause] };
}

/** The server refuses an upgrade to WebSocket at this path. */
export const refusalOfUpgrade: Refusal = {
  member: 'address',
  words: 'Name the path at which the server has MQTT over WebSocket, by the end of its address or by path: it is often /mqtt',
};

/** Why a CONNACK or DISCONNECT refuses; undefined where it does not, or does not say why. */
export function refusalIn(packet: Packet): Refusal | undefined {
  const code = codeOf(packet);
  const member = code === undefined ? undefined : causes.get(code);
  if (code === undefined || member === undefined) return undefined;
  const shown = code < 0x80 ? String(code) : `0x${code.toString(16)}`;
  return { member, words: `${packet.cmd.toUpperCase()} with code ${shown}: ${advice[member]}` };
}

/**
 * What the server refused in a run. It tells what is a fault of the set-up from one of the implementation: a limit is one that the
 * server names, or one that shows after it has accepted others; a client id is unsuitable where the server has never accepted it.
 */
export class Refusals {
  readonly #accepted = new Set<string>();
  #ofSetUp: Refusal | undefined;
  #latest: Refusal | undefined;

  /** The latest refusal of the present scenario that said why, with any cause. */
  get latest(): Refusal | undefined {
    return this.#latest;
  }

  /** The first refusal of the present scenario that a change of the target file would mend, however right the implementation is. */
  get ofSetUp(): Refusal | undefined {
    return this.#ofSetUp;
  }

  /** A new scenario begins. */
  begin(): void {
    this.#ofSetUp = undefined;
    this.#latest = undefined;
  }

  /** A packet came from the server on the connection of this client id. */
  see(packet: Packet, clientId: string): void {
    const code = codeOf(packet);
    if (code === undefined) return;
    if (packet.cmd === 'connack' && code === 0) this.#accepted.add(clientId);
    const refusal = refusalIn(packet);
    this.#latest = refusal ?? this.#latest;
    const exceeded = limits.has(code) || (unavailable.has(code) && this.#accepted.size > 0);
    const unsuitable = refusal?.member === 'clientId' && !this.#accepted.has(clientId);
    if (exceeded || unsuitable) this.#ofSetUp ??= refusal;
  }
}
